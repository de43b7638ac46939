"""Extra columns of a user's data: declared in feature_repo, compiled into the manifest, checked here.

A column is a "number", a finite double, a "category", a text, or names an "entity", as an id does. On the wire it stands
beside the other fields; absent and null are the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from greenfraud.errors import ContractError, InvalidInput

MAXIMUM_TEXT_LENGTH = 256
# With one of these in it, an id looks like another one in a log, ends its line in a file, and gets lost on the way to a store.
CONTROL_CHARACTER = "[\x00-\x1f\x7f-\x9f\u2028\u2029]"
_CONTROL_CHARACTER = re.compile(CONTROL_CHARACTER)
Extras = Mapping[str, float | str]

# What records, answers and feature chunks call their own columns.
RESERVED = frozenset(
    {
        *("transaction_id", "occurred_at", "occurred_us", "customer_id", "terminal_id", "amount", "amount_minor", "currency"),
        *("is_fraud", "observed_at", "observed_us", "source", "event_timestamp", "extras", "features", "manifest_version"),
        *("fraud_probability", "decision", "decided_by", "reasons", "model", "policy_version", "features_as_of", "degraded"),
        *("emissions_g", "spoke", "converted_from", "original", "original_amount_minor", "original_currency", "original_rate"),
        *("original_rate_date", "original_rates_version", "accepted_us", "released_us", "propensity", "is_investigated", "record"),
        *("entities", "reason_code", "is_judged", "is_accepted", "told_us", "weight"),
    }
)


def parse_extras(body: Mapping[str, Any], declared: Mapping[str, str]) -> dict[str, float | str]:
    """Return the declared columns that a body has. Raises InvalidInput naming the first unusable one.

    >>> parse_extras({"channel": "web", "distance_km": 3, "other": 1}, {"distance_km": "number", "channel": "category"})
    {'distance_km': 3.0, 'channel': 'web'}
    """
    found = ((name, kind, body.get(name)) for name, kind in declared.items())
    return {name: _CHECKS[kind](name, value) for name, kind, value in found if value is not None}


def check_names(columns: Iterable[str]) -> None:
    """Raise ContractError for a name that the platform uses itself."""
    taken = sorted(RESERVED.intersection(columns))
    if taken:
        raise ContractError(f"an extra column cannot be called {', '.join(taken)}: map it to another name")


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(name, "must be a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InvalidInput(name, "must be a finite number")
    return number


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > MAXIMUM_TEXT_LENGTH:
        raise InvalidInput(name, f"must be a string of at most {MAXIMUM_TEXT_LENGTH} characters")
    if _is_half_a_pair(value):
        raise InvalidInput(name, "must be valid Unicode")
    return value


def identity_of(name: str, value: object) -> str:
    """Return what an id may be. Raises InvalidInput naming the field."""
    if not isinstance(value, str) or not 1 <= len(value) <= MAXIMUM_TEXT_LENGTH:
        raise InvalidInput(name, f"must be a string of 1 to {MAXIMUM_TEXT_LENGTH} characters")
    if _is_half_a_pair(value):
        raise InvalidInput(name, "must be valid Unicode")
    if _CONTROL_CHARACTER.search(value):
        raise InvalidInput(name, "must hold no control characters or line separators")
    return value


def _is_half_a_pair(value: str) -> bool:
    """JSON can spell half a surrogate pair, which no UTF-8 store accepts."""
    return any("\ud800" <= character <= "\udfff" for character in value)


_CHECKS: Mapping[str, Callable[[str, object], float | str]] = {"number": _number, "category": _text, "entity": identity_of}
