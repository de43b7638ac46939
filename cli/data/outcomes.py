"""What became of the payments of a file that tells it: decided how, accepted when; a file that says nothing was all accepted."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from greenfraud.outcomes import ALLOW, BLOCK, HELD, OUTCOMES
from intake.description import Description
from intake.moments import moments, not_ahead, not_before
from intake.reading import Column, plain
from intake.refusals import refuse

WORDS = f"Write {', '.join(sorted(OUTCOMES))}; nothing where it was accepted. If the column means something else, rename it"
FIRST_US = 1  # as `items.release`: what was held is accepted later than it was tried


def outcomes(
    columns: Mapping[str, Column], occurred: pa.Array, timezone: str | None, described: Description | None = None
) -> dict[str, pa.Array]:
    """Return `decision`, `accepted_us` where it was accepted at once, and `released_us` where it was held before.

    Nothing of a file without a column `decision`. InputError names the row of a word that is none, and of a payment that was
    accepted before it happened.
    """
    if "decision" not in columns:
        return {}
    decision = _decisions(columns["decision"])
    is_at_once = pc.fill_null(pc.equal(decision, ALLOW), fill_value=True)
    nothing = pa.scalar(None, pa.int64())
    found = {"decision": decision, "accepted_us": pc.if_else(is_at_once, occurred, nothing)}
    if "accepted_at" not in columns:
        return found | {"released_us": pa.nulls(len(decision), pa.int64())}
    column = columns["accepted_at"]
    accepted = moments(column, timezone=timezone, required=False, described=described)
    accepted = not_ahead(column, not_before(column, accepted, occurred))
    is_block = pc.equal(decision, BLOCK)
    refuse(column, pc.and_(is_block, accepted.is_valid()), "accepted, though its decision is block", "Empty one of the two")
    is_held = pc.is_in(decision, pa.array(sorted(HELD)))
    return found | {
        "released_us": pc.if_else(is_held, pc.max_element_wise(accepted, pc.add(occurred, FIRST_US), skip_nulls=False), nothing)
    }


def _decisions(column: Column) -> pa.Array:
    words = pc.utf8_lower(pc.utf8_trim_whitespace(pc.cast(plain(column.values), pa.string())))
    refuse(column, pc.invert(pc.is_in(words, pa.array([*sorted(OUTCOMES), "", None]))), "no decision", WORDS)
    return pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.string()), words)
