"""Extra columns as a person declares them; [column_features.py](column_features.py) has what each becomes.

A "number" is a feature as it stands, a "category" one for each of its `values`. What has many values names an "entity": it gets a
state of its own, kept live and built offline like a terminal's. "first_time" asks only whether a customer's payments had the value
before.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from greenfraud.errors import ContractError

Kind = Literal["number", "category", "entity", "first_time"]
KINDS: tuple[str, ...] = get_args(Kind)
MOST_VALUES = 50  # of a category: each is a feature
MOST_NAME = 40  # characters
SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ø": "o", "æ": "ae"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDeclaration:
    """One extra column of the payments.

    Values of an "entity" and a "first_time" are replaced by tokens wherever ids are, unless they are not `is_personal`: those of a
    country are not. Of an entity's payments, `prior_reports` of `prior_payments` count as reported as fraud before any was seen.
    A customer's payments are remembered for `remembered`, to tell a value that is new.
    """

    column: str
    kind: Kind
    values: tuple[str, ...] = ()
    is_personal: bool = True
    prior_reports: float = 1.0
    prior_payments: float = 200.0
    remembered: str = "90d"

    def __post_init__(self) -> None:
        """Refuse a kind that does not exist, a name that no feature could have, and a prior that is none. Raises ContractError."""
        if self.kind not in KINDS:
            raise ContractError(f"column {self.column}: kind {self.kind!r} is none of {', '.join(KINDS)}")
        if not (self.column.isascii() and self.column.isidentifier() and self.column.islower()):
            raise ContractError(f"column {self.column!r}: map it to a name of small letters, digits and underscores")
        if not isinstance(self.is_personal, bool):
            raise ContractError(f"column {self.column}: is_personal is true or false, without quotes")
        if not 0.0 <= self.prior_reports <= self.prior_payments or not self.prior_payments:
            raise ContractError(f"column {self.column}: prior_reports is from 0 to prior_payments, and that is above 0")
        if bool(self.values) != (self.kind == "category"):
            raise ContractError(f"column {self.column}: a category, and nothing else, declares values")
        if not all(isinstance(one, str) and one for one in self.values) or len(set(self.values)) < len(self.values):
            raise ContractError(f"column {self.column}: values are texts in quotes, each once")
        if len(self.values) > MOST_VALUES:
            raise ContractError(f"column {self.column}: more than {MOST_VALUES} values: declare an entity, or fewer of them")

    @classmethod
    def from_table(cls, column: str, table: Mapping[str, Any]) -> ColumnDeclaration:
        """Read a table of TOML. Raises ContractError naming the column and what is wrong with it."""
        known = {field.name for field in fields(cls)} - {"column"}
        if unknown := sorted(table.keys() - known):
            raise ContractError(f"column {column}: {', '.join(unknown)} is none of {', '.join(sorted(known))}")
        if "kind" not in table:
            raise ContractError(f"column {column}: its kind is missing, one of {', '.join(KINDS)}")
        return cls(column=column, **{**table, "values": tuple(table.get("values", ()))})

    @property
    def valued(self) -> dict[str, str]:
        """The name of the feature of each value, in the order of the values: one that is added at the end changes no other."""
        found: dict[str, str] = {}
        for number, value in enumerate(self.values, start=1):
            name = f"{self.column}_{legal_name(value) or number}"
            while name in found:
                name += f"_{number}"
            found[name] = value
        return found

    @property
    def called(self) -> str:
        """The column in words."""
        return self.column.removesuffix("_id").replace("_", " ")

    @property
    def marks_customers(self) -> bool:
        """Whether a customer's state marks the column's values."""
        return self.kind in {"entity", "first_time"}


def read_columns(document: Mapping[str, Any]) -> tuple[ColumnDeclaration, ...]:
    """Return the columns that a TOML document declares, a table each. Raises ContractError."""
    for column, table in document.items():
        if not isinstance(table, Mapping):
            raise ContractError(f"column {column}: declare it as a table, [{column}]")
    return tuple(ColumnDeclaration.from_table(column, table) for column, table in document.items())


def legal_name(text: str) -> str:
    """Return a text as a name of small letters, digits and underscores; nothing where it has no letter or digit of Latin script.

    >>> legal_name("Geräte-ID"), legal_name("DeviceId"), legal_name("Crédit/débit"), legal_name("결제")
    ('geraete_id', 'device_id', 'credit_debit', '')
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(SPELLED_OUT))
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain.encode("ascii", "ignore").decode())
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:MOST_NAME].rstrip("_")
