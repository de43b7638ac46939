"""What became of the payments of a file that tells it: decided how, accepted when; a file that says nothing was all accepted."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from cli.errors import InputError
from greenfraud.outcomes import ALLOW, BLOCK, HELD, OUTCOMES
from intake.description import Description
from intake.label_words import is_word
from intake.moments import moments, not_ahead, not_before
from intake.reading import Column, SourceFile, plain
from intake.refusals import refuse

WORDS = f"Write {', '.join(sorted(OUTCOMES))}; nothing where it was accepted. Or say which of its words mean declined:"
FIRST_US = 1  # as `items.release`: what was held is accepted later than it was tried


def outcomes(source: SourceFile, occurred: pa.Array, timezone: str | None, described: Description) -> dict[str, pa.Array]:
    """Return `decision`, `accepted_us` where it was accepted at once, and `released_us` where it was held before.

    Nothing of a file without a column `decision`, or one whose words say what was declined. InputError names the row of a word
    that is none, and of a payment that was accepted before it happened.
    """
    columns, decision = source.columns, _decided(source, described)
    if decision is None:
        return {}
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


def _decided(source: SourceFile, described: Description) -> pa.Array | None:
    """What was decided of each payment, None where the file does not say. InputError where two columns do."""
    told, column = described.rows.declined, source.columns.get("decision")
    if told is None:
        return _decisions(column) if column is not None else None
    if column is not None and column.name != told.column:
        raise InputError(f"columns `{column.name}` and `{told.column}` both say what was declined: name one of them")
    is_declined = pa.array(is_word(source.others[told.column], told.words))
    return pc.if_else(is_declined, BLOCK, ALLOW)


def _decisions(column: Column) -> pa.Array:
    words = pc.utf8_lower(pc.utf8_trim_whitespace(pc.cast(plain(column.values), pa.string())))
    refuse(
        column,
        pc.invert(pc.is_in(words, pa.array([*sorted(OUTCOMES), "", None]))),
        "no decision",
        f"{WORDS} --declined {column.name}=DECLINED",
    )
    return pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.string()), words)
