"""One value of several columns: a date and a time, a bank and an account."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

TIME_MARK, ID_MARK = " ", "|"
MARKS = {
    **dict.fromkeys(("occurred_at", "observed_at", "accepted_at"), TIME_MARK),
    **dict.fromkeys(("transaction_id", "customer_id", "terminal_id"), ID_MARK),
}


def joined(parts: Sequence[pa.Array], mark: str) -> pa.Array:
    r"""The texts of some columns with a mark between them; null where one is null.

    Of ids, a mark inside a part is escaped: no two lists of parts make one id.

    >>> joined([pa.array(["a|b", "a", None]), pa.array(["c", "b|c", "d"])], "|").to_pylist()
    ['a\\|b|c', 'a|b\\|c', None]
    """
    texts = [_text_of(part) for part in parts]
    if mark == ID_MARK:
        texts = [pc.replace_substring(pc.replace_substring(text, "\\", "\\\\"), mark, f"\\{mark}") for text in texts]
    return pc.binary_join_element_wise(*texts, mark)


def _text_of(values: pa.Array) -> pa.Array:
    """Whole numbers as their digits, days as YYYY-MM-DD; an empty text is nothing."""
    if pa.types.is_timestamp(values.type):
        values = pc.cast(values, pa.date32(), safe=False)
    text = pc.utf8_trim_whitespace(pc.cast(values, pa.string()))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
