"""Answers that Annex IV alone asks for: forms, hardware, architecture, labels, lifecycle, cybersecurity, standards."""

from __future__ import annotations

from reporting.cards.answer import Answer, platform, run, unavailable
from reporting.cards.facts import silence
from reporting.cards.subject import Subject
from reporting.cards.watching import told_entries
from reporting.execution.emission_figures import jobs_of
from reporting.execution.learned import learned_now, span
from reporting.table import Table
from reporting.units import UNAVAILABLE, energy, number

STAGES = ("features", "train", "evaluate")  # of what makes and judges one model
TARGET = ("It is meant to run on a processor of arm64 or x86_64, without a graphics card: in AWS Lambda, or in a container.",)
LABELS = (
    (
        "Fraud is what was reported as such (docs/inputs.md); of several reports about a payment the newest stands, and one "
        "that comes late is learned when it comes."
    ),
    (
        "Files are checked before anything of them is stored. A chunk whose data leave those of earlier ones is held in "
        "quarantine; payments that were refused and never told of, or never investigated, are left out."
    ),
)


def interaction(of: Subject) -> Answer:
    """What asks it, and what it asks and tells."""
    return run(
        f"Money is in {of.documents.currency}.",
        always=[
            (
                "A payment's issuer or processor asks it over a signed HTTP API; it reads the customer's and the terminal's "
                "past from a key-value store, answers a decision with reasons, and leaves what it decided to a review desk, "
                "to events and to webhooks."
            ),
            "Another currency is converted by a dated table, or refused.",
        ],
    )


def forms(_: Subject) -> Answer:
    """As what it is put into service."""
    return platform(
        "As an ONNX graph with a manifest, loaded by a function on AWS Lambda, or by the same code in a container. No model "
        "is sold apart."
    )


def hardware(of: Subject) -> Answer:
    """What it was trained on, and what it is meant to run on."""
    known = of.bundle.get("provenance") or {}
    if not known:
        return unavailable("the bundle does not say on which machine it was trained", TARGET)
    return run(
        f"Trained on: device {known.get('device', UNAVAILABLE)}, processor {known.get('processor', UNAVAILABLE)}.",
        always=TARGET,
    )


def interface(_: Subject) -> Answer:
    """What the deployer's people look at."""
    return platform(
        "The command line (greenfraud), the list of the review desk, the operator's dashboard, and these pages. Programs use "
        "the HTTP API (docs/openapi.json)."
    )


def instructions(_: Subject) -> Answer:
    """Where a deployer reads what to do."""
    return platform(
        "docs/inputs.md (what is accepted), docs/policy.md (what follows from a probability), docs/release-a-model.md "
        "(shadow, canary, promotion, back), docs/reviews.md (the desk), docs/recovery.md (after a fault)."
    )


def architecture(of: Subject) -> Answer:
    """How its components feed into each other, and what its jobs took in this execution."""
    jobs = jobs_of([one for one in of.documents.emissions if one.stage in STAGES and one.family in {None, of.family}])
    if not jobs:
        return unavailable("no job of this execution has left a record of what it took")
    rows = [
        (
            job.name,
            str(len(job.records)),
            f"{number(sum(one.duration_seconds for one in job.records), 0)} s",
            energy(sum(one.energy_kwh for one in job.records)),
            ", ".join(sorted({one.hardware or UNAVAILABLE for one in job.records})),
        )
        for job in jobs
    ]
    return run(
        f"Jobs of this execution that made and judged it: {sum(len(job.records) for job in jobs)}. Features and judgement are "
        f"of all its {len([one for one in of.documents.models if one.is_challenger])} challengers together.",
        table=Table(("Job", "Records", "Time", "Energy", "Hardware"), rows, (0, 4)),
        always=[
            (
                "A job computes features from the lake, chunk by chunk; a job for each family learns them from its parent's "
                "checkpoint and exports an ONNX graph; a job scores production and challengers from their graphs on one "
                "holdout; the gate decides; the scoring function loads what is promoted, and computes the same features from "
                "what it stored of earlier payments."
            ),
            "No model that somebody else has trained is used. PyTorch learns, ONNX Runtime computes.",
        ],
    )


def labelling(of: Subject) -> Answer:
    """How payments get their labels, and what is cleaned."""
    days = of.documents.dataset.get("maturity_days")
    if days is None:
        return unavailable("the lake's dataset.json, which tells the label delay, could not be read", LABELS)
    return run(
        silence(f"{days} days"),
        always=LABELS,
    )


def foreseen(_: Subject) -> Answer:
    """What follows it."""
    return platform(
        "It is followed by a model that has learned one week more, by the same code, judged by the same gate. A change of a "
        "feature, a family or the gate is a release of the platform, with its own tests and decision record."
    )


def lifecycle(of: Subject) -> Answer:
    """What became of the model and its forebears."""
    if not of.bundle:
        return unavailable("the bundle's manifest could not be read")
    code = (of.bundle.get("provenance") or {}).get("training_code", UNAVAILABLE)
    return run(
        _taught(of),
        f"Digest of its training code: {code}.",
        *told_entries(of),
        always=["What releases of the platform change is told in CHANGELOG.md, and why in the decision records (docs/decisions)."],
    )


def security(of: Subject) -> Answer:
    """What stands between it and whoever wants to harm it."""
    sha256 = of.model.body.get("sha256")
    judged = f"The manifest of the bundle that was judged has the SHA-256 {sha256}; the pipeline promotes no other."
    return run(
        judged if sha256 else "Which bundle was judged is unavailable: the evaluation does not tell its SHA-256.",
        always=[
            "Each step works by a role of its own; what trains can neither judge nor promote.",
            (
                "Customers and terminals are tokens where the deployment says so; data, models and the ledger are encrypted and "
                "versioned."
            ),
            (
                "Robustness against manipulated inputs is not measured: guardrails of the policy hold whatever the model "
                "says, and labels that somebody poisons are held only where a week's figures leave those of earlier weeks."
            ),
        ],
    )


def measures(_: Subject) -> Answer:
    """Why it is measured so."""
    return platform(
        "Frauds are rare, so ranking is told by average precision and by what analysts find who look at k customers a day, not by "
        "accuracy; decisions by money; probabilities by slope and expected over observed, because thresholds take them at "
        "their word.",
        "Protocol and measures: docs/evaluation.md. Average precision rises with the share of frauds: compare models on the "
        "same week only.",
    )


def standards(_: Subject) -> Answer:
    """None is claimed."""
    return platform(
        "No harmonised standard under the AI Act is claimed. What is done in their place stands under points 2, 3, 4 and 9 here.",
        "Emissions are told as ISO/IEC 21031 (SCI) asks (docs/carbon.md).",
    )


def _taught(of: Subject) -> str:
    now = sorted(learned_now(of.trainings))
    if not of.trainings:
        return "What this execution taught it is unavailable: no training has left a result."
    parent = of.trainings[0].get("parent_version", UNAVAILABLE) or "nothing, without a parent"
    return f"This execution taught it {span(now) if now else 'nothing'}, beginning with {parent}."
