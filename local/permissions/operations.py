"""Which actions on which resources a call needs, by the service authorization reference of each service.

https://docs.aws.amazon.com/service-authorization/latest/reference/. An operation that is not listed needs the action of
its own name, on the resource that one of its parameters names by an ARN, else on all.
"""

from __future__ import annotations

from local.permissions.deployments import (
    alarm,
    dashboard,
    event_bus,
    event_rule,
    event_source,
    function_arn,
    http_api,
    identity,
    layer,
    parameter,
    schedule,
    stack,
)
from local.permissions.needs import Need, Needs, Parameters, Rule, arn, pass_role

# The prefix of a service's actions where it is not the name of its client.
PREFIXES = {
    "stepfunctions": "states",
    "dynamodbstreams": "dynamodb",
    "sesv2": "ses",
}


def needs_of(service: str, operation: str, parameters: Parameters) -> Needs:
    """Every permission the call needs."""
    rule = RULES.get((service, operation)) or SERVICES.get(service) or unlisted(service)
    yield from rule(operation, parameters)


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


def function(operation: str, parameters: Parameters) -> Needs:
    """Actions on a function, and on what a new one is given."""
    action = "InvokeFunction" if operation == "Invoke" else operation
    name = parameters.get("FunctionName")
    resource = function_arn(name, parameters.get("Qualifier")) if name else parameters.get("EventSourceArn") or "*"
    yield Need(f"lambda:{action}", resource)
    for version in parameters.get("Layers") or ():
        yield Need("lambda:GetLayerVersion", version)
    yield from pass_role(parameters.get("Role"), "lambda.amazonaws.com")


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


def repository(operation: str, parameters: Parameters) -> Needs:
    """Image repositories by their names; the login accepts none."""
    names = parameters.get("repositoryNames") or [parameters.get("repositoryName")]
    for name in names:
        yield Need(f"ecr:{operation}", arn("ecr", f"repository/{name}") if name else "*")


def secret(operation: str, parameters: Parameters) -> Needs:
    """A secret by its ARN or name; AWS adds six characters to the name of a new one, and a random word is nobody's."""
    name = str(parameters.get("SecretId") or parameters.get("Name") or "*")
    yield Need(
        f"secretsmanager:{operation}", name if name == "*" or name.startswith("arn:") else arn("secretsmanager", f"secret:{name}")
    )


def events(operation: str, parameters: Parameters) -> Needs:
    """Each bus that an entry is for."""
    for name in sorted({str(entry.get("EventBusName") or "default") for entry in parameters["Entries"]}):
        yield Need(f"events:{operation}", name if name.startswith("arn:") else arn("events", f"event-bus/{name}"))


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
    "secretsmanager": secret,
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
    ("events", "PutEvents"): events,
    **{("events", f"{verb}EventBus"): event_bus for verb in ("Create", "Describe", "Update", "Delete")},
    ("dynamodb", "BatchGetItem"): batch_of_items,
    ("dynamodb", "BatchWriteItem"): batch_of_items,
    ("dynamodb", "TransactWriteItems"): transaction,
    ("dynamodb", "TransactGetItems"): transaction,
}
