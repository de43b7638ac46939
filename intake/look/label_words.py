"""What the words of a label column mean: fraud, legitimate, not investigated, or something that a person must say."""

from __future__ import annotations

from collections.abc import Mapping

from intake.label_words import FALSE, is_of_two_meanings
from intake.look.findings import LabelForm


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(","))


FRAUD = _words(
    "1, 1.0, true, t, yes, y, ja, sí, oui, fraud, fraudulent, fraudster, is_fraud, confirmed_fraud, chargeback, illicit, bad, 사기"
)
LEGITIMATE = _words(
    "0, 0.0, false, f, no, n, nein, non, legit, legitimate, genuine, licit, good, ok, normal, clean, valid, non-fraud, nonfraud, "
    "notfraud, not fraud, non fraud, no fraud, not_fraud, non_fraud, no_fraud, 정상"
)
UNINVESTIGATED = _words(
    "unknown, unlabeled, unlabelled, pending, open, uninvestigated, undetermined, unreviewed, none, null, nan, na, n/a, ?, "
    "not investigated, not_investigated"
)
SPEAKING = frozenset(word for word in FRAUD | LEGITIMATE if "fraud" in word or "legit" in word)  # of labels, whatever the column
MOST_WORDS = 12


FILLED = "filled in"


def filled_form(column: str, filled: int, absent: int) -> LabelForm:
    """Return what a column says of which any text means fraud."""
    counts = {FILLED: filled} if filled else {}
    return LabelForm(column=column, counts=counts, fraud=(FILLED,), absent=absent, rows=filled + absent)


def meanings(column: str, counts: Mapping[str, int], absent: int) -> LabelForm | None:
    """Return what each word means, None where the values are no labels: too many, or none that is known.

    >>> found = meanings("Labels", {"0": 90, "1": 5, "2": 40}, 0)
    >>> found.fraud, found.legitimate, found.unknown
    (('1',), ('0',), ('2',))
    >>> meanings("fraud", {"F": 5}, 95), meanings("fraud", {"F": 90, "T": 5}, 0).legitimate
    (None, ('F',))
    """
    if not 1 <= len(counts) <= MOST_WORDS:
        return None
    known = {word: word.strip().lower() for word in counts}
    sound = LEGITIMATE - ({FALSE} if is_of_two_meanings(known.values()) else set())
    fraud, legitimate, uninvestigated = (
        tuple(sorted(word for word, plain in known.items() if plain in meant)) for meant in (FRAUD, sound, UNINVESTIGATED)
    )
    if not fraud and not legitimate:
        return None
    told = {*fraud, *legitimate, *uninvestigated}
    return LabelForm(
        column=column,
        counts=dict(counts),
        fraud=fraud,
        legitimate=legitimate,
        uninvestigated=uninvestigated,
        unknown=tuple(sorted(word for word in counts if word not in told)),
        absent=absent,
        rows=sum(counts.values()) + absent,
    )
