"""The validation report of one model: what two supervisors ask."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.cards.annex_iv import annex_chapters
from reporting.cards.answer import Question
from reporting.cards.sr_11_7 import guidance_chapters
from reporting.cards.subject import Subject


def validation_chapters(of: Subject) -> list[tuple[str, Sequence[Question]]]:
    """The chapters: SR 11-7 first, then Annex IV."""
    return [*guidance_chapters(of), *annex_chapters(of)]
