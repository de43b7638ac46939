"""The edge where money enters: amounts in the platform's currency pass, others are converted by a dated rate or refused.

The API and the importer come through here, so that a payment is worth the same live and in the history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from greenfraud.errors import InvalidInput
from greenfraud.money import EURO, checked_minor, convert, currency_of, minor_of_text
from greenfraud.rates import MAXIMUM_AGE_DAYS, RateTable


@dataclass(frozen=True, slots=True)
class Original:
    """What a converted payment was before: its amount and currency, the rate's text and day, and the version of the table."""

    amount_minor: int
    currency: str
    rate: str
    rate_date: str
    rates_version: str

    def to_json(self) -> dict[str, Any]:
        """Return the stored form; the class takes it back by its keywords."""
        return asdict(self)


@dataclass(frozen=True)
class Exchange:
    """The platform's currency, and how to come by the rates into it; `rates` is asked only for a payment in another one."""

    currency: str = EURO
    rates: Callable[[], RateTable] = RateTable

    def read(self, body: Mapping[str, Any], day: date) -> tuple[int, Original | None]:
        """Return a body's amount in our minor units, and what it was before if it was converted.

        `amount_minor` counts minor units of the body's `currency`, `amount` is a decimal text in it; without a currency it is ours.
        Raises InvalidInput naming the field at fault.
        """
        currency = currency_of(body.get("currency", self.currency))
        if ("amount" in body) == ("amount_minor" in body):
            raise InvalidInput("amount_minor", "give either amount_minor or amount, one of the two")
        if "amount" in body:
            field, amount_minor = "amount", minor_of_text(body["amount"], currency)
        else:
            field, amount_minor = "amount_minor", body["amount_minor"]
        return self.ours(checked_minor(amount_minor, field), currency, day, field)

    def ours(self, amount_minor: int, currency: str, day: date, field: str = "amount_minor") -> tuple[int, Original | None]:
        """Return an amount of a day in our minor units, and the original if it was converted.

        Raises InvalidInput naming `currency` where there is no rate, `field` where the result is beyond the largest amount.
        """
        if currency == self.currency:
            return amount_minor, None
        table = self.rates()
        dated = table.on(currency, day)
        if dated is None or table.version is None:
            raise InvalidInput("currency", self._missing(currency, day, table))
        converted = checked_minor(convert(amount_minor, currency, self.currency, dated.rate), field)
        return converted, Original(amount_minor, currency, dated.text, dated.day.isoformat(), table.version)

    def _missing(self, currency: str, day: date, table: RateTable) -> str:
        ours = f"is {currency}, and this platform's is {self.currency}"
        if table.version is None:
            return f"{ours}: without a table of rates no other is taken"
        return f"{ours}: there is no rate of {currency} for {day.isoformat()}, nor for the {MAXIMUM_AGE_DAYS} days before it"
