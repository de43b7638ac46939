"""Answers that several pages give: what the model is, what it learned from, how good it is, for whom, and what it costs."""

from __future__ import annotations

from collections.abc import Callable

from greenfraud.features.manifest import load_manifest
from reporting.cards.answer import Answer, run, unavailable
from reporting.cards.subject import Subject
from reporting.execution.candidate import Candidate
from reporting.execution.emission_figures import PARTS
from reporting.table import Table
from reporting.units import UNAVAILABLE, grams, number, quantity

FAMILIES = {
    "baseline": "a logistic regression on binned features",
    "light": "a logistic regression on binned features, and one small perceptron beside it",
    "heavy": "the mean of eight pairs of a logistic regression on binned features and a small perceptron",
}
SEGMENT = "average_precision"
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
        f"It has learned {len(chunks)} chunks, {chunks[0]} to {chunks[-1]}; its parent is "
        f"{parent or 'nobody: it began from nothing'}.",
        f"Inputs: {len(of.bundle['features'])} features, each with the hash of its declaration. Output: the probability of fraud.",
    )


def software(of: Subject) -> Answer:
    """What its bits depend on."""
    known = of.bundle.get("provenance") or {}
    if not known:
        return unavailable("the bundle says nothing of versions, seed and machine")
    return run(", ".join(f"{name.replace('_', ' ')} {known[name]}" for name in SOFTWARE if name in known) + ".")


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
        "Every feature is declared once, compiled into one manifest and computed by three engines that agree to the bit.",
        table=Table(("Group", "Features", "Names"), rows, (0, 2)),
    )


def learned(of: Subject) -> Answer:
    """What this execution's trainings had to learn from."""
    if not of.trainings:
        return unavailable("no training of this execution has left a result")
    headers = ("Chunk", "Payments", "Frauds", "Late reports learned", "Refused, nothing known", "Let through by chance", "Replayed")
    names = ("rows", "frauds", "late_rows", "censored_rows", "explored_rows", "replay_rows")
    rows = [(one["chunk"], *(f"{one.get(name) or 0:,}" for name in names)) for one in of.trainings]
    earlier = len(of.bundle.get("chunks", [])) - len(of.trainings)
    more = f" {earlier} chunks before these were learned by earlier executions." if earlier > 0 else ""
    return run(f"Payments by week, as they were known when they were learned.{more}", table=Table(headers, rows))


def holdout(of: Subject) -> Answer:
    """The rows that it was judged on."""
    found = of.documents.holdout
    share = found.get("frauds_to_come_share")
    to_come = f"{share:.1%} of its frauds are still to come, by earlier delays" if share is not None else _not_estimated(of)
    return run(
        f"{found['rows']:,} payments of {', '.join(found.get('pooled_chunks') or [found['chunk']])}, out of time: no model has "
        f"learned a day of it. {found['frauds']:,} frauds of {found['defrauded_customers']:,} customers.",
        f"{found['removed_known_compromised']:,} payments of customers known to be compromised are left out, as analysts would.",
        f"{found.get('censored_rows', 0):,} payments were refused and never told of, and are not judged; "
        f"{found.get('explored_rows', 0):,} were let through by chance, and stand for those that were refused like them. "
        f"{to_come}.",
        f"Judged on for the {_ordinal(found.get('looks', 1))} time: each look halves the level at which one counts as better.",
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
        "Intervals hold 95 % of 200 resamples over customers.", table=Table(("Measure", *(one.title for one in shown)), rows)
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
            of.model.on(part["name"], SEGMENT).described(),
            rival.on(part["name"], SEGMENT).described(),
        )
        for part in parts
    ]
    headers = ("Segment", "Frauds", "Average precision", f"Of {rival.title}")
    return run(
        "Compare models of one segment, not segments: average precision rises with the share of frauds.", table=Table(headers, rows)
    )


def emissions(of: Subject) -> Answer:
    """What its training emitted, its lineage, and 1,000 scores."""
    known = of.bundle.get("emissions") or {}
    this, lineage = known.get("this") or {}, known.get("lineage") or {}
    parts = of.model.body.get("emissions_parts") or {}
    told = ", ".join(f"{words} {grams(parts.get(part))}" for part, (words, _) in PARTS.items())
    made = f"{grams(this.get('embodied_g'))} of making the hardware"
    return run(
        f"Its last training: {grams(this.get('emissions_g'))} CO₂e, and {made}; its whole lineage: "
        f"{grams(lineage.get('emissions_g'))}.",
        f"1,000 scores: {grams(of.model.grams.value)} CO₂e ({told}); the model itself takes "
        f"{quantity(of.model.seconds.value, 's')}.",
        f"Method {this.get('method', UNAVAILABLE)}, {number(this.get('intensity_g_per_kwh'), 2)} g/kWh "
        f"({this.get('intensity_source', UNAVAILABLE)}), PUE {number(this.get('pue'), 3)}.",
    )


def changes(of: Subject) -> Answer:
    """Scores, decisions and weights against what answered until then."""
    if not of.change:
        return unavailable("the evaluation of this execution tells of no changes")
    flipped, shift = of.change["flipped"], of.change["score_shift"]
    moved = (
        f"{shift['moved_share']:.1%} of the payments move by 1 or more in log odds; the median by {shift['quantiles']['50']:+.3f}."
        if "quantiles" in shift
        else f"Score shift unavailable: {shift['reason']}."
    )
    flips = [
        f"{words}: {flipped[name]['rows']:,} payments, {flipped[name]['frauds']:,} of them frauds."
        for name, words in (("raised", "Alerts that only it raises"), ("dropped", "Alerts that it drops"))
    ]
    rows = [
        (one["group"], *(UNAVAILABLE if value is None else f"{value:+.3f}" for value in one["frauds"]))
        for one in of.change["groups"]
    ]
    table = Table(("What it rests on: log odds on frauds", "This model", "Before"), rows)
    return run(f"Against {of.change['against']}, on the same payments.", moved, *flips, table=table)


def _not_estimated(of: Subject) -> str:
    return f"How many are still to come is unavailable: {of.documents.holdout.get('to_come_reason') or 'not estimated'}"


def _ordinal(number_of: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number_of, f"{number_of}th")
