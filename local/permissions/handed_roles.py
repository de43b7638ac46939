"""What services check about a role when they are given it: that it trusts them, and that it may do what they will do by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.awslambda.models import lambda_backends

from local.context import ACCOUNT, REGION
from local.permissions.callers import Caller, caller_of_role
from local.permissions.decision import AccessDeniedError, RoleNotAssumableError, check, take_on
from local.permissions.needs import Need, arn

Parameters = Mapping[str, Any]
STREAM = (
    "Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your "
    "stream in IAM."
)
SYNC_JOBS = "sagemaker:createTrainingJob.sync"
# Step Functions learns of the end of a job by a rule that it keeps itself, in the account and by the machine's role.
JOB_EVENTS_RULE = arn("events", "rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule")
LOG_DELIVERY = (
    "CreateLogDelivery",
    "GetLogDelivery",
    "UpdateLogDelivery",
    "DeleteLogDelivery",
    "ListLogDeliveries",
    "PutResourcePolicy",
    "DescribeResourcePolicies",
    "DescribeLogGroups",
)


class RoleRefusedError(Exception):
    """A service refuses a role; `code` and message are its own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Trust:
    """Who takes on a role given by a parameter, and what it says when it may not."""

    service: str
    role_of: str
    code: str
    words: str


LAMBDA = Trust(
    "lambda.amazonaws.com",
    "Role",
    "InvalidParameterValueException",
    "The role defined for the function cannot be assumed by Lambda.",
)
STATES = Trust(
    "states.amazonaws.com",
    "roleArn",
    "AccessDeniedException",
    "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.",
)
SAGEMAKER = Trust(
    "sagemaker.amazonaws.com",
    "RoleArn",
    "ValidationException",
    "Could not assume role {role}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to "
    "assume the role.",
)
SCHEDULER = Trust(
    "scheduler.amazonaws.com",
    "Target.RoleArn",
    "ValidationException",
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
)
TRUSTS = {
    ("lambda", "CreateFunction"): LAMBDA,
    ("lambda", "UpdateFunctionConfiguration"): LAMBDA,
    ("stepfunctions", "CreateStateMachine"): STATES,
    ("stepfunctions", "UpdateStateMachine"): STATES,
    ("sagemaker", "CreateTrainingJob"): SAGEMAKER,
    ("scheduler", "CreateSchedule"): SCHEDULER,
    ("scheduler", "UpdateSchedule"): SCHEDULER,
}
SOURCES = {  # on whose behalf a service asks, where trust policies have a condition on it
    "states.amazonaws.com": arn("states", "stateMachine:any"),
    "scheduler.amazonaws.com": arn("scheduler", "schedule-group/default"),
}


def check_roles(service: str, operation: str, parameters: Parameters) -> None:
    """Raise RoleRefusedError when a service could not work by the role it is given."""
    trust = TRUSTS.get((service, operation))
    if trust is not None:
        check_trust(trust, parameters)
    if (service, operation) == ("lambda", "CreateEventSourceMapping"):
        (check_queue if ":sqs:" in parameters["EventSourceArn"] else check_stream)(parameters)
    if service == "stepfunctions" and operation in ("CreateStateMachine", "UpdateStateMachine"):
        check_machine(parameters)


def check_trust(trust: Trust, parameters: Parameters) -> None:
    """The role exists and trusts the service."""
    role: Any = parameters
    for name in trust.role_of.split("."):
        role = (role or {}).get(name)
    if not role:
        return
    try:
        take_on(role, trust.service, "trust", source_arn=SOURCES.get(trust.service, ""))
    except RoleNotAssumableError as reason:
        raise RoleRefusedError(trust.code, trust.words.format(role=role)) from reason


def check_stream(parameters: Parameters) -> None:
    """The function may read the stream that is to feed it, and write to the queue for what fails."""
    function = lambda_backends[ACCOUNT][REGION].get_function(parameters["FunctionName"])
    caller, stream = caller_of_role(function.role, function.function_name), parameters["EventSourceArn"]
    try:
        check(caller, Need("dynamodb:ListStreams", "*"))
        for action in ("DescribeStream", "GetShardIterator", "GetRecords"):
            check(caller, Need(f"dynamodb:{action}", stream))
    except AccessDeniedError as denial:
        raise RoleRefusedError("InvalidParameterValueException", f"Cannot access stream {stream}. {STREAM} ({denial})") from denial
    destination = ((parameters.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    if destination and ":sqs:" in destination:
        try:
            check(caller, Need("sqs:SendMessage", destination))
        except AccessDeniedError as denial:
            words = "The function execution role does not have permissions to call SendMessage on SQS"
            raise RoleRefusedError("InvalidParameterValueException", f"{words} ({denial})") from denial


def check_queue(parameters: Parameters) -> None:
    """The function may take messages from the queue that is to feed it."""
    function = lambda_backends[ACCOUNT][REGION].get_function(parameters["FunctionName"])
    caller = caller_of_role(function.role, function.function_name)
    for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
        try:
            check(caller, Need(f"sqs:{action}", parameters["EventSourceArn"]))
        except AccessDeniedError as denial:
            words = f"The provided execution role does not have permissions to call {action} on SQS"
            raise RoleRefusedError("InvalidParameterValueException", f"{words} ({denial})") from denial


def check_machine(parameters: Parameters) -> None:
    """The machine's role may keep the rule that tells of jobs, and deliver the machine's log."""
    role = parameters.get("roleArn")
    if not role:
        return
    if '"Credentials"' in (parameters.get("definition") or ""):
        raise RoleRefusedError("ValidationException", "the embedded AWS runs every task by the machine's role: no Credentials")
    caller = caller_of_role(role, "StepFunctions")
    if SYNC_JOBS in (parameters.get("definition") or ""):
        require(
            caller,
            ("PutTargets", "PutRule", "DescribeRule"),
            "events",
            JOB_EVENTS_RULE,
            f"'{role}' is not authorized to create managed-rule.",
        )
    logging = parameters.get("loggingConfiguration") or {}
    if logging.get("destinations") and logging.get("level") != "OFF":
        require(caller, LOG_DELIVERY, "logs", "*", "The state machine IAM Role is not authorized to access the Log Destination")


def require(caller: Caller, actions: tuple[str, ...], service: str, resource: str, words: str) -> None:
    """Raise RoleRefusedError in the service's words unless the caller may do all of it."""
    try:
        for action in actions:
            check(caller, Need(f"{service}:{action}", resource))
    except AccessDeniedError as denial:
        raise RoleRefusedError("AccessDeniedException", f"{words} ({denial})") from denial
