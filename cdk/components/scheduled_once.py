"""A schedule's event that is delivered twice begins one run of a machine that has no plan to ask (decision 31)."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.grants import allow_items

MOMENT = "$.scheduled_at"
REFUSED = "DynamoDB.ConditionalCheckFailedException"
TRANSIENT = [
    f"DynamoDB.{error}"
    for error in ("InternalServerError", "ProvisionedThroughputExceededException", "ThrottlingException", "SdkClientException")
]


def scheduled_once(scope: Construct, name: str, leases: dynamodb.ITable, then: sfn.IChainable) -> sfn.Choice:
    """Goes on with `then` once per moment that a schedule names; a start by hand names none and goes on.

    The table keeps the newest moment of each machine, by its `name`, and the execution that it began, which may ask again.
    """
    texts = {"lease": {"S": name}, "scheduled_at": {"S.$": MOMENT}, "holder": {"S.$": "$$.Execution.Id"}}
    definition = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {
            "TableName": leases.table_name,
            "Item": texts,
            "ConditionExpression": "attribute_not_exists(lease) OR scheduled_at <> :scheduled_at OR holder = :holder",
            "ExpressionAttributeValues": {":scheduled_at": texts["scheduled_at"], ":holder": texts["holder"]},
        },
        "ResultPath": sfn.JsonPath.DISCARD,
    }
    remembered = sfn.CustomState(scope, "RememberStart", state_json=definition)
    remembered.add_retry(errors=TRANSIENT, interval=Duration.seconds(2), max_attempts=5, backoff_rate=2)
    remembered.add_catch(sfn.Succeed(scope, "DeliveredTwice"), errors=[REFUSED])
    is_scheduled = sfn.Condition.is_present(MOMENT)
    return sfn.Choice(scope, "IsScheduled").when(is_scheduled, remembered.next(then)).otherwise(then)


def allow_remembering(machine: sfn.StateMachine, leases: dynamodb.ITable) -> None:
    """Lets the machine do so."""
    allow_items(machine.role, ["PutItem"], leases)
