"""Sizes and numbers that AWS refuses beyond and its models do not state, with the codes and words that it refuses them with."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any

from moto.iam.models import Role, iam_backends

from local.context import ACCOUNT
from local.limits import figure

Parameters = dict[str, Any]


class LimitError(Exception):
    """A request beyond a limit."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


def check(service: str, action: str, parameters: Parameters, body_bytes: int) -> None:
    """Raise LimitError when the request, whose body is so long, is beyond one of the service's limits."""
    for limit in LIMITS.get((service, action), ()):
        limit(parameters)
    if (service, action) == ("cloudwatch", "PutMetricData") and body_bytes > figure("cloudwatch_request"):
        raise LimitError("RequestEntityTooLarge", f"Request size {body_bytes} exceeded {figure('cloudwatch_request')} bytes")


def lambda_environment(parameters: Parameters) -> None:
    """The variables of a function, as the JSON that Lambda measures."""
    variables = (parameters.get("Environment") or {}).get("Variables") or {}
    size = len(json.dumps(variables, separators=(",", ":"), ensure_ascii=False).encode())
    if size > figure("lambda_environment"):
        message = (
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. {size} bytes were measured"
        )
        raise LimitError("InvalidParameterValueException", message)


def lambda_layers(parameters: Parameters) -> None:
    """How many layers a function has."""
    if len(parameters.get("Layers") or []) > figure("lambda_layers"):
        raise LimitError("InvalidParameterValueException", f"Cannot reference more than {figure('lambda_layers')} layers.")


def lambda_upload(operation: str, holder: str | None) -> Callable[[Parameters], None]:
    """A zip that comes inside the request, in Base64."""

    def check_upload(parameters: Parameters) -> None:
        content = (parameters.get(holder) or {} if holder else parameters).get("ZipFile") or b""
        if len(content if isinstance(content, bytes) else base64.b64decode(content)) > figure("lambda_upload"):
            most = figure("lambda_upload") * 4 // 3
            message = f"Request must be smaller than {most} bytes for the {operation} operation"
            raise LimitError("RequestEntityTooLargeException", message)

    return check_upload


def dynamodb_batch_write(parameters: Parameters) -> None:
    """All tables of a batch together; the model counts each alone."""
    if sum(map(len, parameters["RequestItems"].values())) > figure("dynamodb_batch_write"):
        raise LimitError("ValidationException", "Too many items requested for the BatchWriteItem call")


def execution_input(parameters: Parameters) -> None:
    """The input of an execution in bytes; the model counts characters."""
    if len((parameters.get("input") or "").encode()) > figure("states_data"):
        message = (
            f"Value at 'input' failed to satisfy constraint: Member must have length less than or equal to {figure('states_data')}"
        )
        raise LimitError("ValidationException", f"1 validation error detected: {message}")


def sqs_message(parameters: Parameters) -> None:
    """A message in bytes."""
    if len(parameters["MessageBody"].encode()) > figure("sqs_message"):
        message = f"One or more parameters are invalid. Reason: Message must be shorter than {figure('sqs_message')} bytes."
        raise LimitError("InvalidParameterValue", message)


def sns_message(parameters: Parameters) -> None:
    """A notification in bytes; moto counts characters."""
    if len(parameters["Message"].encode()) > figure("sns_message"):
        raise LimitError("InvalidParameter", "Invalid parameter: Message too long")


def cloudwatch_metrics(parameters: Parameters) -> None:
    """The metrics of one request."""
    if len(parameters.get("MetricData") or []) > figure("cloudwatch_metrics"):
        most = figure("cloudwatch_metrics")
        raise LimitError("InvalidParameterValue", f"The collection MetricData must not have a size greater than {most}.")


def counted(document: str) -> int:
    """The characters of a policy that IAM counts: all but white space."""
    return len(re.sub(r"\s", "", document))


def role_of(parameters: Parameters) -> Role | None:
    """The role that is spoken of, if there is one; moto answers for one that is missing."""
    return next((role for role in iam_backends[ACCOUNT]["aws"].roles.values() if role.name == parameters["RoleName"]), None)


def iam_inline_policies(parameters: Parameters) -> None:
    """All inline policies of a role, as they would be afterwards."""
    role, most = role_of(parameters), figure("iam_inline_policies")
    kept = role.policies if role else {}
    policies = {**kept, parameters["PolicyName"]: parameters["PolicyDocument"]}
    if sum(map(counted, policies.values())) > most:
        raise LimitError("LimitExceeded", f"Maximum policy size of {most} bytes exceeded for role {parameters['RoleName']}")


def iam_managed_policy(parameters: Parameters) -> None:
    """One managed policy."""
    if counted(parameters["PolicyDocument"]) > figure("iam_managed_policy"):
        raise LimitError("LimitExceeded", f"Cannot exceed quota for PolicySize: {figure('iam_managed_policy')}")


def iam_attached_policies(parameters: Parameters) -> None:
    """Managed policies of one role, as they would be afterwards."""
    role = role_of(parameters)
    attached = set(role.managed_policies if role else ()) | {parameters["PolicyArn"]}
    if len(attached) > figure("iam_attached_policies"):
        raise LimitError("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {figure('iam_attached_policies')}")


def iam_trust_policy(name: str) -> Callable[[Parameters], None]:
    """Who may assume a role, under the parameter's name."""

    def check_trust(parameters: Parameters) -> None:
        if counted(parameters[name]) > figure("iam_trust_policy"):
            raise LimitError("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {figure('iam_trust_policy')}")

    return check_trust


LIMITS: dict[tuple[str, str], tuple[Callable[[Parameters], None], ...]] = {
    ("cloudwatch", "PutMetricData"): (cloudwatch_metrics,),
    ("dynamodb", "BatchWriteItem"): (dynamodb_batch_write,),
    ("iam", "AttachRolePolicy"): (iam_attached_policies,),
    ("iam", "CreatePolicy"): (iam_managed_policy,),
    ("iam", "CreatePolicyVersion"): (iam_managed_policy,),
    ("iam", "CreateRole"): (iam_trust_policy("AssumeRolePolicyDocument"),),
    ("iam", "PutRolePolicy"): (iam_inline_policies,),
    ("iam", "UpdateAssumeRolePolicy"): (iam_trust_policy("PolicyDocument"),),
    ("lambda", "CreateFunction"): (lambda_environment, lambda_layers, lambda_upload("CreateFunction", "Code")),
    ("lambda", "PublishLayerVersion"): (lambda_upload("PublishLayerVersion", "Content"),),
    ("lambda", "UpdateFunctionCode"): (lambda_upload("UpdateFunctionCode", None),),
    ("lambda", "UpdateFunctionConfiguration"): (lambda_environment, lambda_layers),
    ("sns", "Publish"): (sns_message,),
    ("sqs", "SendMessage"): (sqs_message,),
    ("stepfunctions", "StartExecution"): (execution_input,),
}
