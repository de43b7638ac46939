"""Log groups, metric filters, alarms, dashboards and parameters."""

from __future__ import annotations

from local.cloudformation.providers.resource import Properties, Provider, Resource


def create_log_group(resource: Resource) -> None:
    """Create the group and set how many days it keeps."""
    name = resource.name("LogGroupName")
    arguments = {"logGroupName": name, **resource.without("LogGroupName", "RetentionInDays")}
    resource.call("logs", "create_log_group", arguments)
    arn = f"arn:aws:logs:{resource.region}:{resource.account}:log-group:{name}:*"
    resource.identify(name, Arn=arn)
    update_log_group(resource, {})


def update_log_group(resource: Resource, _: Properties) -> None:
    """Set how many days it keeps."""
    if days := resource.properties.get("RetentionInDays"):
        arguments = {"logGroupName": resource.physical_resource_id, "retentionInDays": days}
        resource.call("logs", "put_retention_policy", arguments)


def delete_log_group(resource: Resource) -> None:
    """Delete it with its lines."""
    resource.client("logs").delete_log_group(logGroupName=resource.physical_resource_id)


def put_metric_filter(resource: Resource, _: Properties | None = None) -> None:
    """Record the filter; lines are not counted by it here."""
    name = resource.name("FilterName")
    resource.call("logs", "put_metric_filter", {"filterName": name, **resource.without("FilterName")})
    resource.identify(name)


def delete_metric_filter(resource: Resource) -> None:
    """Forget the filter."""
    group = resource.properties["LogGroupName"]
    resource.client("logs").delete_metric_filter(logGroupName=group, filterName=resource.physical_resource_id)


def put_alarm(resource: Resource, _: Properties | None = None) -> None:
    """Create or change the alarm; the embedded evaluator sets its state."""
    name = resource.name("AlarmName")
    resource.call("cloudwatch", "put_metric_alarm", {"AlarmName": name, **resource.without("AlarmName")})
    resource.identify(name, Arn=f"arn:aws:cloudwatch:{resource.region}:{resource.account}:alarm:{name}")


def delete_alarm(resource: Resource) -> None:
    """Delete the alarm."""
    resource.client("cloudwatch").delete_alarms(AlarmNames=[resource.physical_resource_id])


def put_dashboard(resource: Resource, _: Properties | None = None) -> None:
    """Store the dashboard's document."""
    name = resource.name("DashboardName")
    resource.call("cloudwatch", "put_dashboard", {"DashboardName": name, **resource.without("DashboardName")})
    resource.identify(name)


def delete_dashboard(resource: Resource) -> None:
    """Delete the dashboard."""
    resource.client("cloudwatch").delete_dashboards(DashboardNames=[resource.physical_resource_id])


def put_parameter(resource: Resource, old: Properties | None = None) -> None:
    """Create the parameter, or overwrite it (the API then takes no tags)."""
    name = resource.name("Name")
    arguments = {"Name": name, "Overwrite": old is not None, **resource.without("Name", *(["Tags"] if old else []))}
    if tags := arguments.get("Tags"):
        arguments["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    resource.call("ssm", "put_parameter", arguments)
    resource.identify(name, Type=resource.properties["Type"], Value=resource.properties["Value"])


def delete_parameter(resource: Resource) -> None:
    """Delete the parameter."""
    resource.client("ssm").delete_parameter(Name=resource.physical_resource_id)


def named(*names: str) -> frozenset[str]:
    """Properties that make it another resource."""
    return frozenset(names)


PROVIDERS = (
    Provider(
        type="AWS::Logs::LogGroup",
        create=create_log_group,
        update=update_log_group,
        delete=delete_log_group,
        replaced_by=named("LogGroupName", "LogGroupClass"),
    ),
    Provider(
        type="AWS::Logs::MetricFilter",
        create=put_metric_filter,
        update=put_metric_filter,
        delete=delete_metric_filter,
        replaced_by=named("LogGroupName", "FilterName"),
    ),
    Provider(
        type="AWS::CloudWatch::Alarm",
        create=put_alarm,
        update=put_alarm,
        delete=delete_alarm,
        replaced_by=named("AlarmName"),
    ),
    Provider(
        type="AWS::CloudWatch::Dashboard",
        create=put_dashboard,
        update=put_dashboard,
        delete=delete_dashboard,
        replaced_by=named("DashboardName"),
    ),
    Provider(
        type="AWS::SSM::Parameter",
        create=put_parameter,
        update=put_parameter,
        delete=delete_parameter,
        replaced_by=named("Name", "Type"),
    ),
)
