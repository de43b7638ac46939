"""The Lambda's entry: which chunk was trained in, nothing out."""

from __future__ import annotations

from typing import Any

from functions.control.clients import dynamodb, s3
from functions.control.documents import Artifacts
from functions.control.lineage_table import LineageTable
from functions.control.payloads import Payload, texts_of
from functions.control.record.settings import Settings
from greenfraud import naming
from greenfraud.errors import ContractError
from greenfraud.faults import edge

settings = Settings.from_env()


@edge
def handler(event: Payload, _: object) -> dict[str, Any]:
    """Enter a trained chunk into its family's lineage, sound or not, as its result says; one in quarantine was not trained."""
    execution, family, chunk, version = texts_of(event, "execution", "family", "chunk", "version")
    result = Artifacts(s3, settings.artifacts_bucket).read_json(naming.train_result_key(execution, family, chunk))
    if (result.get("family"), result.get("chunk"), result.get("version")) != (family, chunk, version):
        raise ContractError(f"the training result of {family} {chunk} is that of another job")
    if result.get("quarantined"):  # nothing was learned: the chunk stays to be trained once somebody lets it through
        return {}
    table = LineageTable(dynamodb, settings.lineage_table, settings.leases_table, settings.artifacts_bucket)
    table.record(result, execution)
    return {}
