"""Job `evaluate`: judge rules, production and challengers on one holdout, all scored afresh."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from greenfraud.chunks import Chunk
from greenfraud.faults import told as told_of
from greenfraud.faults import trail_of
from greenfraud.features.manifest import load_manifest
from greenfraud.gate.margins import Margins
from greenfraud.items import served as served_items
from greenfraud.items.served import Served
from greenfraud.money import EURO
from greenfraud.naming import DATASET_KEY, curves_key, evaluation_key, features_key, models_prefix, plan_key
from training.evaluation.candidates import EvaluatedCandidate, bundle_candidate, rules_candidate
from training.evaluation.changes import changes_of
from training.evaluation.curves import curves_document
from training.evaluation.group_weights import GroupWeights
from training.evaluation.holdout import Holdout, known_compromised, make_holdout
from training.evaluation.judgement import judge
from training.evaluation.looks import count_look
from training.evaluation.measurement import ALERT_COST_MINOR
from training.evaluation.model_carbon import whole_score_g
from training.evaluation.policy_alerts import judgeable
from training.evaluation.policy_in_force import policy_in_force
from training.evaluation.pooling import pooled, unlearned_of
from training.evaluation.reporting_delay import labels_of, read_seen
from training.evaluation.rival import Rival
from training.features.chunk_file import chunk_files, read_chunk, unlike_others
from training.features.chunk_profile import held_in
from training.features.propensity import stood_for
from training.features.relabelling import judged_chunks, written
from training.job.bucket import Bucket, client
from training.job.control_copies import read_control
from training.job.footprint import Meter, store_footprint
from training.job.hyperparameters import EvaluateHyperparameters
from training.job.settings import Settings
from training.tracking.datasets import digest_of
from training.tracking.full_refit import trainings

if TYPE_CHECKING:
    from greenfraud.policy import Policy
    from training.job.contract import JobPaths

log = logging.getLogger(__name__)
COSTS = ("energy_kwh", "emissions_g")
SCHEMA = 1
DELAYS_OF_CHUNKS = 26  # the newest half a year: how soon people report changes too


def main(paths: JobPaths) -> None:
    """Read the holdout, score and measure every candidate, write evaluation.json."""
    hyperparameters = EvaluateHyperparameters.read(paths.hyperparameters())
    settings = Settings.from_env()
    meter = Meter(settings)
    artifacts = Bucket(settings.artifacts_bucket)
    plan = artifacts.get_json(plan_key(hyperparameters.execution))
    control = read_control(settings)
    chunk = Chunk.parse(hyperparameters.holdout_chunk)
    rival = Rival.of(control, read_served(settings), artifacts)
    policy = policy_in_force(control, artifacts, settings.review_above)
    competing, lake = contestants(plan, rival), Bucket(settings.lake_bucket)
    earlier = unlearned_of(judged_chunks(plan), chunk, lake, artifacts, competing)
    holdout, chunks = pooled(read_holdout(paths, settings, chunk), chunk, earlier, lake, Margins().minimum_frauds)
    faults = [fault for found in held_in(chunk_files(paths.channel("holdout"))).values() for fault in found]
    currency = lake.get_json(DATASET_KEY).get("currency", EURO)
    found = candidates_of(competing, policy, holdout, settings, currency, weeks=len(chunks))
    candidates = [without_foreknowledge(candidate, chunk) for candidate in found]
    looks = 0 if faults else count_look(artifacts, chunks, hyperparameters.execution)
    if faults:  # found in this execution: nobody is judged on data at fault
        candidates = [candidate.without_scores(f"the holdout is in quarantine: {'; '.join(faults)}") for candidate in candidates]
    document = {
        "schema": SCHEMA,
        "execution": hyperparameters.execution,
        "started_by": plan.get("started_by"),
        "holdout": {
            "chunk": chunk.id,
            "pooled_chunks": chunks,
            **holdout.counts(),
            **unlike_others(paths.channel("holdout")),
            **read_labels(paths, settings),
            "removed_known_compromised": holdout.removed,
            "quarantined": faults,
            "looks": looks,
            "digest": digest_of(paths.channel("holdout")),
        },
        "production": control.production.name if control.production else None,
        **rival.to_json(),
        "currency": currency,
        "alert_cost_minor": ALERT_COST_MINOR,
        "score_emissions_g_per_1000": whole_score_g(settings),
        **judge(candidates, holdout, training_costs(artifacts, plan)),
    }
    told = {**curves_document(candidates, holdout), "changes": what_changes(candidates, holdout, artifacts)}
    artifacts.put_json(curves_key(hyperparameters.execution), told)
    artifacts.put_json(evaluation_key(hyperparameters.execution), document)
    log.info("evaluate: %d candidates on %d rows", len(candidates), len(holdout))
    store_footprint(settings, "evaluate", meter.stop(), chunk=hyperparameters.holdout_chunk)


def what_changes(candidates: list[EvaluatedCandidate], holdout: Holdout, artifacts: Bucket) -> dict[str, Any]:
    """Return what each challenger would change; it decides nothing, so a fault of it is told there and fails nobody."""
    try:
        found = changes_of(candidates, holdout, lambda one: GroupWeights.measured(one, holdout, artifacts))
        json.dumps(found, allow_nan=False)  # what is no number could not be stored
    except Exception as error:
        log.warning("evaluate: what challengers change is not told: %s; by way of %s", told_of(error), trail_of(error))
        return {"reason": f"it could not be told ({type(error).__name__})"}
    return found


def read_served(settings: Settings) -> Served | None:
    """Return what the deployed scoring function says of itself, None where none has said it yet. Raises DamagedItem."""
    table = {"TableName": settings.control_table, "ConsistentRead": True}
    item = client("dynamodb").get_item(Key=served_items.KEY, **table).get("Item")
    return item and served_items.decode(item)


def read_holdout(paths: JobPaths, settings: Settings, chunk: Chunk) -> Holdout:
    """Return the holdout channel without the customers known to be compromised."""
    lake = Bucket(settings.lake_bucket)
    maturity_days = lake.get_json(DATASET_KEY)["maturity_days"]
    return make_holdout(stood_for(read_chunk(paths.channel("holdout"))), known_compromised(lake, chunk, maturity_days))


def read_labels(paths: JobPaths, settings: Settings) -> dict[str, Any]:
    """Return how late the holdout's frauds came, and which share is still to come, from the delays of every chunk in the lake."""
    lake = Bucket(settings.lake_bucket)
    keys = [features_key(load_manifest().version, chunk.id) for chunk in written(lake)]
    seen = (read_seen(lake.get(key)) for key in keys[-DELAYS_OF_CHUNKS:])
    return labels_of(read_chunk(paths.channel("holdout")), seen, lake.get_json(DATASET_KEY)["maturity_days"])


