"""Why a payment was decided so: the sentences that a person reads, in the words of the manifest and the units of the currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from greenfraud.features.manifest import Feature
from greenfraud.money import digits_of

MONEY_KINDS = frozenset({"amount", "mean_amount", "sd_amount"})  # kinds of features whose values are money
USUAL_DIGITS = 2  # which features of money are computed with, whatever the currency: models ask for no unit
REASONS_PER_ANSWER = 5

Direction = Literal["for", "against"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a transaction was decided so: the feature that says most, its value, and a sentence a person reads.

    Of the model, `code` and `label` are a group's, and `contribution` is what it adds to the log odds of fraud; a rule has none.
    """

    code: str
    feature: str
    value: float | None
    contribution: float | None
    text: str
    direction: Direction = "for"
    label: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the form the API answers with."""
        return asdict(self)


def in_units(feature: Feature, value: float | None, currency: str) -> float | None:
    """Return what a person reads: a feature of money counts hundreds of minor units, whatever the currency.

    >>> from greenfraud.features.manifest import load_manifest
    >>> amount = load_manifest().feature("amount")
    >>> [in_units(amount, 512.4, currency) for currency in ("EUR", "JPY", "KWD")]
    [512.4, 51240.0, 51.24]
    """
    digits = digits_of(currency)
    if value is None or digits == USUAL_DIGITS or feature.kind not in MONEY_KINDS:
        return value
    return value * 10.0**USUAL_DIGITS / 10.0**digits


def told_reason(feature: Feature, told: float | None, contribution: float | None, currency: str) -> Reason:
    """Return the reason for one feature's value that is in the units that a person reads."""
    text = feature.reason_text
    if feature.kind in MONEY_KINDS:
        text = text.replace(".2f", f".{digits_of(currency)}f")
    return Reason(feature.reason_code, feature.name, told, contribution, feature.sentence(told, text))


def in_order(first: Sequence[Reason], then: Sequence[Reason]) -> list[Reason]:
    """Return the reasons of who decided and of the other: what the model has against fraud comes last, and the rest falls away.

    Of two about one feature the first stays.
    """
    distinct: dict[str, Reason] = {}
    for reason in (*first, *then):
        distinct.setdefault(reason.feature, reason)
    ordered = sorted(distinct.values(), key=lambda reason: reason.direction == "against" and reason.contribution is not None)
    return ordered[:REASONS_PER_ANSWER]
