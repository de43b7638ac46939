"""The Lambda's entry: the ARN of a running execution in, the revision that its decision became out."""

from __future__ import annotations

from typing import Any

from functions.control.archive import Archive
from functions.control.asked import Asked
from functions.control.beside import Beside
from functions.control.clients import dynamodb, s3, stepfunctions
from functions.control.documents import Artifacts
from functions.control.judgements import digest_judged
from functions.control.lease import lease_of
from functions.control.payloads import Payload, texts_of
from functions.control.production import Production
from functions.control.promote.executions import Executions
from functions.control.promote.judged import JudgedProduction
from functions.control.promote.settings import Settings
from functions.control.servable import Servable
from functions.control.stage import Stage
from greenfraud import naming
from greenfraud.errors import ContractError
from greenfraud.faults import edge
from greenfraud.run_request import in_words

settings = Settings.from_env()
OUTCOMES = ("promote", "shadow")


@edge
def handler(event: Payload, _: object) -> dict[str, Any]:
    """Obey the gate: family, version and reasons are those of the stored decision, the actor is the execution itself.

    What the gate decided to promote serves; what it decided to shadow scores beside that, and answers nobody. A shadow that
    cannot be served fails no execution: `left_out` says why, and what serves is as before.
    """
    (arn,) = texts_of(event, "execution_arn")
    Executions(stepfunctions, settings.state_machine_arn).check_running(arn)
    artifacts = Artifacts(s3, settings.artifacts_bucket)
    execution = naming.execution_key(arn)
    lease_of(dynamodb, settings.leases_table, execution)
    decision = artifacts.read_json(naming.decision_key(execution))
    if decision.get("outcome") not in OUTCOMES:
        raise ContractError(f"the gate decided neither to promote nor to shadow in execution {execution}")
    family, version = texts_of(decision, "family", "version")
    evaluation = artifacts.read_json(naming.evaluation_key(execution))
    sha256 = digest_judged(evaluation, f"{family}/{version}")
    stage = Stage(dynamodb, settings.control_table, settings.ledger_table, Archive(s3, settings.ledger_bucket))
    stores = (stage, artifacts, Servable(dynamodb, settings.control_table))
    started = evaluation.get("started_by")  # an earlier release's did not tell
    reasons = [*(decision.get("reasons") or []), *([in_words(started)] if started else [])]
    asked = Asked(actor=arn, reasons=reasons, execution=execution)
    left_out = None
    if decision["outcome"] == "shadow":
        after, left_out = Beside(*stores).shadow_of_gate(f"{family}/{version}", sha256, asked)
    else:
        judged = JudgedProduction.of(evaluation)
        after = Production(*stores).promote(family, version, asked, sha256=sha256, check=judged.check)
    return {"revision": after.revision, "prefix": naming.models_prefix(family, version), "left_out": left_out}
