"""The skew watch finds every value that serving saw otherwise than training does."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest

from greenfraud.features.manifest import load_manifest
from training.online.skew import EXAMPLES, Rebuilt, SkewCount

MANIFEST = load_manifest()
DAY = date(2018, 6, 1)
NAME = MANIFEST.names[3]


def count_of(*transactions: str) -> SkewCount:
    """A comparison with offline values that are 1 throughout, missing for the last feature."""
    columns = {name: np.ones(len(transactions)) for name in MANIFEST.names}
    columns[MANIFEST.names[-1]] = np.full(len(transactions), np.nan)
    return SkewCount(MANIFEST, Rebuilt({name: row for row, name in enumerate(transactions)}, columns))


def row(transaction_id: str, changed: dict | None = None, **more) -> dict:
    """A decision's row whose features agree but for the changed ones."""
    features = dict.fromkeys(MANIFEST.names, 1.0) | {MANIFEST.names[-1]: None} | (changed or {})
    return {"transaction_id": transaction_id, "manifest_version": MANIFEST.version, "features": features, **more}


def lines(*rows: dict) -> list[dict]:
    """The rows of a file of lines."""
    return [json.loads(json.dumps(one)) for one in rows]


def test_equal_values_are_compared_and_do_not_differ():
    """A missing one equals a missing one."""
    skew = count_of("a", "b")
    skew.add(lines(row("a"), row("b", degraded=[])))
    report = skew.report(DAY)
    assert (report["compared_transactions"], report["compared_values"]) == (2, 2 * len(MANIFEST.names))
    assert (report["differing_values"], report["share"]) == (0, 0.0)


@pytest.mark.parametrize("value", [np.nextafter(1.0, 2.0), None, 0.0])
def test_a_value_that_differs_by_a_bit_or_by_being_missing_counts(value):
    """With the transaction, so that somebody can look into it."""
    skew = count_of("a", "b")
    skew.add(lines(row("a", {NAME: value}), row("b")))
    report = skew.report(DAY)
    example = {"transaction_id": "a", "logged": value, "rebuilt": 1.0}
    assert report["features"][NAME] == {"share": 0.5, "differing": 1, "examples": [example]}
    assert report["share"] == 1 / (2 * len(MANIFEST.names))


def test_a_transaction_that_was_landed_twice_counts_once():
    """Within a file and across files."""
    skew = count_of("a")
    skew.add(lines(row("a", {NAME: 2.0}), row("a", {NAME: 2.0})))
    skew.add(lines(row("a", {NAME: 2.0})))
    assert (len(skew.compared), skew.differing.total()) == (1, 1)


def test_what_cannot_be_compared_is_counted_by_reason():
    """Another release's features, older decisions, degraded ones, and transactions that have not landed."""
    skew = count_of("a", "b", "c")
    old = {"transaction_id": "b", "manifest_version": MANIFEST.version, "features": None}
    skew.add(lines(row("a") | {"manifest_version": "other"}, old, row("c", degraded=["customer_state"]), row("d")))
    report = skew.report(DAY)
    assert report["skipped_transactions"] == {"other_manifest": 1, "not_logged": 1, "degraded": 1, "not_in_lake": 1}
    assert report["compared_transactions"] == 0


def test_nothing_to_compare_is_not_a_share_of_zero():
    """Zero would be a claim."""
    report = count_of().report(DAY)
    assert report["share"] is None
    assert {feature["share"] for feature in report["features"].values()} == {None}


def test_a_report_names_a_few_examples_only():
    """The lake knows the others."""
    ids = [f"t{number}" for number in range(EXAMPLES + 2)]
    skew = count_of(*ids)
    skew.add(lines(*(row(one, {NAME: 2.0}) for one in ids)))
    feature = skew.report(DAY)["features"][NAME]
    assert (feature["differing"], len(feature["examples"])) == (len(ids), EXAMPLES)
