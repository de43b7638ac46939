"""What production's quality probably is before its labels are there, kept week by week and compared with the truth when that comes.

The estimate of a week is made once, from what was decided, when the week is over; `reports/quality/<chunk>.json` in the lake keeps
it. Once the labels are mature the same document gets what they say, and how far off the estimate was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from greenfraud.chunks import Chunk, chunks_between
from greenfraud.instants import DAY_US
from greenfraud.naming import quality_key
from training.evaluation.drift_signs import on_arrival, on_truth
from training.evaluation.estimation import MEASURES, Scored, estimate, measured
from training.evaluation.reliability import Reliability
from training.features.history import read_history
from training.online.decided_week import DecidedWeek

if TYPE_CHECKING:
    from collections.abc import Iterator

    from greenfraud.chunks import Coverage
    from training.job.bucket import Bucket

    Document = dict[str, Any]

SCHEMA = 1
KNOWN_WEEKS = 8  # the newest compared ones, by which probabilities are corrected


def watch(lake: Bucket, artifacts: Bucket, coverage: Coverage) -> Iterator[Document]:
    """Estimate the weeks that are over and not mature, compare those that have become so.

    Each is yielded before it is kept: who fails to tell of it finds it not looked at when it is tried again.
    """
    ended = chunks_between(coverage.first_day, coverage.as_of_us, coverage.chunk_days)
    mature = [chunk for chunk in ended if chunk.is_mature(coverage.as_of_us, coverage.maturity_days)]
    known = set(lake.keys(quality_key("").removesuffix(".json")))
    new = [chunk for chunk in ended if chunk not in mature and quality_key(chunk.id) not in known]
    kept = [lake.get_json(key) for key in sorted(known)]
    is_mature = {chunk.id for chunk in mature}
    waiting = [document for document in kept if document["measured"] is None and document["chunk"] in is_mature]
    past = [document for document in kept if document["measured"] is not None][-KNOWN_WEEKS:]
    for document in waiting:
        yield from _kept(lake, _compared(lake, artifacts, document, coverage.maturity_days, past))
    past = [document for document in kept if document["measured"] is not None][-KNOWN_WEEKS:]
    for chunk in new:
        yield from _kept(lake, _estimated(lake, artifacts, chunk, past))


def _kept(lake: Bucket, document: Document | None) -> Iterator[Document]:
    if document is not None:
        yield document
        lake.put_json(quality_key(document["chunk"]), document)


def _estimated(lake: Bucket, artifacts: Bucket, chunk: Chunk, past: list[Document]) -> Document | None:
    week = DecidedWeek.read(lake, artifacts, chunk)
    if not week.probability:
        return None
    known = Reliability.pooled(Reliability.from_json(one["reliability"]) for one in past)
    scored = scored_of(week).corrected(known)
    document = {
        "schema": SCHEMA,
        "chunk": chunk.id,
        "models": week.models,
        "rows": len(scored),
        "alerts": int(scored.is_alert.sum()),
        "without_model": len(week.without_model),
        "explored": week.explored,
        "estimated": estimate(scored),
        "corrected_by": known.to_json(),
        "covariates": week.covariates(),
        "measured": None,
    }
    document["drift"] = on_arrival(document, past)
    return document


def _compared(lake: Bucket, artifacts: Bucket, document: Document, maturity_days: int, past: list[Document]) -> Document:
    """Put the truth beside a kept estimate, on the payments of which something is known."""
    chunk = Chunk.parse(document["chunk"])
    week, truth = DecidedWeek.read(lake, artifacts, chunk), _truth(lake, chunk, maturity_days)
    is_known = np.array([one in truth for one in week.probability], bool)
    stands_for = np.array(week.stands_for, float)[is_known]
    scored = scored_of(week).take(is_known)
    is_fraud = np.array([truth[one] for one in week.probability if one in truth], bool)
    found = measured(scored, is_fraud)
    promised = estimate(scored.corrected(Reliability.from_json(document["corrected_by"])))
    document |= {
        "judged_rows": len(scored),
        "measured": found,
        "reliability": Reliability.of(scored.probability, is_fraud, stands_for).to_json(),
        "estimated_of_judged": promised,
        "error": {name: _difference(promised[name]["value"], found[name]) for name in MEASURES},
        "held": {name: _is_held(promised[name], found[name]) for name in MEASURES},
    }
    document["drift_of_truth"] = on_truth(document, past)
    return document


def scored_of(week: DecidedWeek) -> Scored:
    """Return a week's decisions as the estimate reads them."""
    return Scored.of(
        np.array(list(week.probability.values()), float),
        np.array(week.is_alert, bool),
        np.array(week.amount_minor, np.int64),
        np.unique(np.array(week.customer_ids, str), return_inverse=True)[1],
    )


def _truth(lake: Bucket, chunk: Chunk, maturity_days: int) -> dict[str, bool]:
    """Return what is known of each of a chunk's payments once its labels are mature; one that was never judged is left out."""
    history, known_us = read_history(lake, chunk.start_day, chunk.end_day), chunk.end_us + maturity_days * DAY_US - 1
    is_judged, is_fraud = history.is_judged(known_us), history.is_fraud_as_known(known_us)
    ids = history.table["transaction_id"].to_pylist()
    return {ids[row]: bool(is_fraud[row]) for row in np.flatnonzero(is_judged)}


def _difference(promised: float | None, found: float | None) -> float | None:
    return None if promised is None or found is None else promised - found


def _is_held(promised: dict[str, float | None], found: float | None) -> bool | None:
    low, high = promised["low"], promised["high"]
    return None if low is None or high is None or found is None else low <= found <= high
