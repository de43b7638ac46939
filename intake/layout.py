"""Which column of a file is which field of a transaction."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from intake.description import Description
from intake.errors import InputError
from intake.fields import fields
from intake.joining import MARKS

HANDBOOK = {
    "transaction_id": "TRANSACTION_ID",
    "occurred_at": "TX_DATETIME",
    "customer_id": "CUSTOMER_ID",
    "terminal_id": "TERMINAL_ID",
    "amount": "TX_AMOUNT",
    "is_fraud": "TX_FRAUD",
}
CURRENCY_NAMES = {"currency", "currency_code", "currencycode", "ccy"}
REQUIRED = (("transaction_id",), ("occurred_at",), ("customer_id",), ("amount", "amount_minor"), ("is_fraud",))
# A pair of a map; a quoted column, right after its "=", may hold commas.
PAIR = re.compile(r'(?:[^,=]*=\s*"(?:[^"]|"")*"\s*(?=,|$))|[^,]+')
PROPOSED = "`greenfraud import <file> --look` says which could be which"
# What else can be said than which column it is.
OTHERWISE = {
    "transaction_id": "Where rows have no ids, --generate-ids makes them.",
    "customer_id": "Where nobody is known, --no-customer takes every payment for a stranger's; terminals are still known.",
    "is_fraud": "Where another file has the labels, --labels <file>.",
}


@dataclass(frozen=True)
class Layout:
    """The file's column per field; `is_handbook` when the file is the Fraud Detection Handbook's, whose times are UTC.

    Where a field's value is made of several columns, `parts` has them, and `columns` only what they are called together.
    """

    columns: Mapping[str, str]
    is_handbook: bool
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def needed(self) -> list[str]:
        """The columns to read, in the order of fields."""
        return [name for of, column in self.columns.items() for name in self.parts.get(of, (column,))]


def parse_map(text: str, known: Sequence[str] | None = None) -> dict[str, str]:
    """`transaction_id=TX_ID,amount="Amount, gross"` as field -> column. InputError for an unknown field or a missing "="."""
    known, mapping = known or fields(), dict[str, str]()
    for pair in filter(None, (part.strip() for part in PAIR.findall(text))):
        of, equals, column = map(str.strip, pair.partition("="))
        if not equals or not column:
            raise InputError(
                f"--map: `{pair}` is not field=column. Write for example --map transaction_id=TX_ID,amount=Total; "
                "a name with a comma in double quotes: --map 'amount=\"Amount, gross\"'"
            )
        if of not in known:
            raise InputError(f"--map: there is no field `{of}`. The fields are {', '.join(known)}")
        if of in mapping:
            raise InputError(f"--map: `{of}` is given twice. Name one column for it; several make one value by {of}=one+other")
        mapping[of] = column[1:-1].replace('""', '"') if is_quoted(column) else column
    return mapping


def is_quoted(text: str) -> bool:
    """Tell whether a text stands in double quotes."""
    return len(text) > 1 and text.startswith('"') and text.endswith('"')


def resolve_layout(names: Sequence[str], mapping: Mapping[str, str], described: Description | None = None) -> Layout:
    """The layout of a file with columns `names`: mapped first, then described, then by our own names, then by the handbook's.

    InputError names every field that has no column.
    """
    asked: dict[str, tuple[str, ...]] = described.placed() if described else {}
    asked |= {of: parts_of(column, names) for of, column in mapping.items()}
    refuse_unknown(names, asked)
    columns = {of: found for of in fields() if (found := _columns_of(of, names, asked))}
    if described and "currency" not in columns:
        # Whoever calls it Currency means it, and money is never taken for another's.
        columns |= dict.fromkeys(["currency"], tuple(name for name in names if name.lower() in CURRENCY_NAMES)[:1] or ())
    columns = {of: parts for of, parts in columns.items() if parts}
    if "amount_minor" in columns and "amount" not in asked:
        columns.pop("amount", None)
    rows = described.rows if described else None
    _drop_unread(columns, asked, described)
    missing = [
        " or ".join(choice)
        for choice in REQUIRED
        if not any(of in columns for of in choice)
        and not (choice == ("transaction_id",) and rows and rows.generate_ids)
        and not (choice == ("customer_id",) and rows and rows.no_customer)
        and not (choice == ("is_fraud",) and described and described.labels.file)
    ]
    if missing:
        raise InputError(f"{missing_told(missing, names, OTHERWISE).removesuffix('.')}. {PROPOSED}")
    for of, parts in columns.items():
        if len(parts) > 1 and of not in MARKS:
            raise InputError(f"`{of}` is of {len(parts)} columns: only {', '.join(MARKS)} are made of several. Name one")
    return Layout(
        {of: " + ".join(parts) for of, parts in columns.items()},
        is_handbook=all(columns.get(of) == (name,) for of, name in HANDBOOK.items()),
        parts={of: parts for of, parts in columns.items() if len(parts) > 1},
    )


def _drop_unread(columns: dict[str, tuple[str, ...]], asked: Mapping[str, object], described: Description | None) -> None:
    """Leave out what the description takes from elsewhere. InputError where the file was told to be read for it as well."""
    if described is None:
        return
    told = {
        "transaction_id": ("--generate-ids", described.rows.generate_ids),
        "customer_id": ("--no-customer", described.rows.no_customer),
        "is_fraud": ("--labels", described.labels.file is not None),
    }
    for of, (option, is_elsewhere) in told.items():
        if is_elsewhere and of in asked:
            raise InputError(f"`{of}` is given by column `{' + '.join(columns[of])}` and by {option}: leave one of them out")
        if is_elsewhere and of in columns and of != "is_fraud":
            raise InputError(
                f"the file has a column `{columns[of][0]}`, and {option}, or dataset.toml beside it, says that there is none: "
                "leave that out, or give the column another name"
            )
        if is_elsewhere:
            columns.pop(of, None)


def refuse_unknown(names: Sequence[str], mapping: Mapping[str, str | tuple[str, ...]]) -> None:
    """Raise InputError for a mapped column that the file does not have."""
    for of, asked in mapping.items():
        for column in (asked,) if isinstance(asked, str) else asked:
            if column not in names:
                raise InputError(f"--map {of}={column}: the file has no column `{column}`. It has {', '.join(names)}")


def parts_of(column: str, names: Sequence[str]) -> tuple[str, ...]:
    """`date+time` as two columns, unless the file has one of that name."""
    parts = tuple(part.strip() for part in column.split("+"))
    return parts if column not in names and len(parts) > 1 and all(part in names for part in parts) else (column,)


def _columns_of(of: str, names: Sequence[str], asked: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    if of in asked:
        return asked[of]
    return next(((name,) for name in (of, HANDBOOK.get(of, of)) if name in names), None)


def missing_told(missing: Sequence[str], names: Sequence[str], otherwise: Mapping[str, str] | None = None) -> str:
    """What is said of fields that no column has; `otherwise` is what else can be said of them than which column it is."""
    wanted = ", ".join(f"`{of}`" for of in missing)
    example = missing[0].split()[0]
    others = " ".join(said for of, said in (otherwise or {}).items() if of in missing)
    return (
        f"no column for {wanted}. The file has {', '.join(names)}. "
        f"Say which column it is: --map {example}=<column> (with make: MAP={example}=<column>){'. ' if others else ''}{others}"
    )
