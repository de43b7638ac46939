"""A held payment of an import that is called legitimate is let go, and counts from when it could be known."""

from __future__ import annotations

import io
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from greenfraud.instants import DAY_US, HOUR_US, SECOND_US, format_rfc3339
from greenfraud.items.release import FIRST_US
from intake.labels.reading import Asked, read_labels
from intake.labels.settling import settle
from tests.labelled_platform import LabelledPlatform

OCCURRED_US = 1_760_000_000_000_000
NEWEST_US = OCCURRED_US + 10 * DAY_US


def imported(platform: LabelledPlatform, decision: str | None, *, is_released: bool = False, reported: bool | None = None) -> None:
    """A lake with one payment, as an import writes it."""
    payment = {"transaction_id": "P1", "occurred_us": OCCURRED_US, "customer_id": "C1", "terminal_id": "M1", "amount_minor": 700}
    rows = {"transactions": payment | {"decision": decision, "accepted_us": None}}
    if is_released:
        rows["releases"] = payment | {"accepted_us": OCCURRED_US + DAY_US, "source": "import"}
    if reported is not None:
        rows["labels"] = {"transaction_id": "P1", "is_fraud": reported, "observed_us": OCCURRED_US + 2 * DAY_US, "source": "import"}
    for kind, row in rows.items():
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist([row]), sink)
        platform.client("s3").put_object(Bucket="lake", Key=f"{kind}/dt=2025-10-09/part-0.parquet", Body=sink.getvalue())
    document = {"newest_occurred_at": format_rfc3339(NEWEST_US)}
    platform.client("s3").put_object(Bucket="lake", Key="dataset.json", Body=json.dumps(document).encode())


def tell(platform: LabelledPlatform, folder: Path, label: str, observed_us: int) -> dict[str, int]:
    """Tell a file of one row."""
    file = folder / "labels.csv"
    file.write_text(f"transaction_id,label,reported_at\nP1,{label},{format_rfc3339(observed_us)}\n", encoding="utf-8")
    return settle(platform.places, read_labels(file, Asked({})), folder / "receipt.csv", lambda _: None)


@pytest.mark.parametrize(("decision", "released"), [("review", 1), ("challenge", 1), ("block", 0), ("allow", 0), (None, 0)])
def test_only_what_was_held_is_let_go(platform: LabelledPlatform, tmp_path: Path, decision: str | None, released: int):
    """Once, also where it is told again."""
    imported(platform, decision)
    for _ in range(2):
        tell(platform, tmp_path, "legitimate", OCCURRED_US + 3 * DAY_US)
    assert len(platform.releases()) == released


def test_it_repeats_what_ingestion_must_know(platform: LabelledPlatform, tmp_path: Path):
    """Nobody decided it here: all of it stands in the lake."""
    imported(platform, "review")
    tell(platform, tmp_path, "legitimate", OCCURRED_US + 3 * DAY_US)
    (release,) = platform.releases()
    assert (release.occurred_us, release.customer_id, release.terminal_id, release.amount_minor) == (OCCURRED_US, "C1", "M1", 700)
    assert (release.source, release.released_us) == ("bank", OCCURRED_US + 3 * DAY_US)


def test_it_counts_from_when_it_was_told_by_the_clock_of_the_events(platform: LabelledPlatform, tmp_path: Path):
    """When the import was written its newest payment had just happened; an hour is forgiven, and nothing is known before."""
    imported(platform, "review")
    tell(platform, tmp_path, "legitimate", OCCURRED_US + 3 * DAY_US)
    (release,) = platform.releases()
    assert NEWEST_US - HOUR_US <= release.accepted_us <= NEWEST_US - HOUR_US + 120 * SECOND_US


def test_a_report_that_is_newer_than_that_counts_from_itself(platform: LabelledPlatform, tmp_path: Path):
    """A release is accepted at the earliest when it was told to be."""
    imported(platform, "review")
    observed_us = NEWEST_US + 5 * DAY_US
    assert observed_us < time.time() * SECOND_US, datetime.now(UTC)
    tell(platform, tmp_path, "legitimate", observed_us)
    (release,) = platform.releases()
    assert release.accepted_us == observed_us >= OCCURRED_US + FIRST_US


def test_what_the_import_let_go_is_not_let_go_again(platform: LabelledPlatform, tmp_path: Path):
    """A second release would count its amount twice."""
    imported(platform, "review", is_released=True)
    tell(platform, tmp_path, "legitimate", OCCURRED_US + 3 * DAY_US)
    assert platform.releases() == []


def test_what_the_import_called_fraud_later_stays_held(platform: LabelledPlatform, tmp_path: Path):
    """The label contradicts it; observed later it would correct it, and let the payment go."""
    imported(platform, "review", reported=True)
    assert tell(platform, tmp_path, "legitimate", OCCURRED_US + DAY_US)["contradicting"] == 1
    assert platform.releases() == []
    tell(platform, tmp_path, "legitimate", OCCURRED_US + 3 * DAY_US)
    assert len(platform.releases()) == 1