def contestants(plan: dict[str, Any], rival: Rival) -> dict[str, str]:
    """Return the role of each model to score, by its prefix: what answers now, and each family's newest model."""
    challengers = {models_prefix(family["family"], newest_version(family)): "challenger" for family in trained(plan)}
    answering = {rival.model.prefix: rival.role} if rival.model else {}
    return {**answering, **{prefix: role for prefix, role in challengers.items() if prefix not in answering}}


def candidates_of(  # noqa: PLR0913
    roles: dict[str, str], policy: Policy, holdout: Holdout, settings: Settings, currency: str, *, weeks: int
) -> list[EvaluatedCandidate]:
    """Score the rules, and each model by its prefix; the holdout is of so many weeks, pooled."""
    policy = judgeable(policy, holdout.table)
    table, expected = holdout.table, (len(holdout) + holdout.removed) // weeks  # a week passes until the next promotion
    models = [
        bundle_candidate(prefix, role, table, policy=policy, settings=settings, expected_scores=expected)
        for prefix, role in roles.items()
    ]
    rules = rules_candidate(holdout.table, policy, currency)
    return [rules, *(model.under(policy, rules, holdout.table, currency) for model in models)]


def without_foreknowledge(candidate: EvaluatedCandidate, holdout: Chunk) -> EvaluatedCandidate:
    """Return a challenger without scores where it has learned a day of the holdout, or a later one: it knows the answers."""
    learned = candidate.manifest.chunks if candidate.manifest and candidate.role == "challenger" else []
    known = [name for name in learned if Chunk.parse(name).end_day > holdout.start_day]
    reason = f"it has learned {', '.join(known)}, which the holdout {holdout.id} asks about"
    return candidate.without_scores(reason) if known else candidate


def trained(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the families that learned something in this execution."""
    return [family for family in plan["families"] if family["chunks"]]


def newest_version(family: dict[str, Any]) -> str:
    """Return the version that the family's last job made."""
    return str(family["chunks"][-1]["version"])


def training_costs(artifacts: Bucket, plan: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Return energy and emissions of this execution's training, by family."""
    results = {family: found for family, found in trainings(artifacts, plan).items() if found}
    return {family: {name: sum(one[name] for one in found) for name in COSTS} for family, found in results.items()}
