"""Columns whose words tell refunds and reversals from payments: no payments, whatever the sign of their amounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intake.look.choosing import quoted
from intake.look.columns import Sampled
from intake.look.counting import counted
from intake.look.findings import Question, Reply
from intake.look.label_words import MOST_WORDS
from intake.look.names import plain_name

# As letters alone, in lower case. Not among them: credit, which is a kind of card too.
WORDS = """refund refunded refunds refunding partialrefund fullrefund partiallyrefunded creditrefund refundtransaction reversal
reversed reverse reversals void voided chargebackreversal paymentreversal purchasereturn return returned moneyback
storno storniert rückerstattung erstattung gutschrift remboursement reembolso rimborso terugbetaling 환불 취소"""
REFUNDS = frozenset(WORDS.split())


def refund_questions(unused: Sequence[Sampled]) -> Iterator[Question]:
    """Ask of the first column that has words for refunds beside others, which are left out and listed if they are some."""
    for column in unused:
        words = sorted(word.strip() for word in column.counts if plain_name(word) in REFUNDS)
        if not words or not 1 < len(column.counts) <= MOST_WORDS:
            continue
        rows = sum(count for word, count in column.counts.items() if word.strip() in words)
        named, listed = quoted(column.name), ", ".join(map(quoted, words))
        yield Question(
            section="rows",
            what=f"{column.name}: {', '.join(words)} in {counted(rows, 'row')}, and refunds and reversals are no payments",
            replies=(
                Reply(lines={"kind": f"{{ column = {named}, refund = [{listed}] }}"}, meaning="left out, and listed in a file"),
                Reply(lines={"kind": f"{{ column = {named}, refund = [] }}"}, meaning="these are payments all the same"),
            ),
        )
        return
