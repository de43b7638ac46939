"""What CloudFormation's calls need, which make, change and delete: services that nothing calls at run time."""

from __future__ import annotations

from local.context import ACCOUNT, REGION
from local.permissions.needs import Need, Needs, Parameters, arn, pass_role

VERBS = {"Create": "POST", "Import": "PUT", "Update": "PATCH", "Delete": "DELETE", "Get": "GET", "Tag": "POST", "Untag": "DELETE"}


def function_arn(name: str, qualifier: str | None = None) -> str:
    """A function by name, partial or whole ARN, with its version or alias."""
    whole = name if name.startswith("arn:") else arn("lambda", f"function:{name}")
    return f"{whole}:{qualifier}" if qualifier else whole


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


def schedule(operation: str, parameters: Parameters) -> Needs:
    """A schedule by its group and name."""
    group = parameters.get("GroupName") or "default"
    yield Need(f"scheduler:{operation}", arn("scheduler", f"schedule/{group}/{parameters.get('Name', '*')}"))
    yield from pass_role((parameters.get("Target") or {}).get("RoleArn"), "scheduler.amazonaws.com")


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
    """A rule by its name, and by its bus where that is not the account's own; a target may be reached by a role."""
    name, bus = parameters.get("Rule") or parameters.get("Name"), parameters.get("EventBusName")
    of_bus = f"{bus}/" if bus and bus != "default" else ""
    yield Need(f"events:{operation}", arn("events", f"rule/{of_bus}{name}") if name else "*")
    for target in parameters.get("Targets") or ():
        yield from pass_role(target.get("RoleArn"), "events.amazonaws.com")


def event_bus(operation: str, parameters: Parameters) -> Needs:
    """A bus by its name."""
    yield Need(f"events:{operation}", arn("events", f"event-bus/{parameters['Name']}"))
