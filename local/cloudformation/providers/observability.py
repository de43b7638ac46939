"""Log groups, alarms, dashboards and parameters."""

from __future__ import annotations

from local.cloudformation.providers.resource import Properties, Provider, Resource
from local.context import ACCOUNT, REGION
from local.monitoring.metric_math import check


def create_log_group(resource: Resource) -> None:
    """Create the group and set how many days it keeps."""
    name = resource.name("LogGroupName")
    resource.call("logs", "create_log_group", {"logGroupName": name, **resource.only("Tags")})
    resource.identify(name, Arn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*")
    update_log_group(resource, {})


def update_log_group(resource: Resource, _: Properties) -> None:
    """Set how many days it keeps."""
    if days := resource.properties.get("RetentionInDays"):
        arguments = {"logGroupName": resource.physical_resource_id, "retentionInDays": days}
        resource.call("logs", "put_retention_policy", arguments)


def delete_log_group(resource: Resource) -> None:
    """Delete it with its lines."""
    resource.client("logs").delete_log_group(logGroupName=resource.physical_resource_id)


def put_alarm(resource: Resource, _: Properties | None = None) -> None:
    """Create or change the alarm; the embedded evaluator sets its state. UnsupportedExpressionError for other metric math."""
    name = resource.name()
    queries = resource.properties.get("Metrics", [])
    for query in queries:
        if "Expression" in query:
            check(query["Expression"], {one["Id"] for one in queries if "MetricStat" in one})
    resource.call("cloudwatch", "put_metric_alarm", {"AlarmName": name, **resource.properties})
    resource.identify(name, Arn=f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}")


def delete_alarm(resource: Resource) -> None:
    """Delete the alarm."""
    resource.client("cloudwatch").delete_alarms(AlarmNames=[resource.physical_resource_id])


def put_metric_filter(resource: Resource, _: Properties | None = None) -> None:
    """Record the filter: only access logs are filtered, and none are written here."""
    name = resource.name("FilterName")
    resource.call("logs", "put_metric_filter", {"FilterName": name, **resource.without("FilterName")})
    resource.identify(name)


def delete_metric_filter(resource: Resource) -> None:
    """Delete the filter."""
    arguments = {"FilterName": resource.physical_resource_id, **resource.only("LogGroupName")}
    resource.call("logs", "delete_metric_filter", arguments)


def put_dashboard(resource: Resource, _: Properties | None = None) -> None:
    """Store the dashboard's document."""
    name = resource.name("DashboardName")
    resource.call("cloudwatch", "put_dashboard", {"DashboardName": name, **resource.without("DashboardName")})
    resource.identify(name)


def delete_dashboard(resource: Resource) -> None:
    """Delete the dashboard."""
    resource.client("cloudwatch").delete_dashboards(DashboardNames=[resource.physical_resource_id])


def put_parameter(resource: Resource, old: Properties | None = None) -> None:
    """Create the parameter, or overwrite it."""
    resource.call("ssm", "put_parameter", {**resource.properties, "Overwrite": old is not None})
    resource.identify(resource.properties["Name"])


def delete_parameter(resource: Resource) -> None:
    """Delete the parameter."""
    resource.client("ssm").delete_parameter(Name=resource.physical_resource_id)


PROVIDERS = (
    Provider("AWS::Logs::LogGroup", create_log_group, update_log_group, delete_log_group, replaced_by=("LogGroupName",)),
    Provider("AWS::CloudWatch::Alarm", put_alarm, put_alarm, delete_alarm),
    Provider("AWS::Logs::MetricFilter", put_metric_filter, put_metric_filter, delete_metric_filter, replaced_by=("LogGroupName",)),
    Provider("AWS::CloudWatch::Dashboard", put_dashboard, put_dashboard, delete_dashboard, replaced_by=("DashboardName",)),
    Provider("AWS::SSM::Parameter", put_parameter, put_parameter, delete_parameter, replaced_by=("Name", "Type")),
)
