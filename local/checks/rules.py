"""Rules that AWS applies and its models do not state, for the operations this platform uses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from local.checks.constraints import ViolationError

Parameters = dict[str, Any]
Rule = Callable[[Parameters], None]

TABLE_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
LONGEST_TIMEOUT_SECONDS = 900


def table_name(parameters: Parameters) -> None:
    """A new table has a name, where the model also allows an ARN."""
    name = parameters["TableName"]
    if not TABLE_NAME.fullmatch(name):
        raise ViolationError(name, "tableName", f"Member must satisfy regular expression pattern: {TABLE_NAME.pattern}")


def function_timeout(parameters: Parameters) -> None:
    """A function runs at most fifteen minutes."""
    timeout = parameters.get("Timeout") or 0
    if timeout > LONGEST_TIMEOUT_SECONDS:
        raise ViolationError(timeout, "timeout", f"Member must have value less than or equal to {LONGEST_TIMEOUT_SECONDS}")


RESERVED = re.compile(r"_HANDLER|AWS_(?!ENDPOINT_URL)[A-Z_]+|LAMBDA_(TASK_ROOT|RUNTIME_DIR)")


def no_reserved_variables(parameters: Parameters) -> None:
    """What Lambda sets itself, credentials above all, no function may set otherwise."""
    given = (parameters.get("Environment") or {}).get("Variables") or {}
    reserved = sorted(name for name in given if RESERVED.fullmatch(name))
    if reserved:
        raise ViolationError(", ".join(reserved), "environment.variables", "Member must not be one of Lambda's reserved keys")


def spot_waits_longer_than_it_runs(parameters: Parameters) -> None:
    """Managed spot needs a longest wait, which covers the run; without spot there is none."""
    spot = bool(parameters.get("EnableManagedSpotTraining"))
    stopping = parameters.get("StoppingCondition") or {}
    run, wait = stopping.get("MaxRuntimeInSeconds"), stopping.get("MaxWaitTimeInSeconds")
    path = "stoppingCondition.maxWaitTimeInSeconds"
    if spot and wait is None:
        raise ViolationError(wait, path, "MaxWaitTimeInSeconds must be given when EnableManagedSpotTraining is true")
    if not spot and wait is not None:
        raise ViolationError(wait, path, "MaxWaitTimeInSeconds may be given only when EnableManagedSpotTraining is true")
    if spot and run is not None and wait < run:
        raise ViolationError(wait, path, "MaxWaitTimeInSeconds must be greater than or equal to MaxRuntimeInSeconds")


def spot_or_warm_pool(parameters: Parameters) -> None:
    """SageMaker allows one of the two."""
    warm = (parameters.get("ResourceConfig") or {}).get("KeepAlivePeriodInSeconds")
    if warm and parameters.get("EnableManagedSpotTraining"):
        raise ViolationError(warm, "resourceConfig.keepAlivePeriodInSeconds", "Warm pools exclude managed spot training")


RULES: dict[tuple[str, str], tuple[Rule, ...]] = {
    ("dynamodb", "CreateTable"): (table_name,),
    ("lambda", "CreateFunction"): (function_timeout, no_reserved_variables),
    ("lambda", "UpdateFunctionConfiguration"): (function_timeout, no_reserved_variables),
    ("sagemaker", "CreateTrainingJob"): (spot_waits_longer_than_it_runs, spot_or_warm_pool),
}
