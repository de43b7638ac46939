"""The options that say how a person's file is written, the same for every command that reads one; they go before `dataset.toml`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from cli.errors import InputError
from greenfraud.money import EURO

if TYPE_CHECKING:
    from cli.data.importing import ImportOptions
    from intake.description import Description

DELIMITERS = {"tab": "\t", "\\t": "\t"}
STARTS = ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d"]


_option = functools.partial(typer.Option, rich_help_panel="How the file is written")


@dataclass(frozen=True, kw_only=True)
class ReadingOptions:
    """What was typed of how a file is written; None or nothing where it was not."""

    dataset: Annotated[Path | None, _option(help="the file's description; by default dataset.toml beside it")] = None
    mapping: Annotated[str, _option("--map", help="columns of your file: transaction_id=TX_ID,amount=Total")] = ""
    timezone: Annotated[str, _option(help="where times without an offset were read, such as UTC or Europe/Stockholm")] = ""
    encoding: Annotated[str, _option(help="of the text, such as cp1252; by default utf-8")] = ""
    delimiter: Annotated[str, _option(help="between two fields: , ; | or tab; by default what the header has most")] = ""
    time_format: Annotated[str, _option(help="such as '%d/%m/%Y %H:%M', or epoch-s, -ms, -us, -ns")] = ""
    time_unit: Annotated[str, _option(help="times are steps of seconds, minutes, hours or days since --start")] = ""
    start: Annotated[datetime | None, _option(formats=STARTS, help="when step 0 was, UTC", metavar="YYYY-MM-DD[THH:MM:SSZ]")] = None
    decimal: Annotated[str, _option(help="the mark before decimals: . or ,")] = ""
    thousands: Annotated[str, _option(help="the mark between thousands: , . ' or a blank; by default none")] = ""
    round_: Annotated[bool | None, _option("--round/--no-round", help="round finer amounts, half way to the even unit")] = None
    file_currency: Annotated[str, _option(help="the currency of the whole file, where that is not the platform's")] = ""
    negative: Annotated[
        str, _option(help="what has a minus, refunds or payments: rows of the other kind are left out, and listed")
    ] = ""
    fraud_value: Annotated[list[str] | None, _option(help="a word for fraud; may be repeated")] = None
    legitimate_value: Annotated[list[str] | None, _option(help="a word for no fraud; may be repeated")] = None
    not_investigated_value: Annotated[
        list[str] | None, _option(help="a word for: nobody looked; neither learned nor judged; may be repeated")
    ] = None
    labels: Annotated[Path | None, _option(help="a file of labels: transaction_id, reported_at, label")] = None
    labels_map: Annotated[str, _option(help="columns of the file of labels: transaction_id=Ref,reported_at=Posted")] = ""
    reported_format: Annotated[str, _option(help="such as '%d/%m/%Y', of when frauds were reported; a day counts from its end")] = (
        ""
    )
    generate_ids: Annotated[
        bool | None, _option("--generate-ids/--no-generate-ids", help="make ids of what rows say, where they have none")
    ] = None
    no_customer: Annotated[
        bool | None, _option("--no-customer/--with-customer", help="nobody is known: take every payment for a stranger's")
    ] = None
    guests: Annotated[
        bool | None, _option("--guests/--no-guests", help="take a payment of which no customer is there for a stranger's")
    ] = None
    nobody: Annotated[
        list[str] | None, _option(help="a word that stands for no customer or terminal, such as NULL; may be repeated")
    ] = None
    refund: Annotated[list[str] | None, _option(help="rows that are refunds: type=REFUND; may be repeated")] = None
    declined: Annotated[
        list[str] | None, _option(help="payments that were declined, and moved no money: status=DECLINED; may be repeated")
    ] = None
    since: Annotated[datetime | None, _option(formats=["%Y-%m-%d"], help="leave older rows out", metavar="YYYY-MM-DD")] = None
    skip_bad: Annotated[
        bool | None, _option("--skip-bad/--no-skip-bad", help="leave rows with faults out, and write them to a file beside")
    ] = None
    most_bad: Annotated[
        float | None, _option(min=0.0, max=1.0, help="the largest share of rows that --skip-bad may leave out; 0.05")
    ] = None

    def import_options(
        self,
        file: Path,
        *,
        maturity_days: int,
        currency: str = EURO,
        rates: Path | None = None,
        note: Callable[[str], None] = lambda _: None,
    ) -> ImportOptions:
        """How `file` is to be read: as `dataset.toml` says, and as was typed. InputError for what cannot be understood."""
        from cli.data.importing import ImportOptions
        from intake.layout import parse_map

        return ImportOptions(
            mapping=parse_map(self.mapping),
            timezone=self.timezone or None,
            maturity_days=maturity_days,
            currency=currency,
            rates=rates,
            description=self.description(file, note),
        )

    def description(self, file: Path, note: Callable[[str], None]) -> Description:
        """The description of `file`, which was named or lies beside it, with what was typed instead."""
        from pydantic import ValidationError

        from intake.description import Description
        from intake.description_file import FILE_NAME, faults_told, load_description

        path = self.dataset or file.parent / FILE_NAME
        found = Description()
        if self.dataset is not None or path.is_file():
            found = load_description(path)
            note(f"read as {path} says")
        try:
            typed = self._typed()
            columns = {of: parts for of, parts in found.columns.items() if not (of == "transaction_id" and self.generate_ids)}
            if (labels := found.labels_path(path.parent)) and self.labels is None:
                typed.setdefault("labels", {})["file"] = str(labels)
            return Description.model_validate({**found.model_dump(), "columns": columns}).changed(typed)
        except ValidationError as error:
            raise InputError(f"the options: {faults_told(error)}") from None

    def _typed(self) -> dict[str, dict[str, Any]]:
        """What was typed, by section and key of the description."""
        from intake.labels.reading import FIELDS
        from intake.layout import parse_map

        is_steps = self.time_unit or self.start
        times = {"format": self.time_format or ("steps" if is_steps else ""), "step": self.time_unit, "start": self.start}
        if self.time_format and self.time_format != "steps" and not is_steps:
            times |= {"step": None, "start": None}
        typed: dict[str, dict[str, Any]] = {
            "file": {"encoding": self.encoding, "delimiter": DELIMITERS.get(self.delimiter, self.delimiter)},
            "times": times,
            "money": {
                "decimal": self.decimal,
                "thousands": self.thousands,
                "round": self.round_,
                "currency": self.file_currency,
                "negative": self.negative,
            },
            "labels": {
                "fraud": self.fraud_value,
                "legitimate": self.legitimate_value,
                "not_investigated": self.not_investigated_value,
                "file": str(self.labels) if self.labels else "",
                "columns": parse_map(self.labels_map, FIELDS),
                "format": self.reported_format,
            },
            "rows": {
                "generate_ids": self.generate_ids,
                "no_customer": self.no_customer,
                "guests": self.guests,
                "nobody": self.nobody,
                "since": self.since.date() if self.since else None,
                "skip_bad": self.skip_bad,
                "most_bad_share": self.most_bad,
                "kind": _column_with_words(self.refund, "refund", "--refund type=REFUND"),
                "declined": _column_with_words(self.declined, "words", "--declined status=DECLINED"),
            },
        }
        cleared = ("step", "start") if times["step"] is None else ()
        return {
            name: {key: value for key, value in values.items() if value not in (None, "", [], {}) or key in cleared}
            for name, values in typed.items()
        }


def _column_with_words(typed: list[str] | None, words: str, example: str) -> dict[str, Any] | None:
    """`["type=REFUND", "type=REVERSAL"]` as the column and its words. InputError for anything else, and for two columns."""
    pairs = [tuple(part.strip() for part in text.partition("=")[::2]) for text in typed or []]
    if any(not column or not word for column, word in pairs) or len({column for column, _ in pairs}) > 1:
        option = example.partition(" ")[0]
        raise InputError(f"{option}: write one column and a word of it, {example}, and repeat it for another word")
    return {"column": pairs[0][0], words: [word for _, word in pairs]} if pairs else None


def with_reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose parameter `reading` is every option of how a file is written."""
    hints = get_type_hints(ReadingOptions, globals(), include_extras=True)
    names = [one.name for one in fields(ReadingOptions)]
    own = {name: hint for name, hint in get_type_hints(command, include_extras=True).items() if name != "reading"}
    signature = inspect.signature(command)
    options = [
        inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=one.default, annotation=hints[one.name])
        for one in fields(ReadingOptions)
    ]
    kept = [one.replace(annotation=own[one.name]) for one in signature.parameters.values() if one.name != "reading"]
    positional = [one for one in kept if one.kind is not inspect.Parameter.KEYWORD_ONLY]
    others = [one for one in kept if one.kind is inspect.Parameter.KEYWORD_ONLY]

    @functools.wraps(command)
    def wrapped(*arguments: Any, **chosen: Any) -> None:
        reading = ReadingOptions(**{name: chosen.pop(name) for name in names if name in chosen})
        command(*arguments, reading=reading, **chosen)

    wrapped.__signature__ = signature.replace(parameters=[*positional, *options, *others])  # type: ignore[attr-defined]
    wrapped.__annotations__ = {**own, **{name: hints[name] for name in names}}
    return wrapped
