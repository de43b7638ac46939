"""What Annex IV of Regulation (EU) 2024/1689, the AI Act, asks of a technical documentation, point by point."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from reporting.cards import facts, soundness, watching
from reporting.cards.answer import Answer, Question, person, platform, run
from reporting.cards.model_card import limits
from reporting.cards.sr_11_7 import soundness_of_data
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
        _q(
            "What is it for, who provides it, which version is it, and how does it relate to earlier ones?",
            "1(a)",
            facts.identity,
            of,
        ),
        _q("Who is the provider, and for whom is it meant?", "1(a)", None, of, "Name the provider and the intended deployers."),
        _q("With what does it interact?", "1(b)", _interaction, of),
        _q("Which versions of software does it need?", "1(c)", facts.software, of),
        _q("In which forms is it put into service, on which hardware, through which interface?", "1(d), (e), (g)", _forms, of),
        _q("Which instructions does a deployer get?", "1(h)", _instructions, of),
    ]


def _development(of: Subject) -> list[Question]:
    return [
        _q("By which methods and steps was it made?", "2(a)", soundness.theory, of),
        _q("What is its logic, what is it optimised for, which trade-offs were made?", "2(b)", soundness.optimised, of),
        _q("Which architecture and computing resources?", "2(c)", facts.emissions, of),
        _q("Which data, from where, labelled and cleaned how?", "2(d)", facts.learned, of),
        _q("Were data held back?", "2(d)", soundness_of_data, of),
        _q("How were the data obtained, and on which legal ground?", "2(d) and Art. 10", None, of, *LEGAL),
        _q("Which human oversight is there?", "2(e), Art. 14", watching.oversight, of),
        _q("Which changes are foreseen?", "2(f)", _foreseen, of),
        _q("How was it validated and tested, and how accurate is it?", "2(g), Art. 15", facts.measures, of),
        _q("On which data was it tested?", "2(g)", facts.holdout, of),
        _q(
            "Who signed the test reports?",
            "2(g)",
            None,
            of,
            "Test reports are dated and signed by the persons responsible: name them.",
        ),
        _q("Which cybersecurity measures?", "2(h), Art. 15", _security, of),
    ]


def _functioning(of: Subject) -> list[Question]:
    return [
        _q("How accurate is it for parts of those it decides on?", "3", facts.segments, of),
        _q("Does it harm persons or groups, or rights?", "3", None, of, *GROUPS),
        _q("Which outcomes are foreseeable that nobody intends, and what does it not know?", "3", limits, of),
        _q("Which inputs does it expect?", "3", facts.inputs, of),
        _q("Are the measures of performance the right ones?", "4", _measures, of),
    ]


def _afterwards(of: Subject) -> list[Question]:
    return [
        _q("Which risk management system is there?", "5, Art. 9", None, of, *RISK),
        _q("What changes against the version before?", "6", facts.changes, of),
        _q("Which harmonised standards are applied?", "7", _standards, of),
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


def _interaction(of: Subject) -> Answer:
    return platform(
        "A payment's issuer or processor asks it over a signed HTTP API; it reads the customer's and the terminal's past from a "
        "key-value "
        "store, answers a decision with reasons, and leaves what it decided to a review desk, to events and to webhooks.",
        f"Money is in {of.documents.currency}; another currency is converted by a dated table, or refused.",
    )


def _forms(_: Subject) -> Answer:
    return platform(
        "As an ONNX graph with a manifest, loaded by a function on AWS Lambda, or by the same code in a container. No model is "
        "sold apart.",
        "Interfaces: the HTTP API (docs/openapi.json), the command line, and these pages.",
    )


def _instructions(_: Subject) -> Answer:
    return platform(
        "docs/inputs.md (what is accepted), docs/policy.md (what follows from a probability), docs/release-a-model.md (shadow, "
        "canary, "
        "promotion, back), docs/reviews.md (the desk), docs/recovery.md (after a fault).",
    )


def _foreseen(_: Subject) -> Answer:
    return platform(
        "It is followed by a model that has learned one week more, by the same code, judged by the same gate. A change of a "
        "feature, a "
        "family or the gate is a release of the platform, with its own tests and decision record.",
    )


def _security(of: Subject) -> Answer:
    return run(
        "Each step works by a role of its own; what trains can neither judge nor promote. A model is promoted by the SHA-256 of "
        "the bundle "
        f"that was judged ({of.model.body.get('sha256') or 'unavailable'}).",
        "Customers and terminals are tokens where the deployment says so; data, models and the ledger are encrypted and versioned.",
        "Robustness against manipulated inputs is not measured: guardrails of the policy hold whatever the model says, and labels "
        "that "
        "somebody poisons are held only where a week's figures leave those of earlier weeks.",
    )


def _measures(_: Subject) -> Answer:
    return platform(
        "Frauds are rare, so ranking is told by average precision and by what analysts find who look at k customers a day, not by "
        "accuracy; "
        "decisions by money; probabilities by slope and expected over observed, because thresholds take them at their word.",
        "Protocol and measures: docs/evaluation.md. Average precision rises with the share of frauds: compare models on the same "
        "week only.",
    )


def _standards(_: Subject) -> Answer:
    return platform(
        "No harmonised standard under the AI Act is claimed. Emissions are told as ISO/IEC 21031 (SCI) asks (docs/carbon.md).",
    )


LEGAL = ("Say where payments and reports come from, and on which ground they are processed; docs/privacy.md says for how long.",)
GROUPS = (
    "It reads nothing of age, sex or origin, so this run cannot tell. Say whether segments stand for groups, and what you found.",
)
RISK = (
    "Attach the risk management file: known and foreseeable risks, what was done about each, and which residual risk is accepted.",
)
