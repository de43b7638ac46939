"""Words in a column of customers that stand for nobody: all of their payments would be one customer's."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from intake.look.choosing import quoted
from intake.look.columns import Sampled
from intake.look.counting import counted
from intake.look.findings import Question, Reply

WORDS = """null nan none nil n/a na #n/a \\n undefined unknown unbekannt inconnu desconocido missing guest guests gast anonymous
anon anonymous_user not_available notavailable - ? (null) <null> <na> 비회원 게스트"""
NOBODY = frozenset(WORDS.split())


def nobody_questions(column: Sampled) -> Iterator[Question]:
    """Ask whether words such as NULL and GUEST are somebody, where more than one row says so."""
    lowered = pc.utf8_lower(pc.utf8_trim_whitespace(column.texts))
    found = column.texts.filter(pc.is_in(lowered, pa.array(sorted(NOBODY), pa.string())))
    words = sorted({text.strip() for text in found.unique().to_pylist()})
    rows = len(found)
    if rows > 1:
        yield Question(
            section="rows",
            what=f"{column.name}: {', '.join(words)} in {counted(rows, 'row')} may be nobody's name, and would be one customer",
            replies=(
                Reply(lines={"nobody": f"[{', '.join(map(quoted, words))}]"}, meaning="each of these payments is a stranger's"),
                Reply(lines={"nobody": "[]"}, meaning="somebody is called so"),
            ),
        )
