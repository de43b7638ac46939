"""What SR 11-7 (Board of Governors and OCC, Supervisory Guidance on Model Risk Management, 2011) asks of a validation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from reporting.cards import data, facts, soundness, watching
from reporting.cards.answer import Question, person
from reporting.cards.model_card import limits
from reporting.cards.subject import Subject

NAME = "SR 11-7"


def guidance_chapters(of: Subject) -> list[tuple[str, Sequence[Question]]]:
    """The chapters."""
    return [
        (f"{NAME}: conceptual soundness", _soundness(of)),
        (f"{NAME}: data", _data(of)),
        (f"{NAME}: ongoing monitoring", _monitoring(of)),
        (f"{NAME}: outcomes analysis", _outcomes(of)),
        (f"{NAME}: limits and assumptions", _limits(of)),
        (f"{NAME}: effective challenge and governance", _governance(of)),
    ]


def _soundness(of: Subject) -> list[Question]:
    where = f"{NAME}, section V.1"
    return [
        Question("Which model is it?", f"{NAME}, section VI, model inventory", partial(facts.identity, of)),
        Question("What do design and theory rest on?", where, partial(soundness.theory, of)),
        Question("Which alternatives were compared?", where, partial(soundness.alternatives, of)),
        Question("What is it sensitive to?", where, partial(soundness.sensitivity, of)),
        Question("Is published research behind the choice, and does it fit this portfolio?", where, partial(person, *RESEARCH)),
    ]


def _data(of: Subject) -> list[Question]:
    where = f"{NAME}, section IV, data quality and relevance"
    return [
        Question("What did it learn from?", where, partial(data.learned, of)),
        Question("Which inputs does it read, and how are they defined?", where, partial(facts.inputs, of)),
        Question("Are the data sound, and was any held back?", where, partial(data.quarantine, of)),
        Question("Are the data those of the portfolio that it will decide on?", where, partial(person, *PORTFOLIO)),
    ]


def _monitoring(of: Subject) -> list[Question]:
    where = f"{NAME}, section V.2"
    return [
        Question("Does the code compute what was trained (process verification)?", where, partial(soundness.proof, of)),
        Question("How do inputs move?", where, partial(watching.drift, of)),
        Question("How good were estimates before labels, and the weeks themselves?", where, partial(watching.weeks, of)),
        Question("How often did persons override it?", where, partial(watching.overrides, of)),
        Question("What rings, and who answers?", where, partial(watching.alarms, of)),
    ]


def _outcomes(of: Subject) -> list[Question]:
    where = f"{NAME}, section V.3"
    return [
        Question("What was it back-tested on?", where, partial(data.holdout, of)),
        Question("How good is it, with intervals, against its benchmarks?", where, partial(facts.measures, of)),
        Question("For which parts is it good?", where, partial(facts.segments, of)),
        Question("What would it change against what answered until then?", where, partial(facts.changes, of)),
    ]


def _limits(of: Subject) -> list[Question]:
    where = f"{NAME}, section IV"
    return [
        Question("Which assumptions does it make?", where, partial(soundness.assumptions, of)),
        Question("What does it not know?", where, partial(limits, of)),
        Question("Which compensating controls does its use need?", where, partial(person, *CONTROLS)),
    ]


def _governance(of: Subject) -> list[Question]:
    where = f"{NAME}, section VI"
    return [
        Question(
            "Who challenged it, and by which means?", f"{NAME}, section III, effective challenge", partial(watching.challenge, of)
        ),
        Question(
            "Was the challenge independent of development, and competent?", f"{NAME}, section V", partial(person, *INDEPENDENT)
        ),
        Question("Where is its use on record?", where, partial(watching.entry, of)),
        Question("Who owns it, how material is it, and who approves it?", where, partial(person, *OWNER)),
    ]


RESEARCH = (
    "The decision records (docs/decisions) say why each choice was made, and on what it was measured; say whether that fits yours.",
)
PORTFOLIO = ("Say which channels, countries and card schemes the lake's payments come from, and which it will decide on.",)
CONTROLS = ("Say what you do beside it: limits, review capacity, rules of your own, and how customers complain.",)
INDEPENDENT = ("The gate is a program. Name who validated the model without having built it, when, and with which result.",)
OWNER = ("Name owner, users, the tier of your model inventory, and who has approved this version for use.",)
