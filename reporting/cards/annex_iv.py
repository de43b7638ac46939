"""What Annex IV of Regulation (EU) 2024/1689, the AI Act, asks of a technical documentation, point by point."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from reporting.cards import annex_answers as answers
from reporting.cards import data, facts, soundness, watching
from reporting.cards.answer import Question, person
from reporting.cards.model_card import limits, use
from reporting.cards.subject import Subject

NAME = "AI Act"
HIGH_RISK = (
    "Annex III, point 5(b), excepts systems that detect financial fraud from the high-risk ones that judge creditworthiness. "
    "Whether "
    "your use falls under another point is for a lawyer to say; the answers below are kept whether it does or not."
)


def annex_chapters(of: Subject) -> list[tuple[str, Sequence[Question]]]:
    """The chapters: Annex IV's nine points."""
    return [
        (f"{NAME}, Annex IV 1: general description", _general(of)),
        (f"{NAME}, Annex IV 2: development", _development(of)),
        (f"{NAME}, Annex IV 3 and 4: functioning and measures", _functioning(of)),
        (f"{NAME}, Annex IV 5 to 9: risk, changes, standards, after it serves", _afterwards(of)),
    ]


def _q(asked: str, point: str, find: facts.Find | None, of: Subject, *to_say: str) -> Question:
    answer = partial(find, of) if find else partial(person, *to_say)
    return Question(asked, f"Annex IV, {point}", answer)


def _general(of: Subject) -> list[Question]:
    return [
        _q("Is it a high-risk system at all?", "and Annex III", None, of, HIGH_RISK),
        _q("What is it meant for, and what not?", "1(a)", use, of),
        _q("Who is the provider, and for whom is it meant?", "1(a)", None, of, "Name the provider and the intended deployers."),
        _q("Which version is it, and how does it relate to earlier ones?", "1(a)", facts.identity, of),
        _q("With what does it interact?", "1(b)", answers.interaction, of),
        _q("Which versions of software does it need?", "1(c)", facts.software, of),
        _q("In which forms is it put into service?", "1(d)", answers.forms, of),
        _q("On which hardware is it to run?", "1(e)", answers.hardware, of),
        _q("If it is a part of products, what do they look like?", "1(f)", None, of, *PRODUCTS),
        _q("What does the deployer's interface look like?", "1(g)", answers.interface, of),
        _q("Which instructions does a deployer get?", "1(h)", answers.instructions, of),
    ]


def _development(of: Subject) -> list[Question]:
    return [
        _q("By which methods and steps was it made?", "2(a)", soundness.theory, of),
        _q("What is it optimised for, and which trade-offs were made?", "2(b)", soundness.optimised, of),
        _q("Which assumptions does it make?", "2(b)", soundness.assumptions, of),
        _q("Which architecture has it, and which computing resources did it take?", "2(c)", answers.architecture, of),
        _q("Which data did it learn from?", "2(d)", data.learned, of),
        _q("How are data labelled and cleaned?", "2(d)", answers.labelling, of),
        _q("Were data held back?", "2(d)", data.quarantine, of),
        _q("How were the data obtained, and on which legal ground?", "2(d) and Art. 10", None, of, *LEGAL),
        _q("Which human oversight is there, and how are its outputs to be read?", "2(e), 3, Art. 14", watching.oversight, of),
        _q("Which changes are foreseen?", "2(f)", answers.foreseen, of),
        _q("How was it validated and tested, and how accurate is it?", "2(g), Art. 15", facts.measures, of),
        _q("On which data was it tested?", "2(g)", data.holdout, of),
        _q(
            "Who signed the test reports?",
            "2(g)",
            None,
            of,
            "Test reports are dated and signed by the persons responsible: name them.",
        ),
        _q("Which cybersecurity measures?", "2(h), Art. 15", answers.security, of),
    ]


def _functioning(of: Subject) -> list[Question]:
    return [
        _q("How accurate is it for parts of those it decides on?", "3", facts.segments, of),
        _q("Does it harm persons or groups, or rights?", "2(g), 3", None, of, *GROUPS),
        _q("Which outcomes are foreseeable that nobody intends, and what does it not know?", "3", limits, of),
        _q("Which inputs does it expect?", "3", facts.inputs, of),
        _q("Are the measures of performance the right ones?", "4", answers.measures, of),
    ]


def _afterwards(of: Subject) -> list[Question]:
    return [
        _q("Which risk management system is there?", "5, Art. 9", None, of, *RISK),
        _q("Which changes were made to it through its lifecycle?", "6", answers.lifecycle, of),
        _q("What would it change against what answered until then?", "6", facts.changes, of),
        _q("Which harmonised standards are applied?", "7", answers.standards, of),
        _q(
            "Where is the EU declaration of conformity?",
            "8, Art. 47",
            None,
            of,
            "None is made by a program: attach it, if one is due.",
        ),
        _q("How is it watched after it is put into service?", "9, Art. 72", watching.alarms, of),
        _q("How good were the weeks that it, or what came before, has decided?", "9, Art. 72", watching.weeks, of),
        _q(
            "Where is the plan for it?",
            "9, Art. 72(3)",
            None,
            of,
            "Write the post-market monitoring plan: who looks, how often, who is told.",
        ),
    ]


LEGAL = ("Say where payments and reports come from, and on which ground they are processed; docs/privacy.md says for how long.",)
GROUPS = (
    (
        "No feature of the platform's own is an age, a sex or an origin, so this run cannot tell. Say whether segments, or columns "
        "that you have declared, stand for groups, and what you found."
    ),
)
RISK = (
    "Attach the risk management file: known and foreseeable risks, what was done about each, and which residual risk is accepted.",
)
PRODUCTS = ("It is software, and no part of a product that this platform knows. Where you build it into one, attach its pictures.",)
