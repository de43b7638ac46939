"""What an execution leaves behind, made by the same code: three challengers on one holdout, judged by the gate itself."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from greenfraud.bundle import BundleManifest
from greenfraud.carbon import EmissionsRecord
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.features.manifest import load_manifest
from greenfraud.gate.margins import Margins
from greenfraud.items.ledger import Entry
from greenfraud.policy.stored import PolicyRef
from greenfraud.promotion import decide
from reporting.execution.documents import Documents
from training.evaluation.candidates import EvaluatedCandidate
from training.evaluation.changes import changes_of
from training.evaluation.curves import curves_document
from training.evaluation.graph_work import Work
from training.evaluation.group_weights import GroupWeights
from training.evaluation.holdout import Holdout
from training.evaluation.judgement import judge
from training.evaluation.measurement import ALERT_COST_MINOR
from training.evaluation.model_carbon import ModelCarbon

EXECUTION = "0123456789ab"
CHUNKS = ("20260101-20260108", "20260108-20260115")
JUDGED_ON = "20260122-20260129"
ROWS, CUSTOMERS = 3_000, 200
NAMES = ("amount", "customer_count_1h", "terminal_reports_30d")
# How far frauds lie from legitimate payments, in spreads: by Bayes' rule that gives probabilities which are none too high or low.
APART = {"production": 2.0, "baseline": 1.7, "light": 2.1, "heavy": 3.0}
PRIOR = 0.05
GATES = {"promote": Margins(), "shadow": Margins(level=1e-100), "reject": Margins(minimum_frauds=ROWS)}


def version(family: str) -> str:
    """The name of a family's new model, or of the one before."""
    return f"{CHUNKS[-1]}-{'01234567' if family != 'production' else 'ffffffff'}"


def manifest_of(family: str) -> BundleManifest:
    """A bundle of three features."""
    spent = {
        "emissions_g": 2e-4,
        "embodied_g": 1e-4,
        "energy_kwh": 5e-6,
        "intensity_g_per_kwh": 34.9,
        "intensity_source": "a table",
    }
    return BundleManifest(
        family=family,
        version=version(family),
        features=[{"name": name, "hash": load_manifest().hashes[name]} for name in NAMES],
        files={"model.onnx": "0" * 64},
        chunks=list(CHUNKS),
        emissions={"this": {**spent, "method": "reserved", "pue": 1.1}, "lineage": spent},
        provenance={"python": "3.11", "seed": 7},
        reference=dict.fromkeys(NAMES, 0.0),
    )


class SumWeights(GroupWeights):
    """Groups whose weights are the values themselves."""

    def _log_odds(self, values: Any) -> Any:
        return np.nansum(values, axis=1).astype(np.float64)


def weigh(holdout: Holdout, candidate: EvaluatedCandidate) -> GroupWeights:
    """What groups weigh for a model that adds its inputs up."""
    found = SumWeights(candidate.manifest, b"")
    for is_fraud, into in ((True, found.of_frauds), (False, found.of_legitimate)):
        rows = np.flatnonzero(holdout.is_fraud == is_fraud)
        if len(rows):
            into |= {code: float(weight.mean()) for code, weight in found.weights(holdout.table, rows).items()}
    return found


@cache
def judged(has_production: bool = True, share: float = 0.05) -> tuple[dict[str, Any], dict[str, Any]]:
    """An evaluation and its curves."""
    draw = np.random.default_rng(5)
    is_fraud = draw.random(ROWS) < share
    columns = {name: draw.random(ROWS) + is_fraud for name in NAMES}
    table = pa.table(
        {
            **columns,
            "amount_minor": draw.integers(100, 90_000, ROWS),
            "terminal_id": [f"T{n}" for n in draw.integers(0, 50, ROWS)],
            "is_night": (draw.random(ROWS) < 0.3).astype(float),
        }
    )
    customer = draw.integers(0, CUSTOMERS, ROWS)
    holdout = Holdout(table, is_fraud, table["amount_minor"].to_numpy(), customer, np.sort(draw.integers(0, 7, ROWS)), 12)
    candidates = [_scored("rules", "rules", draw.random(ROWS), is_probability=False)]
    roles = {"production": "production"} if has_production else {}
    noise = draw.normal(size=ROWS)
    for n, (name, role) in enumerate({**roles, "baseline": "challenger", "light": "challenger", "heavy": "challenger"}.items()):
        scores = _probability(is_fraud, 0.9 * noise + np.sqrt(1 - 0.9**2) * draw.normal(size=ROWS), APART[name])
        candidates.append(_scored("light" if name == "production" else name, role, scores, place=n))
    production = candidates[1].name if has_production else None
    evaluation = {
        "schema": 1,
        "execution": EXECUTION,
        "currency": "EUR",
        "production": production,
        "rival": production,
        "passed_over": [],
        "score_emissions_g_per_1000": 1.5e-3,
        "alert_cost_minor": ALERT_COST_MINOR,
        "holdout": {"chunk": JUDGED_ON, "pooled_chunks": [JUDGED_ON], **holdout.counts(), **COUNTED},
        **judge(candidates, holdout, {}),
    }
    changes = changes_of(candidates, holdout, lambda one: weigh(holdout, one))
    return evaluation, {**curves_document(candidates, holdout), "changes": changes}


COUNTED = {
    "removed_known_compromised": 12,
    "late_frauds": 4,
    "frauds_to_come_share": 0.02,
    "looks": 1,
    "censored_rows": 3,
    "explored_rows": 1,
}


def _probability(is_fraud: Any, noise: Any, apart: float) -> Any:
    """Probabilities of a model that knows how far apart the two kinds lie."""
    log_odds = np.log(PRIOR / (1 - PRIOR)) + apart * (is_fraud * apart + noise) - apart**2 / 2
    return np.clip(1 / (1 + np.exp(-log_odds)), 1e-4, 0.9999)


