"""Answers that several pages give: what the model is, how good it is, for whom, what it changes, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from greenfraud.features.manifest import load_manifest
from reporting.cards.answer import Answer, run, unavailable
from reporting.cards.subject import Subject
from reporting.execution.candidate import PRECISION, Candidate
from reporting.execution.emission_figures import PARTS
from reporting.table import Table
from reporting.units import UNAVAILABLE, count, grams, number, quantity, signed

FAMILIES = {
    "baseline": "a logistic regression on binned features",
    "light": "a logistic regression on binned features, and one small perceptron beside it",
    "heavy": "the mean of eight pairs of a logistic regression on binned features and a small perceptron",
}
Find = Callable[[Subject], Answer]
SOFTWARE = ("python", "torch", "numpy", "onnx", "training_code", "feature_manifest", "seed", "threads", "device", "processor")


def identity(of: Subject) -> Answer:
    """Family, version, digest, parent, lineage."""
    if not of.bundle:
        return unavailable("the bundle's manifest could not be read")
    chunks, parent = of.bundle["chunks"], of.bundle.get("parent_version")
    return run(
        f"{of.model.name}: {FAMILIES.get(of.family, 'a family that this page does not know')}.",
        f"SHA-256 of its manifest: {of.model.body.get('sha256') or UNAVAILABLE}; of its graph: {of.bundle['files']['model.onnx']}.",
        f"It has learned {_chunks(chunks)}; its parent is {parent or 'nobody: it began from nothing'}.",
        f"Inputs: {len(of.bundle['features'])} features, each with the hash of its declaration. Output: the probability of fraud.",
    )


def software(of: Subject) -> Answer:
    """What its bits depend on."""
    known = of.bundle.get("provenance") or {}
    if not known:
        return unavailable("the bundle says nothing of versions, seed and machine")
    return run(
        ", ".join(f"{name.replace('_', ' ')} {known[name]}" for name in SOFTWARE if name in known) + ".",
        always=["A release that computes one of its features otherwise refuses it: then it has to be trained anew."],
    )


def inputs(of: Subject) -> Answer:
    """The features by group, and how many of each the model reads."""
    if not of.bundle:
        return unavailable("the bundle's manifest could not be read")
    manifest = load_manifest()
    groups: dict[str, list[str]] = {}
    for feature in of.bundle["features"]:
        groups.setdefault(manifest.group_of(feature["name"]).label, []).append(feature["name"])
    rows = [(label, str(len(names)), ", ".join(names)) for label, names in groups.items()]
    return run(
        f"{len(of.bundle['features'])} features of {len(rows)} groups.",
        table=Table(("Group", "Features", "Names"), rows, (0, 2)),
        always=["Every feature is declared once, compiled into one manifest and computed by three engines that agree to the bit."],
    )


def measures(of: Subject) -> Answer:
    """Every measure with its interval, beside the rival's and the rules'."""
    rival, rules = of.documents.rival, of.documents.rules
    shown: list[Candidate] = [of.model, *([rival] if rival != rules else []), rules]
    names = of.model.measured
    if not names:
        return unavailable("the evaluation has no figures of it")
    rows = [(name.replace("_", " "), *(one.metric(name).described() for one in shown)) for name in names]
    rows.append((f"{of.documents.currency} per 1,000 decisions", *(one.cost.described() for one in shown)))
    return run(
        f"On the same {count(of.documents.holdout.get('rows'))} payments, with 95 % intervals.",
        table=Table(("Measure", *(one.title for one in shown)), rows),
        always=[
            (
                "Each interval holds 95 % of 200 resamples of customers, whole: it accounts for what one customer's payments "
                "have in common, not for what payments at one terminal have in common. Differences between two candidates "
                "account for both."
            )
        ],
    )


def segments(of: Subject) -> Answer:
    """How good it is for parts of the holdout, and the reason where nobody can say."""
    parts = of.documents.evaluation.get("segments", [])
    if not parts:
        return unavailable("the evaluation tells of no segments")
    rival = of.documents.rival
    rows = [
        (
            part["name"],
            f"{part['frauds']:,}",
            of.model.on(part["name"], PRECISION).described(),
            rival.on(part["name"], PRECISION).described(),
        )
        for part in parts
    ]
    headers = ("Segment", "Frauds", "Average precision", f"Of {rival.title}")
    return run(
        f"{len(parts)} segments of the same payments.",
        table=Table(headers, rows),
        always=["Compare models of one segment, not segments: average precision rises with the share of frauds."],
    )


def emissions(of: Subject) -> Answer:
    """What its training emitted, its lineage, and 1,000 scores."""
    known = of.bundle.get("emissions") or {}
    this, lineage = known.get("this") or {}, known.get("lineage") or {}
    parts = of.model.body.get("emissions_parts") or {}
    told = ", ".join(f"{words} {grams(parts.get(part))}" for part, (words, _) in PARTS.items())
    return run(
        f"Its last training: {_spent(this)}; its whole lineage: {_spent(lineage)}.",
        f"Method of its training: {this.get('method', UNAVAILABLE)}, {number(this.get('intensity_g_per_kwh'), 2)} g/kWh "
        f"({this.get('intensity_source', UNAVAILABLE)}), PUE {number(this.get('pue'), 3)}.",
        f"1,000 scores: {grams(of.model.grams.value)} CO₂e ({told}); of their time the model itself takes "
        f"{seconds_of(of.model)} of one vCPU.",
        always=[
            "What 1,000 scores take is computed from the model's graph and the function's memory, not measured (docs/carbon.md)."
        ],
    )


def seconds_of(model: Candidate) -> str:
    """What the model's own part of 1,000 scores takes, the unit of its grams and its money."""
    seconds = model.seconds.value
    return quantity(None if seconds is None else 1000 * seconds, "s")


def silence(delay: str) -> str:
    """What is made of a payment of which nobody has said anything."""
    return (
        f"A payment that went through, and of which nobody has reported a fraud within {delay}, is taken for legitimate, unless it "
        "was imported as one that nobody has investigated."
    )


def changes(of: Subject) -> Answer:
    """Scores, decisions and weights against what answered until then."""
    if not of.change:
        return unavailable(of.no_change)
    flipped, shift = of.change["flipped"], of.change["score_shift"]
    moved = (
        f"{shift['moved_share']:.1%} of the payments move by 1 or more in log odds; the median by "
        f"{signed(shift['quantiles']['50'])}."
        if "quantiles" in shift
        else f"Score shift unavailable: {shift['reason']}."
    )
    flips = [
        f"{words}: {flipped[name]['rows']:,} payments, {flipped[name]['frauds']:,} of them frauds."
        for name, words in (("raised", "Alerts that only it raises"), ("dropped", "Alerts that it drops"))
    ]
    rows = [(one["group"], *(signed(value) for value in one["frauds"])) for one in of.change["groups"]]
    table = Table(("What it rests on: log odds on frauds", "This model", "Before"), rows)
    return run(f"Against {of.change['against']}, on the same payments.", moved, *flips, table=table)


def _chunks(chunks: Sequence[str]) -> str:
    return f"{len(chunks)} chunks, {chunks[0]} to {chunks[-1]}" if len(chunks) > 1 else f"one chunk, {chunks[0]}"


def _spent(told: Mapping[str, Any]) -> str:
    return f"{grams(told.get('emissions_g'))} CO₂e of energy and {grams(told.get('embodied_g'))} of making the hardware"
