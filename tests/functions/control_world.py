"""The pipeline and a person, as the functions that change production meet them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import boto3
from aws_world import NAMES, golden
from bundle_world import bundle, put_bundle

from greenfraud import naming
from greenfraud.control import ControlDocument
from greenfraud.items import control as control_items
from greenfraud.items import lease as lease_items
from greenfraud.items import ledger as ledger_items
from greenfraud.items.lease import LASTS, Lease
from greenfraud.ledger_chain import Stored, copied_revision

EXECUTION_ARN = golden("step_functions_promote")["execution_arn"]
EXECUTION = naming.execution_key(EXECUTION_ARN)
PERSON = golden("api_gateway_rollback")["requestContext"]["authorizer"]["iam"]["userArn"]
Handler = Callable[[Any, object], dict[str, Any]]


@dataclass
class ControlWorld:
    """Handlers at their first call, and what they left behind."""

    start: Callable[[str], Handler]
    s3: Any
    dynamodb: Any
    _handlers: dict[str, Handler] = field(default_factory=dict)

    def call(self, verb: str, event: dict[str, Any]) -> dict[str, Any]:
        """The answer of one of the functions."""
        if verb not in self._handlers:
            self._handlers[verb] = self.start(f"control.{verb}")
        return self._handlers[verb](event, None)

    @cached_property
    def execution_arn(self) -> str:
        """The running execution of the golden event."""
        return start_execution(EXECUTION_ARN)

    def decide(self, version: str, outcome: str = "promote", execution: str = EXECUTION, **told: Any) -> None:
        """Leave a decision of the gate, which compared with what serves; `told` are other fields of it."""
        self.judge(self.in_production_by_name(), execution)
        decision = {"outcome": outcome, "family": "light", "version": version, "reasons": ["better"], **told}
        self.s3.put_object(Bucket="artifacts", Key=naming.decision_key(execution), Body=json.dumps(decision))

    def promote(self, version: str) -> dict[str, Any]:
        """Store a bundle, decide for it and promote it, as the state machine does."""
        put_bundle(self.s3, bundle(version))
        self.decide(version)
        hold_lease(self.dynamodb, self.execution_arn)
        return self.call("promote", {"execution_arn": self.execution_arn})

    def judge(self, production: str | None, execution: str = EXECUTION) -> None:
        """Leave an evaluation that compared with a model, or with the rules alone."""
        key = naming.evaluation_key(execution)
        self.s3.put_object(Bucket="artifacts", Key=key, Body=json.dumps({"production": production}))

    def in_production_by_name(self) -> str | None:
        """The model that serves, family/version, read from any copy."""
        items = {item["control_id"]["S"]: item for item in self.dynamodb.scan(TableName="control")["Items"]}
        names = [control_items.copy_id(index) for index in range(control_items.COPIES)]
        copies = [control_items.read_copy(name, items.get(name)) for name in names]
        document = control_items.newest(copy.document for copy in copies)
        return document.production.name if document and document.production else None

    def ask(self, route: str, body: Any = None, **changes: Any) -> tuple[int, dict[str, Any]]:
        """Status and body of a person's signed request; `changes` are put over the event."""
        event = golden("api_gateway_rollback") | {"routeKey": route, "body": json.dumps(body), **changes}
        answer = self.call("operate", event)
        return answer["statusCode"], json.loads(answer["body"])

    def roll_back(self, reason: str = "alarm", **told: Any) -> dict[str, Any]:
        """What is in production after a rollback that must succeed."""
        status, body = self.ask("POST /v1/production/rollback", {"reason": reason, **told})
        assert status == 200, body
        return body

    def in_production(self) -> str | None:
        """The version that serves."""
        status, body = self.ask("GET /v1/production")
        assert status == 200, body
        return body["production"] and body["production"]["version"]

    def copies(self) -> list[ControlDocument]:
        """Every copy of the control document."""
        keys = [control_items.key(control_items.copy_id(index)) for index in range(control_items.COPIES)]
        items = [self.dynamodb.get_item(TableName="control", Key=key)["Item"] for key in keys]
        return [ControlDocument.decode(item["document"]["S"]) for item in items]

    def is_untouched(self) -> bool:
        """Whether nothing was ever promoted."""
        return self.copies() == [ControlDocument()] * control_items.COPIES and not self.ledger()

    def ledger(self) -> list[dict[str, Any]]:
        """The entries of the ledger, oldest first."""
        return [json.loads(entry.text) for entry in self.stored()]

    def stored(self) -> list[Stored]:
        """The entries as they are stored, oldest first."""
        return [ledger_items.stored(one) for one in self.dynamodb.query(TableName="ledger", **ledger_items.all_entries())["Items"]]

    def archived(self) -> dict[int, str]:
        """The copies that nobody may overwrite, by revision."""
        keys = [one["Key"] for one in self.s3.list_objects_v2(Bucket="ledger").get("Contents", [])]
        texts = [self.s3.get_object(Bucket="ledger", Key=key)["Body"].read().decode() for key in keys]
        return {copied_revision(key): text for key, text in zip(keys, texts, strict=True)}

    def spoil(self, index: int, **cells: dict[str, Any]) -> None:
        """Damage one copy of the control document."""
        key = control_items.key(control_items.copy_id(index))
        item = self.dynamodb.get_item(TableName="control", Key=key)["Item"]
        self.dynamodb.put_item(TableName="control", Item={**item, **cells})


def hold_lease(dynamodb: Any, arn: str, *, taken_at: datetime | None = None, **known: str) -> Lease:
    """Let an execution hold the lease, whoever holds it now."""
    taken_at = taken_at or datetime.now(UTC)
    lease = Lease(holder=arn, taken_at=taken_at, ends_at=taken_at + LASTS, **known)
    dynamodb.put_item(TableName="leases", Item=lease_items.encode(lease))
    return lease


def start_execution(arn: str) -> str:
    """An execution of that ARN that runs; its machine is made where there is none yet."""
    client = boto3.client("stepfunctions")
    *_, machine, name = arn.split(":")
    machine_arn = NAMES["STATE_MACHINE_ARN"].rpartition(":")[0] + f":{machine}"
    if machine_arn not in [one["stateMachineArn"] for one in client.list_state_machines()["stateMachines"]]:
        client.create_state_machine(name=machine, definition=WAITS, roleArn="arn:aws:iam::123456789012:role/states")
    started: str = client.start_execution(stateMachineArn=machine_arn, name=name)["executionArn"]
    return started


WAITS = '{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": true}}}'
