"""What a model card tells (Mitchell et al., Model Cards for Model Reporting, 2019), of one model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from reporting.cards import data, facts
from reporting.cards.answer import Answer, Question, person, platform, run
from reporting.cards.subject import Subject
from reporting.execution.candidate import PRECISION
from reporting.units import UNAVAILABLE, count

WHERE = "Model Cards for Model Reporting, section {}"


def card_chapters(of: Subject) -> list[tuple[str, Sequence[Question]]]:
    """The chapters of the card."""
    return [
        ("The model", [_asked("What is it?", 1, facts.identity, of), _asked("What was it made with?", 1, facts.software, of)]),
        ("Use", [_asked("What is it for, and what not?", 2, use, of), _asked("For whom does it work?", 3, facts.segments, of)]),
        ("Figures", [_asked("How good is it?", 4, facts.measures, of), _asked("What was it judged on?", 5, data.holdout, of)]),
        ("Data", [_asked("What did it learn from?", 6, data.learned, of), _asked("What does it read?", 6, facts.inputs, of)]),
        ("Decision", [_asked("What did the gate say?", 7, _verdict, of), _asked("What would it change?", 7, facts.changes, of)]),
        ("Footprint", [_asked("What does it emit?", 7, facts.emissions, of)]),
        ("People", [_asked("Whom may it harm?", 8, _harm, of), _asked("What are its limits?", 9, limits, of)]),
    ]


def _asked(asked: str, part: int, find: facts.Find, of: Subject) -> Question:
    return Question(asked, WHERE.format(part), partial(find, of))


def use(_: Subject) -> Answer:
    """What it is for, and what it is not for."""
    return platform(
        "It gives the probability that a card payment is a fraud, to a policy that lets pass, challenges, holds for a person or "
        "declines. Rules and guardrails of the policy hold whatever it says.",
        "It is not made to judge a person: not for credit, prices, employment or identity. It knows no payment that is not of the "
        "platform's own stream, and no currency but the platform's.",
    )


def _verdict(of: Subject) -> Answer:
    return run(f"Outcome: {of.verdict}.", *of.reasons)


def _harm(_: Subject) -> Answer:
    return person(
        "Whether it treats groups of people unlike each other: this run cannot measure it. No feature of the platform's own is a "
        "name, an age, a sex or an origin; look whether a column that you have declared is one. Amounts, hours and terminals may "
        "stand for such groups.",
        "What a customer can do who is declined, and who looks at it: the review desk and the command greenfraud explain give the "
        "reasons.",
    )


def limits(of: Subject) -> Answer:
    """What is known to be not known."""
    parts = [part["name"] for part in of.documents.evaluation.get("segments", [])]
    unjudged = {name: found.reason for name in parts if (found := of.model.on(name, PRECISION)).value is None}
    unknown = {name.replace("_", " "): found.reason for name in of.model.measured if (found := of.model.metric(name)).value is None}
    return run(
        f"{count(of.documents.holdout.get('censored_rows'))} payments of {of.documents.holdout.get('chunk', UNAVAILABLE)} "
        "were refused and never told of, or never investigated, and are not judged at all.",
        f"Segments without an average precision of it: {_reasons(unjudged)}. Measures that could not be computed: "
        f"{_reasons(unknown)}.",
        f"Cost is that of the protocol: {of.documents.alert_cost} for an analyst's time per alert and the amount of a missed "
        "fraud; what a wrongly declined customer costs is not in it.",
        always=[
            "Labels: silence for the label delay counts as legitimate. A fraud that nobody reports is none to it.",
            "A new kind of fraud is unlike what it learned: neither its probability nor the estimates before labels see it.",
        ],
    )


def _reasons(unknown: Mapping[str, str]) -> str:
    return "; ".join(f"{name} ({reason})" for name, reason in unknown.items()) or "none"
