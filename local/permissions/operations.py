"""Which actions on which resources a call needs, by the service authorization reference of each service.

https://docs.aws.amazon.com/service-authorization/latest/reference/. An operation that is not listed needs the action of
its own name, on the resource that one of its parameters names by an ARN, else on all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.context import ACCOUNT, REGION

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Need:
    """One permission; `context` is what conditions may ask about."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


Needs = Iterator[Need]
Rule = Callable[[str, Parameters], Needs]

# The prefix of a service's actions where it is not the name of its client.
PREFIXES = {
    "stepfunctions": "states",
    "dynamodbstreams": "dynamodb",
    "sesv2": "ses",
}


def arn(service: str, rest: str) -> str:
    """An ARN of this account and region."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


def needs_of(service: str, operation: str, parameters: Parameters) -> Needs:
    """Every permission the call needs."""
    rule = RULES.get((service, operation)) or SERVICES.get(service) or unlisted(service)
    yield from rule(operation, parameters)


def pass_role(role: str | None, service: str) -> Needs:
    """Handing a role to a service."""
    if role:
        yield Need("iam:PassRole", role, {"iam:PassedToService": service})


def unlisted(service: str) -> Rule:
    """The rule of operations that are not listed."""
    prefix = PREFIXES.get(service, service)

    def rule(operation: str, parameters: Parameters) -> Needs:
        named = (value for name, value in parameters.items() if name.lower().endswith("arn") and isinstance(value, str))
        yield Need(f"{prefix}:{operation}", next(named, "*"))

    return rule


def table_arn(name: str) -> str:
    """The ARN of a table, which calls name either way."""
    return name if name.startswith("arn:") else arn("dynamodb", f"table/{name}")


def dynamodb(operation: str, parameters: Parameters) -> Needs:
    """Actions on tables and their indexes."""
    if "TableName" not in parameters:
        yield Need(f"dynamodb:{operation}", parameters.get("ResourceArn") or parameters.get("StreamArn") or "*")
        return
    index = parameters.get("IndexName")
    yield Need(f"dynamodb:{operation}", table_arn(parameters["TableName"]) + (f"/index/{index}" if index else ""))


def batch_of_items(operation: str, parameters: Parameters) -> Needs:
    """Each table of a batch."""
    for name in parameters["RequestItems"]:
        yield Need(f"dynamodb:{operation}", table_arn(name))


TRANSACTED = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


def transaction(_: str, parameters: Parameters) -> Needs:
    """A transaction needs the action of each of its members."""
    for entry in parameters["TransactItems"]:
        for kind, item in entry.items():
            yield Need(f"dynamodb:{TRANSACTED[kind]}", table_arn(item["TableName"]))


def metric_data(_: str, parameters: Parameters) -> Needs:
    """Metrics accept no resource; their namespace is a condition."""
    yield Need("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": parameters["Namespace"]})


def log_stream(operation: str, parameters: Parameters) -> Needs:
    """Actions on a group are asked for as on its streams."""
    group, stream = parameters.get("logGroupName", ""), parameters.get("logStreamName", "")
    yield Need(f"logs:{operation}", arn("logs", f"log-group:{group}:log-stream:{stream}"))


def log_groups(operation: str, _: Parameters) -> Needs:
    """Listing groups is asked for as on a stream without a name in a group without one, whatever is listed."""
    yield Need(f"logs:{operation}", arn("logs", "log-group::log-stream:"))


def queue(operation: str, parameters: Parameters) -> Needs:
    """A queue by its URL or name; batches need the action of one message."""
    name = str(parameters.get("QueueUrl") or parameters.get("QueueName") or "*").rsplit("/", 1)[-1]
    yield Need(f"sqs:{operation.removesuffix('Batch')}", arn("sqs", name) if name != "*" else "*")


def topic(operation: str, parameters: Parameters) -> Needs:
    """A topic by its ARN or its name."""
    named = parameters.get("TopicArn") or parameters.get("TargetArn") or parameters.get("ResourceArn")
    yield Need(f"sns:{operation}", named or (arn("sns", parameters["Name"]) if "Name" in parameters else "*"))


def function_arn(name: str, qualifier: str | None = None) -> str:
    """A function by name, partial or whole ARN, with its version or alias."""
    whole = name if name.startswith("arn:") else arn("lambda", f"function:{name}")
    return f"{whole}:{qualifier}" if qualifier else whole


def function(operation: str, parameters: Parameters) -> Needs:
    """Actions on a function, and on what a new one is given."""
    action = "InvokeFunction" if operation == "Invoke" else operation
    name = parameters.get("FunctionName")
    resource = function_arn(name, parameters.get("Qualifier")) if name else parameters.get("EventSourceArn") or "*"
    yield Need(f"lambda:{action}", resource)
    for layer in parameters.get("Layers") or ():
        yield Need("lambda:GetLayerVersion", layer)
    yield from pass_role(parameters.get("Role"), "lambda.amazonaws.com")


def event_source(operation: str, parameters: Parameters) -> Needs:
    """A mapping that is to be made has no name; whose function it is to be is a condition."""
    uuid, name = parameters.get("UUID"), parameters.get("FunctionName")
    context = {"lambda:FunctionArn": function_arn(name)} if name else {}
    yield Need(f"lambda:{operation}", arn("lambda", f"event-source-mapping:{uuid}") if uuid else "*", context)


def layer(operation: str, parameters: Parameters) -> Needs:
    """A layer or one of its versions, by name or ARN."""
    name, number = parameters["LayerName"], parameters.get("VersionNumber")
    whole = name if name.startswith("arn:") else arn("lambda", f"layer:{name}")
    yield Need(f"lambda:{operation}", f"{whole}:{number}" if number else whole)


VERBS = {"Create": "POST", "Import": "PUT", "Update": "PATCH", "Delete": "DELETE", "Get": "GET", "Tag": "POST", "Untag": "DELETE"}


def http_api(operation: str, parameters: Parameters) -> Needs:
    """API Gateway's actions are HTTP's methods, its resources the paths of its own interface."""
    verb = next(VERBS[word] for word in VERBS if operation.startswith(word))
    api = f"/apis/{parameters['ApiId']}" if "ApiId" in parameters else "/apis"
    parts = operation.removeprefix(next(word for word in VERBS if operation.startswith(word))).rstrip("s").lower()
    below = "" if parts == "api" else f"/{parts}s"
    yield Need(f"apigateway:{verb}", f"arn:aws:apigateway:{REGION}::{api}{below}")


def alarm(operation: str, parameters: Parameters) -> Needs:
    """Alarms by their names."""
    for name in parameters.get("AlarmNames") or [parameters.get("AlarmName", "*")]:
        yield Need(f"cloudwatch:{operation}", arn("cloudwatch", f"alarm:{name}"))


def dashboard(operation: str, parameters: Parameters) -> Needs:
    """Dashboards by their names; they live in no region."""
    for name in parameters.get("DashboardNames") or [parameters.get("DashboardName", "*")]:
        yield Need(f"cloudwatch:{operation}", f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{name}")


def training_job(operation: str, parameters: Parameters) -> Needs:
    """A job by its name; tagging a new one is an action of its own, and so is handing it its role."""
    name = parameters.get("TrainingJobName")
    resource = arn("sagemaker", f"training-job/{name}") if name else parameters.get("ResourceArn") or "*"
    yield Need(f"sagemaker:{operation}", resource)
    if operation == "CreateTrainingJob":
        if parameters.get("Tags"):
            yield Need("sagemaker:AddTags", resource)
        yield from pass_role(parameters.get("RoleArn"), "sagemaker.amazonaws.com")


def state_machine(operation: str, parameters: Parameters) -> Needs:
    """Machines and executions are named by their ARNs; a new machine by its name."""
    named = parameters.get("executionArn") or parameters.get("stateMachineArn") or parameters.get("resourceArn")
    resource = named or (arn("states", f"stateMachine:{parameters['name']}") if "name" in parameters else "*")
    yield Need(f"states:{operation}", resource)
    yield from pass_role(parameters.get("roleArn"), "states.amazonaws.com")


def schedule(operation: str, parameters: Parameters) -> Needs:
    """A schedule by its group and name."""
    group = parameters.get("GroupName") or "default"
    yield Need(f"scheduler:{operation}", arn("scheduler", f"schedule/{group}/{parameters.get('Name', '*')}"))
    yield from pass_role((parameters.get("Target") or {}).get("RoleArn"), "scheduler.amazonaws.com")


def repository(operation: str, parameters: Parameters) -> Needs:
    """Image repositories by their names; the login accepts none."""
    names = parameters.get("repositoryNames") or [parameters.get("repositoryName")]
    for name in names:
        yield Need(f"ecr:{operation}", arn("ecr", f"repository/{name}") if name else "*")


def parameter(operation: str, parameters: Parameters) -> Needs:
    """Parameters by their names."""
    for name in parameters.get("Names") or [parameters.get("Name")]:
        yield Need(f"ssm:{operation}", arn("ssm", f"parameter/{str(name).lstrip('/')}") if name else "*")


def stack(operation: str, parameters: Parameters) -> Needs:
    """A stack by its name or ARN, and the role that CloudFormation is handed."""
    named = str(parameters.get("StackName") or "")
    resource = named if named.startswith("arn:") else arn("cloudformation", f"stack/{named}/*") if named else "*"
    yield Need(f"cloudformation:{operation}", resource)
    yield from pass_role(parameters.get("RoleARN"), "cloudformation.amazonaws.com")


def identity(operation: str, parameters: Parameters) -> Needs:
    """Roles and policies live in no region."""
    kinds = {"RoleName": "role", "UserName": "user"}
    named = next((f"arn:aws:iam::{ACCOUNT}:{kind}/{parameters[name]}" for name, kind in kinds.items() if name in parameters), None)
    yield Need(f"iam:{operation}", named or parameters.get("PolicyArn") or "*")


def event_rule(operation: str, parameters: Parameters) -> Needs:
    """A rule by its name."""
    name = parameters.get("Rule") or parameters.get("Name")
    yield Need(f"events:{operation}", arn("events", f"rule/{name}") if name else "*")


def assume(operation: str, parameters: Parameters) -> Needs:
    """Taking on a role; who one is may be asked without permission."""
    if operation != "GetCallerIdentity":
        yield Need(f"sts:{operation}", parameters.get("RoleArn", "*"))


SERVICES: dict[str, Rule] = {
    "apigatewayv2": http_api,
    "cloudformation": stack,
    "dynamodb": dynamodb,
    "ecr": repository,
    "events": event_rule,
    "iam": identity,
    "lambda": function,
    "logs": log_stream,
    "sagemaker": training_job,
    "scheduler": schedule,
    "sns": topic,
    "sqs": queue,
    "ssm": parameter,
    "stepfunctions": state_machine,
    "sts": assume,
}
RULES: dict[tuple[str, str], Rule] = {
    ("logs", "DescribeLogGroups"): log_groups,
    **{("lambda", f"{verb}EventSourceMapping"): event_source for verb in ("Create", "Update", "Get", "Delete")},
    **{("lambda", f"{verb}LayerVersion"): layer for verb in ("Publish", "Get", "Delete")},
    **{("cloudwatch", name): alarm for name in ("PutMetricAlarm", "DescribeAlarms", "DeleteAlarms", "SetAlarmState")},
    **{("cloudwatch", name): dashboard for name in ("PutDashboard", "GetDashboard", "DeleteDashboards")},
    ("cloudwatch", "PutMetricData"): metric_data,
    ("dynamodb", "BatchGetItem"): batch_of_items,
    ("dynamodb", "BatchWriteItem"): batch_of_items,
    ("dynamodb", "TransactWriteItems"): transaction,
    ("dynamodb", "TransactGetItems"): transaction,
}
