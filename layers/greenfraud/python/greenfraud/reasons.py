"""Why a payment was decided so: the sentences that a person reads, in the words of the manifest and the units of the currency."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from greenfraud.features.manifest import Feature, Manifest
from greenfraud.money import EURO, digits_of

MONEY_KINDS = frozenset({"amount", "mean_amount", "sd_amount"})  # kinds of features whose values are money
USUAL_DIGITS = 2  # which features of money are computed with, whatever the currency: models ask for no unit


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a transaction was decided so: one feature, its value, what it added, and a sentence a person reads."""

    code: str
    feature: str
    value: float | None
    contribution: float | None
    text: str

    def to_json(self) -> dict[str, Any]:
        """Return the form the API answers with."""
        return asdict(self)


def reason_of(
    manifest: Manifest, name: str, value: float | None, contribution: float | None = None, currency: str = EURO
) -> Reason:
    """Return the reason for one feature's value, in the words of the manifest; money is told in units of the currency."""
    feature = manifest.feature(name)
    return told_reason(feature, in_units(feature, value, currency), contribution, currency)


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
    """Return the reason for a value that is in the units that a person reads."""
    sentence = feature.sentence(told)
    if told is not None and feature.kind in MONEY_KINDS and digits_of(currency) != USUAL_DIGITS:
        spelled = replace(feature, reason_text=feature.reason_text.replace(".2f", f".{digits_of(currency)}f"))
        sentence = spelled.sentence(told)
    return Reason(feature.reason_code, feature.name, told, contribution, sentence)
