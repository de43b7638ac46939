"""Columns whose words tell declined payments: they moved no money, and what is usual for a customer is made of accepted ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intake.look.choosing import quoted
from intake.look.columns import Sampled
from intake.look.counting import counted
from intake.look.findings import Question, Reply
from intake.look.label_words import MOST_WORDS
from intake.look.names import plain_name

# As letters alone, in lower case.
WORDS = """decline declined declinedbyissuer declinedbybank softdecline harddecline refused refusal rejected reject denied
notauthorized notauthorised unauthorized unauthorised authorizationfailed authorisationfailed blocked failed failure unsuccessful
abgelehnt verweigert fehlgeschlagen refusé rechazado rechazada denegado denegada rifiutato geweigerd 거절 거절됨 승인거절 실패"""
DECLINED = frozenset(WORDS.split())


def is_outcome(column: Sampled) -> bool:
    """Tell whether a column says what became of a payment, which nobody knows when it is to be decided: no feature."""
    return bool(_words(column))


def declined_questions(unused: Sequence[Sampled]) -> Iterator[Question]:
    """Ask of the first column that has words for declined payments beside others."""
    for column in filter(is_outcome, unused):
        words = _words(column)
        rows = sum(count for word, count in column.counts.items() if word.strip() in words)
        named, listed = quoted(column.name), ", ".join(map(quoted, words))
        yield Question(
            section="rows",
            what=f"{column.name}: {', '.join(words)} in {counted(rows, 'row')}, and what was declined is not usual for a customer",
            replies=(
                Reply(lines={"declined": f"{{ column = {named}, words = [{listed}] }}"}, meaning="the others were accepted"),
                Reply(lines={"declined": f"{{ column = {named}, words = [] }}"}, meaning="these were accepted all the same"),
            ),
        )
        return


def _words(column: Sampled) -> list[str]:
    """Its words for declined payments, none where it has no others beside them."""
    if not 1 < len(column.counts) + bool(column.seen.absent) <= MOST_WORDS:
        return []
    return sorted({word.strip() for word in column.counts if plain_name(word) in DECLINED})
