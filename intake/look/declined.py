"""Columns whose words tell declined payments: they moved no money, and what is usual for a customer is made of accepted ones."""

from __future__ import annotations

from intake.look.row_words import RowWords

WORDS = """decline declined declinedbyissuer declinedbybank softdecline harddecline refused refusal rejected reject denied
notauthorized notauthorised unauthorized unauthorised authorizationfailed authorisationfailed blocked failed failure unsuccessful
abgelehnt verweigert fehlgeschlagen refusé rechazado rechazada denegado denegada rifiutato geweigerd 거절 거절됨 승인거절 실패"""
DECLINED = RowWords(
    known=frozenset(WORDS.split()),
    setting="declined",
    key="words",
    why="what was declined is not usual for a customer",
    so="the others were accepted",
    otherwise="these were accepted all the same",
)
