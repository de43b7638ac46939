"""Amounts of a file as minor units of the platform's currency; rows in others are converted by the day's rate or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cli.errors import InputError
from greenfraud.errors import InvalidInput
from greenfraud.exchange import Exchange, Original
from greenfraud.instants import day_of
from greenfraud.money import currency_of, digits_of
from greenfraud.records import original_columns
from intake import checks
from intake.amount_marks import AS_NUMBERS, refuse_other_signs
from intake.description import Money
from intake.reading import Column, SourceFile, is_text, plain
from intake.refusals import refuse

AMOUNT = "amount_minor"
ORIGINALS = {
    "original_amount_minor": pa.int64(),
    "original_currency": pa.string(),
    "original_rate": pa.string(),
    "original_rate_date": pa.string(),
    "original_rates_version": pa.string(),
}


def amounts(source: SourceFile, occurred: pa.Array, exchange: Exchange, money: Money = AS_NUMBERS) -> dict[str, pa.Array]:
    """Return `amount_minor`, and where a row was converted also what it was before. InputError names column, row and remedy."""
    told = source.columns.get("currency")
    if money.currency:
        try:
            currency_of(money.currency, "--file-currency")
        except InvalidInput as error:
            raise InputError(f"{error}") from None
    currencies = _currencies(told, len(occurred), money.currency or exchange.currency)
    if told is not None and money.currency:
        _refuse_others(told, currencies, money.currency)
    if AMOUNT in source.columns:
        column = source.columns[AMOUNT]
        minor = checks.amounts_minor(column, digits=0, money=money)
    else:
        column = source.columns["amount"]
        digits = {code: digits_of(code) for code in currencies.dictionary.to_pylist()}
        if is_text(plain(column.values).type):
            text = pc.utf8_trim_whitespace(plain(column.values))
            refuse_other_signs(column, text, currencies.dictionary_decode())
        minor = checks.amounts_minor(column, digits=np.array([*digits.values()])[currencies.indices.to_numpy()], money=money)
    if told is None and money.currency in {None, exchange.currency}:
        return {AMOUNT: minor}
    return _converted(column, told or column, currencies.dictionary_decode(), minor, occurred, exchange=exchange)


def _refuse_others(column: Column, currencies: pa.DictionaryArray, stated: str) -> None:
    is_other = pc.not_equal(currencies.dictionary_decode(), stated)
    refuse(column, is_other, f"not {stated}, which --file-currency says of the whole file", "Leave --file-currency out")


def _currencies(column: Column | None, rows: int, own: str) -> pa.DictionaryArray:
    """The currency of each row; without a column, the platform's."""
    if column is None:
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([own]))
    text = checks.identifiers(column)
    is_code = pc.match_substring_regex(text, r"^\s*[A-Za-z]{3}\s*$")  # in whatever case, as payment services write it
    found = pc.dictionary_encode(pc.if_else(is_code, pc.utf8_upper(pc.utf8_trim_whitespace(text)), text))
    for place, code in enumerate(found.dictionary.to_pylist()):
        try:
            currency_of(code)
        except InvalidInput as error:
            row = int(np.flatnonzero(found.indices.to_numpy() == place)[0])
            raise column.fault(row, f"`{code}` {_said(error, code)}", "Write the currency's code, such as EUR") from None
    return found


def _converted(  # noqa: PLR0913
    amount: Column, currency: Column, codes: pa.Array, minor: pa.Array, occurred: pa.Array, *, exchange: Exchange
) -> dict[str, pa.Array]:
    foreign = np.flatnonzero(pc.not_equal(codes, exchange.currency).to_numpy(zero_copy_only=False))
    ours = minor.to_numpy().copy()
    originals: dict[int, Original | None] = {}
    for row in foreign.tolist():
        try:
            ours[row], originals[row] = exchange.ours(int(ours[row]), codes[row].as_py(), day_of(occurred[row].as_py()))
        except InvalidInput as error:
            at, code = currency if error.field == "currency" else amount, codes[row].as_py()
            raise at.fault(row, f"`{code}` {_said(error, code)}", _remedy(exchange, code)) from None
    return {AMOUNT: pa.array(ours), **(_original_columns(originals, len(ours)) if originals else {})}


def _original_columns(originals: dict[int, Original | None], rows: int) -> dict[str, pa.Array]:
    columns: dict[str, list[Any]] = {name: [None] * rows for name in ORIGINALS}
    for row, original in originals.items():
        for name, value in original_columns(original.to_json() if original else {}).items():
            columns[name][row] = value
    return {name: pa.array(values, ORIGINALS[name]) for name, values in columns.items()}


def _said(error: InvalidInput, code: str) -> str:
    """What is wrong with a row's currency, after its code."""
    if error.field != "currency":
        return error.reason
    foreign, unknown = f"is {code}, and ", f"is {code}, which "
    if error.reason.startswith(foreign):
        return f"is another currency: {error.reason.removeprefix(foreign)}"
    return error.reason.removeprefix(unknown) if error.reason.startswith(unknown) else f"is no currency here: {error.reason}"


def _remedy(exchange: Exchange, currency: str) -> str:
    return (
        f"Give --rates with a file of date,currency,rate that has {currency}, or a file in {exchange.currency} alone; "
        f"a platform that counts in {currency} is set up with --currency {currency}"
    )
