"""Models really trained on the same weeks with other seeds: how far apart they are, and how often one would replace another."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.quality.contestants import contestants
from benchmarks.quality.data import lake_of, prepare
from cli.data.world import WorldSpecification, make_world
from greenfraud.instants import day_of
from greenfraud.policy import DEFAULT_POLICY
from greenfraud.promotion import decide
from training.comparison.weeks import last_weeks, plan_weeks
from training.evaluation.candidates import EvaluatedCandidate, alert_thresholds, rules_candidate
from training.evaluation.judgement import judge
from training.evaluation.policy_alerts import judgeable

if TYPE_CHECKING:
    from benchmarks.progress import Progress
    from training.evaluation.holdout import Holdout

FAMILY, SEEDS, WEEKS, CUSTOMERS = "light", 4, 4, 1_000


def measure(progress: Progress) -> dict[str, float]:
    """Train a family with each seed, and judge each against each other on every week that none of them has seen."""
    world = make_world(WorldSpecification(customers=CUSTOMERS))
    first, last = world.first_day, day_of(world.newest_us)
    weeks = plan_weeks(last_weeks(WEEKS, first, last, world.maturity_days), first, last, world.maturity_days)
    with lake_of(world) as lake:
        prepared = prepare(lake, weeks, world.maturity_days)
    scored: dict[str, list[Any]] = {week.chunk.id: [] for week in weeks}
    for seed in range(SEEDS):
        for chunk, scorer in contestants([FAMILY])[FAMILY](prepared, weeks, seed):
            scored[chunk.id].append(scorer(prepared.judged[chunk]).astype(np.float64))
        progress.finish(f"{FAMILY} trained with seed {seed}")
    holdouts = {week.chunk.id: prepared.judged[week.chunk].holdout for week in weeks}
    found = [judged(scores[one], scores[other], holdouts[chunk]) for chunk, scores in scored.items() for one, other in pairs()]
    apart = [difference for difference, _ in found]
    return {
        "other_seeds_pairs": len(found),
        "other_seeds_promoted_share": float(np.mean([is_promoted for _, is_promoted in found])),
        "other_seeds_average_precision_apart": float(np.sqrt(np.mean(np.square(apart)))),
    }


def pairs() -> list[tuple[int, int]]:
    """Return who is judged against whom."""
    return list(permutations(range(SEEDS), 2))


def judged(ours: Any, theirs: Any, holdout: Holdout) -> tuple[float, bool]:
    """Return by how much one ranks better, and whether the gate would let it replace the other."""
    policy = judgeable(DEFAULT_POLICY, holdout.table)
    rules = rules_candidate(holdout.table, policy)

    def model(role: str, scores: Any) -> EvaluatedCandidate:
        is_alert = scores >= alert_thresholds(policy, holdout.amount_minor)
        return EvaluatedCandidate(f"{FAMILY}/{role}", role, scores, is_alert, family=FAMILY, version=role).beside(rules)

    found = judge([rules, model("production", theirs), model("challenger", ours)], holdout, {})
    evaluation = found | {"holdout": holdout.counts(), "production": f"{FAMILY}/production"}
    difference = found["candidates"][1]["against_production"]["average_precision"]["difference"]
    return difference, decide(evaluation).outcome == "promote"
