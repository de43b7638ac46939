"""Columns whose words tell refunds and reversals from payments: no payments, whatever the sign of their amounts."""

from __future__ import annotations

from intake.look.row_words import RowWords

# Not among them: credit, which is a kind of card too.
WORDS = """refund refunded refunds refunding partialrefund fullrefund partiallyrefunded creditrefund refundtransaction reversal
reversed reverse reversals void voided chargebackreversal paymentreversal purchasereturn return returned moneyback
storno storniert rückerstattung erstattung gutschrift remboursement reembolso rimborso terugbetaling 환불 취소"""
REFUNDS = RowWords(
    known=frozenset(WORDS.split()),
    setting="kind",
    key="refund",
    why="refunds and reversals are no payments",
    so="left out, and listed in a file",
    otherwise="these are payments all the same",
)
