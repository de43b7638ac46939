"""Answers about the rows that a model learned and was judged on. A count that nobody kept is unavailable, never 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from greenfraud.chunks import Chunk
from reporting.cards.answer import Answer, run, unavailable
from reporting.cards.subject import Subject
from reporting.execution.learned import chunks_of, learned_now, span
from reporting.table import Table
from reporting.units import UNAVAILABLE, count

COLUMNS = {
    "rows": "Payments",
    "frauds": "Frauds",
    "late_rows": "Late reports learned",
    "censored_rows": "Nothing known of them",
    "explored_rows": "Let through by chance",
    "replay_rows": "Replayed",
}


def learned(of: Subject) -> Answer:
    """What this execution's trainings had to learn from, and what they left out."""
    if not of.trainings:
        return unavailable("no training of this execution has left a result")
    rows = [(_name(one), *(count(one.get(name)) for name in COLUMNS)) for one in of.trainings if chunks_of(one)]
    held = [one for one in of.trainings if not chunks_of(one)]
    return run(
        "Payments by week, as they were known when they were learned.",
        _before(of),
        *(f"{one['chunk']} was not learned: {'; '.join(one.get('quarantined') or [UNAVAILABLE])}." for one in held),
        *(f"{chunk} was planned and not learned: its data are in quarantine." for chunk in _left_out(of)),
        table=Table(("Chunk", *COLUMNS.values()), rows),
    )


def holdout(of: Subject) -> Answer:
    """The rows that it was judged on."""
    found = of.documents.holdout
    if not found:
        return unavailable("the evaluation tells of no holdout")
    weeks = of.documents.judged_on
    together = " together" if len(weeks) > 1 else ""
    newest = f"Of {found['chunk']} alone, " if together else f"Of {found['chunk']}, "
    return run(
        f"{count(found.get('rows'))} payments of {span(weeks)}{together}, {count(found.get('frauds'))} of them frauds, of "
        f"{count(found.get('defrauded_customers'))} customers.",
        *_newness(of, weeks),
        f"{count(found.get('removed_known_compromised'))} payments of customers known to be compromised are left out, as "
        "analysts would.",
        f"{newest}payments that were refused and never told of, or never investigated, and so are not judged: "
        f"{count(found.get('censored_rows'))}, of which never investigated: {count(found.get('uninvestigated_rows'))}.",
        f"{newest}payments that were let through by chance, each counted as often as it stands for such: "
        f"{count(found.get('explored_rows'))}.",
        f"{newest}frauds that were reported after the label delay: {count(found.get('late_frauds'))}; still to be reported, "
        f"estimated by earlier delays: {_to_come(found)}.",
        _looks(found),
        always=["Each further look at the same weeks halves the level at which a challenger counts as certainly better."],
    )


def quarantine(of: Subject) -> Answer:
    """Chunks that were held back."""
    held = of.documents.report.get("quarantined")
    if held is None:
        return unavailable("the execution's report does not tell which chunks were held back")
    told = [f"{chunk}: {'; '.join(faults) if isinstance(faults, list) else faults}." for chunk, faults in sorted(held.items())]
    return run(
        f"Chunks in quarantine, kept from learning or judging in this execution: {len(held)}.",
        *told,
        always=[
            (
                "A chunk's traffic, its shares of missing values and its share of frauds are held against those of earlier "
                "chunks before anything is learned of it."
            )
        ],
    )


def _name(one: Mapping[str, Any]) -> str:
    chunks = chunks_of(one)
    return chunks[0] if len(chunks) == 1 else f"{chunks[0]} to {chunks[-1]}, {len(chunks)} at once"


def _before(of: Subject) -> str:
    if not of.bundle:
        return "What earlier executions learned is unavailable: the bundle's manifest could not be read."
    now = learned_now(of.trainings)
    earlier = [chunk for chunk in of.bundle.get("chunks", []) if chunk not in now]
    if not earlier:
        return "It has learned nothing before."
    verb = "was" if len(earlier) == 1 else "were"
    ends = earlier[0] if len(earlier) == 1 else f"{earlier[0]} to {earlier[-1]}"
    return f"{len(earlier)} more {verb} learned by earlier executions: {ends}."


def _left_out(of: Subject) -> list[str]:
    """What a full refit was to learn as well; in a chain each chunk that is held has a result of its own."""
    families = of.documents.plan.get("families") or []
    planned = {
        chunk for one in families if one["family"] == of.family for job in one["chunks"] for chunk in job.get("chunks") or []
    }
    return sorted(planned - learned_now(of.trainings) - {one["chunk"] for one in of.trainings})


def _newness(of: Subject, weeks: Sequence[str]) -> list[str]:
    """Whether anybody who is compared has learned a day of the holdout or a later one, by the manifests."""
    first = min(Chunk.parse(week) for week in weeks).start_day
    names = [one.name for one in of.documents.models]
    known = {name: found["chunks"] for name in names if (found := of.documents.manifests.get(name)) and "chunks" in found}
    late = {name: [one for one in chunks if Chunk.parse(one).end_day > first] for name, chunks in known.items()}
    told = [f"It is not out of time for {name}, which has learned {span(chunks)}." for name, chunks in late.items() if chunks]
    unknown = [name for name in names if name not in known]
    if unknown:
        told.append(f"Whether it is out of time, whether {span(unknown)} has learned one of its days is unavailable: no manifest.")
    return told or ["It is out of time: no model that is compared has learned one of its days, or a later one."]


def _to_come(found: Mapping[str, Any]) -> str:
    share = found.get("frauds_to_come_share")
    why = found.get("to_come_reason") or "it was not estimated"
    return f"{UNAVAILABLE} ({why})" if share is None else f"{share:.1%} of all"


def _looks(found: Mapping[str, Any]) -> str:
    if found.get("quarantined"):
        return f"Nobody was judged on it: {'; '.join(found['quarantined'])}."
    if not found.get("looks"):
        return "How often challengers were judged on it is unavailable."
    return f"This is look {found['looks']} at it."