def _scored(family: str, role: str, scores: Any, place: int = 0, **changes: Any) -> EvaluatedCandidate:
    name = "rules" if role == "rules" else f"{family}/{version(role)}"
    found = EvaluatedCandidate(name, role, scores, scores >= 0.5, family=None if role == "rules" else family, **changes)
    if role == "rules":
        return found
    work = Work(9_000 + 2_000 * place, 40_000, 40)
    carbon = ModelCarbon(5e-4, 3e-7 * (1 + place), 1e-3, 9e-5 * (1 + place), 16_000, work)
    return replace(found, version=version(role), manifest=manifest_of(family), carbon=carbon, sha256="a" * 64)


def documents(*, has_production: bool = True, share: float = 0.05, outcome: str = "promote", **changes: Any) -> Documents:
    """All that the report job would gather, of an execution whose gate came to this outcome."""
    evaluation, curves = judged(has_production, share)
    found = Documents(
        execution=EXECUTION,
        evaluation=evaluation,
        decision=decide(evaluation, GATES[outcome]).to_json(),
        report={"reported_at": 1_795_984_452.0, "emissions_g_total": 0.0055, "embodied_g_total": 0.0049, "quarantined": {}},
        curves=curves,
        dataset={"maturity_days": 7},
        trainings={family: [training(family, chunk) for chunk in CHUNKS] for family in ("baseline", "light", "heavy")},
        manifests=manifests(),
        emissions=[emission(stage) for stage in ("features", "evaluate", "report")] + [emission("train", family="heavy")],
        weeks=[week(n) for n in range(3)],
        ledger=LEDGER,
    )
    return replace(found, **changes)


def manifests() -> dict[str, Any]:
    """The bundles that were compared, that of the model before among them."""
    found = {f"{family}/{version(family)}": manifest_of(family).to_json() for family in ("baseline", "light", "heavy")}
    before = {**manifest_of("light").to_json(), "version": version("production")}
    return {**found, f"light/{version('production')}": before}


def training(family: str, chunk: str) -> dict[str, Any]:
    """The result of a training; nothing came before the first."""
    before = None if chunk == CHUNKS[0] else 0.5
    told = {
        "chunks": [chunk],
        "parent_version": None if chunk == CHUNKS[0] else f"{CHUNKS[0]}-01234567",
        "is_full_refit": False,
        "rows": 16_000,
        "frauds": 80,
        "late_rows": 2,
        "censored_rows": 1,
        "explored_rows": 0,
        "replay_rows": 9_000,
    }
    return {"family": family, "chunk": chunk, "prequential_average_precision": before, "has_drifted": family == "light", **told}


def emission(stage: str, family: str | None = None) -> EmissionsRecord:
    """A record of one milligram, and half of one for making the machine."""
    told = {"duration_seconds": 4.0, "energy_kwh": 2e-5, "emissions_g": 1e-3, "embodied_g": 5e-4, "intensity_g_per_kwh": 34.9}
    about = {"intensity_source": "a table", "pue": 1.1, "method": "reserved", "region": "eu-north-1", "functional_unit": "job"}
    return EmissionsRecord(stage=stage, family=family, **told, **about)  # type: ignore[arg-type]


def week(n: int) -> dict[str, Any]:
    """What the nightly monitor knows of a week; the newest has no labels yet."""
    moved = {"amount": (0.3, 0.2), "fraud_probability": (0.05, 0.02), "is_night": (None, None)}
    columns = {name: {"psi": psi, "ks": ks} for name, (psi, ks) in moved.items()}
    return {
        "chunk": f"202601{n + 1:02}-202601{n + 8:02}",
        "rows": 9_000,
        "alerts": 100,
        "estimated": {"average_precision": {"value": 0.6, "low": 0.5, "high": 0.7}},
        "measured": None if n == 2 else {"average_precision": 0.55},
        "error": None if n == 2 else {"average_precision": 0.05},
        "covariates": {"rows": 900, "drifted": ["amount"], "columns": columns},
    }


def model_of(name: str) -> ModelRef:
    """The reference of a family's new model, or of `production`, the model before."""
    family = "light" if name == "production" else name
    return ModelRef(family, version(name), "models/", "a" * 64)


ARN = "arn:aws:states:eu-north-1:123456789012:execution:fraud-detection-pipeline:monday"
PERSON = "arn:aws:sts::123456789012:assumed-role/operator/ada"
ALARM = "arn:aws:cloudwatch:eu-north-1:123456789012:alarm:greenfraud-ServerErrorShare"
APPLIED = PolicyRef("strict-7", "b" * 64)
BEFORE = ControlDocument(revision=4, production=model_of("production"), policy_object=APPLIED)


def entry(revision: int, verb: str, actor: str, document: ControlDocument, **told: Any) -> dict[str, Any]:
    """An entry of the ledger, as it is stored, of a change that left a document."""
    made = {"reasons": ["C0815 complained"], "production": document.production, "previous": None, "control": document.to_json()}
    at = f"2026-01-{7 * revision + 2:02}T06:00:00+00:00"
    return Entry(revision=revision, verb=verb, at=at, actor=actor, **{**made, **told}).to_json()


LEDGER = [
    entry(4, "promote", ARN, replace(BEFORE, production=model_of("heavy")), execution=EXECUTION, previous=model_of("production")),
    entry(3, "rollback", ALARM, BEFORE, reasons=["automatic: the alarm rang"], previous=model_of("light")),
    entry(2, "rollback", PERSON, replace(BEFORE, production=None, policy_object=None), previous=model_of("light")),
    entry(1, "policy", PERSON, BEFORE),
]
