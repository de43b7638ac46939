"""How often challengers were judged on the same weeks: whoever asks often enough is answered yes once.

Each execution that looks leaves an object below the chunk, before it measures anything; the evaluate job may write there and not
delete. A redriven execution finds its own and has looked once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from greenfraud.naming import look_key, looks_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from training.job.bucket import Bucket


def count_look(artifacts: Bucket, chunks: Iterable[str], execution: str) -> int:
    """Put a look on record for every judged chunk; return how often the one most looked at has been, this time included."""
    found = []
    for chunk in chunks:
        artifacts.put_json(look_key(chunk, execution), {"execution": execution})
        found.append(len(artifacts.keys(looks_prefix(chunk))))
    return max(found)
