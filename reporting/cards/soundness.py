"""Answers about how the model was made and chosen."""

from __future__ import annotations

from reporting.cards.answer import Answer, platform, run, unavailable
from reporting.cards.facts import FAMILIES
from reporting.cards.subject import Subject
from reporting.execution.candidate import front_of
from reporting.table import Table
from reporting.units import grams, quantity


def theory(of: Subject) -> Answer:
    """What it rests on."""
    return platform(
        f"It is {FAMILIES.get(of.family, 'of a family that this page does not know')}; scaling, missing values, bins and the "
        "calibration of probabilities are inside the exported graph, so that what is tested is what serves.",
        "It learns week after week, from its parent's checkpoint and a sample of the past, only from weeks whose labels were "
        "mature "
        "before the holdout began.",
    )


def assumptions(of: Subject) -> Answer:
    """What must hold for its figures to hold."""
    days = of.documents.dataset.get("maturity_days")
    told = f"{days} days" if days is not None else "a number of days that could not be read"
    return run(
        f"A payment of which nobody has reported a fraud within {told} is taken for legitimate; later reports are learned when "
        "they come.",
        "Of payments that were refused nothing is known; a few that chance let through stand for them.",
        "Next week is like the weeks learned: drift is watched, not foreseen.",
        "An alert costs 5.00 of an analyst's time and a missed fraud its amount; payments of one customer, and of one terminal, "
        "depend "
        "on each other, and intervals account for it.",
    )


def alternatives(of: Subject) -> Answer:
    """All that were compared on the same rows, with what each costs."""
    shown = [*of.documents.models, of.documents.rules]
    front = front_of(of.documents.models)
    rows = [
        (
            one.name,
            str(one.body["role"]),
            one.metric("average_precision").described(),
            one.cost.described(),
            quantity(one.seconds.value, "s"),
            grams(one.grams.value),
            "yes" if one in front else "no",
        )
        for one in shown
    ]
    headers = (
        "Candidate",
        "Role",
        "Average precision",
        f"{of.documents.currency} per 1,000",
        "Time",
        "CO₂e per 1,000",
        "On the front",
    )
    return run(f"{len(shown)} candidates, the bare rules among them, on the same payments.", table=Table(headers, rows, (0, 1, 6)))


def sensitivity(of: Subject) -> Answer:
    """What its scores rest on."""
    groups = of.change.get("groups") or []
    if not groups:
        why = (of.change.get("score_shift") or {}).get("reason", "the evaluation tells of no changes")
        return unavailable(f"weights of groups of features are measured beside the model before, and {why}")
    rows = [(one["group"], *(_signed(side[0]) for side in (one["frauds"], one["legitimate"]))) for one in groups]
    return run(
        "How far its log odds fall where one group of features alone has its usual values, on average.",
        table=Table(("Group of features", "On frauds", "On legitimate payments"), rows),
    )


def proof(of: Subject) -> Answer:
    """What shows that the exported model computes what was trained."""
    if not of.bundle:
        return unavailable("the bundle's manifest could not be read")
    golden = len(of.bundle.get("golden") or [])
    return run(
        f"The bundle carries {golden} inputs with their probabilities; whoever loads it computes them, and refuses it where one "
        "differs "
        f"by more than {of.bundle.get('golden_tolerance')}. Files are compared by SHA-256.",
        "It was scored afresh from that bundle here, not from what its training remembered.",
        "A feature whose declaration has another hash than the one it learned is refused, so training and serving cannot part "
        "unseen.",
    )


def optimised(_: Subject) -> Answer:
    """What training and choice aim at."""
    return platform(
        "Training minimises the logarithmic loss, with frauds drawn more often and probabilities corrected afterwards.",
        "The gate asks first for ranking (average precision, certainly better), then for money, probabilities and segments within "
        "margins; of several that pass, the cheapest in money is taken, and grams decide between those that tie.",
    )


def _signed(value: float | None) -> str:
    return "unavailable" if value is None else f"{value:+.3f}"
