"""What the policy may ask of a payment: features, fields of the request, the model's probability, and who stands on which list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from greenfraud.features.manifest import load_manifest
from greenfraud.money import EURO, digits_of, major
from greenfraud.policy.conditions import Fact
from greenfraud.policy.policy import Policy
from greenfraud.policy.rule import PROBABILITY
from greenfraud.reasons import MONEY_KINDS, USUAL_DIGITS

CUSTOMER, TERMINAL = "customer", "terminal"
# What a request itself says, beside the declared extra columns. The amount is in units of the platform's currency, the currency
# the one that was sent.
NUMBERS = ("amount", PROBABILITY)
TEXTS = ("currency",)


class Payment(NamedTuple):
    """A payment as the policy sees it: `values` are the interpreter's, by feature; `sent_in` is the currency it was sent in."""

    values: Mapping[str, float | None]
    amount_minor: int
    currency: str = EURO
    occurred_us: int = 0
    customer: str | None = None
    terminal: str | None = None
    columns: Mapping[str, float | str] = {}
    sent_in: str | None = None

    def column(self, name: str) -> str | None:
        """Return what stands in the column of a list; None where nothing does."""
        if name == CUSTOMER:
            return self.customer
        if name == TERMINAL:
            return self.terminal
        value = self.columns.get(name)
        return value if isinstance(value, str) else None


def facts_of(policy: Policy, payment: Payment, probability: float | None, listed: set[str]) -> dict[str, Fact]:
    """Return the values that the policy asks for, by name; `listed` are the facts of the lists that the payment stands on.

    Money is in units of the platform's currency. The amount always comes from the request, so that a rule on it holds even when
    no feature could be read.
    """
    values = payment.values
    facts: dict[str, Fact] = {name: values.get(name) for name in policy.features}
    if digits_of(payment.currency) != USUAL_DIGITS:
        _into_units(facts, payment.currency)
    asked = policy.asked
    facts["amount"] = major(payment.amount_minor, payment.currency)
    facts[PROBABILITY] = probability
    facts["currency"] = payment.sent_in or payment.currency
    for name, value in payment.columns.items():
        if name in asked and name not in facts:
            facts[name] = value
    for one in policy.lists:
        if one.fact in asked:
            facts[one.fact] = float(one.fact in listed)
    return facts


def _into_units(facts: dict[str, Fact], currency: str) -> None:
    factor = 10.0**USUAL_DIGITS / 10.0 ** digits_of(currency)
    manifest = load_manifest()
    for name, value in facts.items():
        if isinstance(value, float) and manifest.feature(name).kind in MONEY_KINDS:
            facts[name] = value * factor
