"""The functions that record, judge and promote, each with a role of its own: the right to one is no right to another."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk.components.buckets import Buckets
from cdk.components.function import ServiceFunction
from cdk.components.grants import allow_items, allow_listing, allow_objects
from cdk.components.id_key import OFF, IdKey
from cdk.components.layers import Layers
from cdk.components.network import Network
from cdk.components.state_machines import allow_asking_of_executions, machine_arn
from cdk.components.tables import Tables
from cdk.settings import Settings

MEMORY_MB = 256
# What the gate said, of which bundles, and what they change.
JUDGED = tuple(f"executions/*/{name}.json" for name in ("decision", "evaluation", "curves"))
HTTP_API_SECONDS = 29  # API Gateway gives up after 30


class Control(Construct):
    """What the pipeline's state machine calls between its jobs."""

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        layers: Layers,
        buckets: Buckets,
        tables: Tables,
        machine_name: str,
        network: Network | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._settings, self._layers, self._network = settings, layers, network
        self._buckets, self._tables = buckets, tables
        self.record = self._record()
        self.gate = self._gate()
        self.promote = self._promote(machine_name)

    def _record(self) -> ServiceFunction:
        tables = {"LINEAGE_TABLE": self._tables.lineage.table_name, "LEASES_TABLE": self._tables.leases.table_name}
        record = self._function("Record", "record", tables)
        allow_objects(record.role, self._buckets.artifacts, ["s3:GetObject"], "executions/*/train/*")
        allow_items(record.role, ["PutItem"], self._tables.lineage)
        allow_items(record.role, ["GetItem", "ConditionCheckItem"], self._tables.leases)
        return record

    def _gate(self) -> ServiceFunction:
        gate = self._function("Gate", "gate", {})
        allow_objects(gate.role, self._buckets.artifacts, ["s3:GetObject"], "executions/*/evaluation.json")
        allow_objects(gate.role, self._buckets.artifacts, ["s3:PutObject"], "executions/*/decision.json")
        return gate

    def _promote(self, machine_name: str) -> ServiceFunction:
        machine = machine_arn(self, machine_name)
        tables = {**production_stores(self._tables, self._buckets), "LEASES_TABLE": self._tables.leases.table_name}
        promote = self._function("Promote", "promote", {"STATE_MACHINE_ARN": machine, **tables})
        allow_objects(promote.role, self._buckets.artifacts, ["s3:GetObject"], "models/", *JUDGED)
        allow_replacing(promote.role, self._tables, self._buckets)
        allow_items(promote.role, ["GetItem"], self._tables.leases)
        allow_asking_of_executions(promote.role, machine_name)
        return promote

    def _function(self, id_: str, verb: str, environment: dict[str, str]) -> ServiceFunction:
        function = ServiceFunction(
            self,
            id_,
            name=f"control.{verb}",
            layers=self._layers,
            architecture=self._settings.architecture,
            memory_mb=MEMORY_MB,
            timeout_seconds=60,
            environment={**environment, "ARTIFACTS_BUCKET": self._buckets.artifacts.bucket_name},
            log_retention_days=self._settings.log_retention_days,
        )
        allow_listing(function.role, self._buckets.artifacts)
        if self._network:
            self._network.run_function(function.function)
        return function


def operate_function(  # noqa: PLR0913
    scope: Construct,
    id_: str,
    *,
    settings: Settings,
    layers: Layers,
    buckets: Buckets,
    tables: Tables,
    id_key: IdKey | None,
    network: Network | None = None,
) -> ServiceFunction:
    """What a person's requests about production reach, through the API alone: nobody in the template may invoke it."""
    operate = ServiceFunction(
        scope,
        id_,
        name="control.operate",
        layers=layers,
        architecture=settings.architecture,
        memory_mb=MEMORY_MB,
        timeout_seconds=HTTP_API_SECONDS,
        environment={
            **production_stores(tables, buckets),
            "ARTIFACTS_BUCKET": buckets.artifacts.bucket_name,
            "FOUR_EYES": "on" if settings.four_eyes else "off",
            "ID_TOKENS": id_key.arn if id_key else OFF,
        },
        log_retention_days=settings.log_retention_days,
    )
    allow_listing(operate.role, buckets.artifacts)
    allow_objects(operate.role, buckets.artifacts, ["s3:GetObject"], "models/", "policies/", *JUDGED)
    allow_objects(operate.role, buckets.artifacts, ["s3:PutObject"], "policies/")
    if id_key:  # the ids in a policy's lists become tokens before they are stored
        id_key.allow_read(operate.role)
    allow_replacing(operate.role, tables, buckets)
    if network:
        network.run_function(operate.function)
    return operate


def production_stores(tables: Tables, buckets: Buckets) -> dict[str, str]:
    """Where what is in production stands, as variables of a function."""
    return {
        "CONTROL_TABLE": tables.control.table_name,
        "LEDGER_TABLE": tables.ledger.table_name,
        "LEDGER_BUCKET": buckets.ledger.bucket_name,
    }


def allow_replacing(role: iam.Role, tables: Tables, buckets: Buckets) -> None:
    """To read what is in production, and to replace it together with an entry of the ledger, its digest and its copy."""
    allow_items(role, ["GetItem", "PutItem"], tables.control)
    allow_items(role, ["PutItem", "Query"], tables.ledger)
    allow_objects(role, buckets.ledger, ["s3:PutObject"], "ledger/")
