"""Answers about how the model was made and chosen."""

from __future__ import annotations

from reporting.cards.answer import Answer, platform, run, unavailable
from reporting.cards.facts import FAMILIES, seconds_of, silence
from reporting.cards.subject import Subject
from reporting.execution.candidate import PRECISION, front_of, place_on
from reporting.execution.learned import chunks_of
from reporting.table import Table
from reporting.units import count, grams, signed

# What may be promoted, as greenfraud.promotion decides it.
GATE = (
    (
        "The gate promotes a challenger that it finds certainly better in average precision than what answers now, at a level that "
        "counts challengers and looks, and within every margin of money, probabilities and segments. Of several that pass, the "
        "cheapest in money is taken, and grams decide between those that tie."
    ),
    (
        "Where none passes, it may promote one that is in nothing worse than production, within its margins, and saves enough "
        "grams. Probabilities that are off are rejected, unless those of what answers now are off too, and the challenger's are "
        "certainly better."
    ),
)


def theory(of: Subject) -> Answer:
    """What it rests on."""
    return platform(
        f"It is {FAMILIES.get(of.family, 'of a family that this page does not know')}; scaling, missing values, bins and the "
        "calibration of probabilities are inside the exported graph, so that what is tested is what serves.",
        "It learns week after week, from its parent's checkpoint and a sample of the past, or in a full refit all weeks at "
        "once from nothing; only weeks whose labels were mature before the holdout began.",
    )


def assumptions(of: Subject) -> Answer:
    """What must hold for its figures to hold."""
    days = of.documents.dataset.get("maturity_days")
    told = f"{days} days" if days is not None else "a number of days that could not be read"
    return run(
        silence(told),
        _explored(of),
        f"An alert costs {of.documents.alert_cost} of an analyst's time, and a missed fraud its amount.",
        always=[
            "A report that comes later than that is learned when it comes.",
            (
                "Of payments that were refused or held, and never told of, nothing is known, nor of those that nobody has "
                "investigated: they are neither learned nor judged."
            ),
            "Next week is like the weeks learned: drift is watched, not foreseen.",
            "Payments of one customer, and of one terminal, depend on each other; customers are independent of each other.",
        ],
    )


def alternatives(of: Subject) -> Answer:
    """All that were compared on the same rows, with what each costs."""
    shown = [*of.documents.models, of.documents.rules]
    front = front_of(of.documents.models)
    rows = [
        (
            one.name,
            str(one.body["role"]),
            one.metric(PRECISION).described(),
            one.cost.described(),
            seconds_of(one),
            grams(one.grams.value),
            place_on(front, one).partition(":")[0],
        )
        for one in shown
    ]
    headers = (
        "Candidate",
        "Role",
        "Average precision",
        f"{of.documents.currency} per 1,000",
        "Time per 1,000",
        "CO₂e per 1,000",
        "On the front",
    )
    return run(
        f"{len(shown)} candidates, the bare rules among them, on the same {count(of.documents.holdout.get('rows'))} payments.",
        table=Table(headers, rows, (0, 1, 6)),
        always=[
            (
                "Money, the model's own time and grams are of 1,000 scores. On the front is whom no other beats in the "
                "three, of those of whom all three are known; it is unavailable of the others."
            )
        ],
    )


def sensitivity(of: Subject) -> Answer:
    """What its scores rest on."""
    groups = of.change.get("groups") or []
    if not groups:
        why = (of.change.get("score_shift") or {}).get("reason") or of.no_change
        return unavailable(f"weights of groups of features are measured beside the model before, and {why}")
    rows = [(one["group"], *(signed(side[0]) for side in (one["frauds"], one["legitimate"]))) for one in groups]
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
        f"The bundle carries {golden} inputs with their probabilities, which may differ by {of.bundle.get('golden_tolerance')}.",
        _scored(of),
        always=[
            (
                "The scoring function computes such inputs whenever it loads a bundle, and refuses it where one differs by "
                "more. Files are compared by SHA-256."
            ),
            (
                "A feature whose declaration has another hash than the one it learned is refused, so training and serving "
                "cannot part unseen."
            ),
        ],
    )


def optimised(_: Subject) -> Answer:
    """What training and choice aim at."""
    return platform(
        "Training minimises the logarithmic loss, with frauds drawn more often and probabilities corrected afterwards.",
        *GATE,
    )


def _explored(of: Subject) -> str:
    told = [one.get("explored_rows") for one in of.trainings if chunks_of(one)]
    counts = [found for found in told if found is not None]
    if not told or len(counts) < len(told):
        return "How many payments were let through by chance, to stand for those that were refused, is unavailable."
    if not sum(counts):
        return "No payment of what it learned here was let through by chance, so none stands for those that were refused."
    return f"{sum(counts):,} payments were let through by chance, and stand for those that were refused like them."


def _scored(of: Subject) -> str:
    measures = [of.model.metric(name) for name in of.model.measured]
    if any(one.value is not None for one in measures):
        return "It was scored afresh from that bundle here, not from what its training remembered."
    return f"No score of it was used: {measures[0].reason if measures else 'the evaluation has no figures of it'}."
