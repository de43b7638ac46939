"""Words of a column that say of a row what its fields do not: that it is a refund, or was declined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from intake.look.choosing import quoted
from intake.look.columns import Sampled
from intake.look.counting import counted
from intake.look.findings import Question, Reply
from intake.look.label_words import MOST_WORDS
from intake.look.names import plain_name


@dataclass(frozen=True, kw_only=True)
class RowWords:
    """`known` as letters alone, in lower case; said by `key` of the `setting` below `rows`; `why` one must say what they mean.

    `so` is what becomes of such rows, `otherwise` what they are if the words mean something else.
    """

    known: frozenset[str]
    setting: str
    key: str
    why: str
    so: str
    otherwise: str

    def of(self, column: Sampled) -> list[str]:
        """Return the column's words that are known, none where it says nothing else beside them."""
        if not 1 < len(column.counts) + bool(column.seen.absent) <= MOST_WORDS:
            return []
        return sorted({word.strip() for word in column.counts if plain_name(word) in self.known})

    def questions(self, unused: Sequence[Sampled]) -> Iterator[Question]:
        """Ask of the first column that has such words."""
        column = next(filter(self.of, unused), None)
        if column is None:
            return
        words = self.of(column)
        rows = sum(count for word, count in column.counts.items() if word.strip() in words)
        yield Question(
            section="rows",
            what=f"{column.name}: {', '.join(words)} in {counted(rows, 'row')}, and {self.why}",
            replies=(self._reply(column, words, self.so), self._reply(column, [], self.otherwise)),
        )

    def _reply(self, column: Sampled, words: Sequence[str], meaning: str) -> Reply:
        listed = ", ".join(map(quoted, words))
        return Reply(lines={self.setting: f"{{ column = {quoted(column.name)}, {self.key} = [{listed}] }}"}, meaning=meaning)
