"""What a day's landed files are merged into, and which files these are."""

from __future__ import annotations

from datetime import date

from greenfraud.naming import day_prefix

# What compaction makes of a day's landed files. It sorts behind each of them: whoever lists a day while they are being removed
# sees this one, or them, or both, and never neither.
WHOLE_DAY = "whole-day.parquet"
# The files of a day's folder that are merged, by kind: what ingestion writes; no import's, no job's.
SMALL_FILES = {
    "transactions": "landing-*.jsonl",
    "labels": "landing-*.jsonl",
    "releases": "landing-*.jsonl",
    "decisions": "*.jsonl",
    "emissions": "serve-*.json",
}
MORE = "_more"  # its column of JSON texts: what records say beyond the columns known when it was written


def whole_day_key(kind: str, day: date) -> str:
    """Return the Parquet file into which the files that landed on a day are merged.

    >>> whole_day_key("labels", date(2018, 5, 1))
    'labels/dt=2018-05-01/whole-day.parquet'
    """
    return f"{day_prefix(kind, day)}{WHOLE_DAY}"
