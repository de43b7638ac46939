"""Settings of functions and jobs: a frozen dataclass whose fields, in upper case, are environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from greenfraud.errors import SettingsError

Settings = TypeVar("Settings")
NUMBERS = {float: "number", int: "whole number"}


def read_settings(kind: type[Settings], environ: Mapping[str, str] = os.environ) -> Settings:
    """Return a dataclass of texts, numbers and choices (`Literal`); an empty variable counts as not set.

    Raises SettingsError that names the first variable that is missing without a default, no number, or none of its choices.
    """
    types = get_type_hints(kind)
    read = {field.name: _value(field, types[field.name], environ) for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**read)


def _value(field: Field[Any], kind: Any, environ: Mapping[str, str]) -> Any:
    variable = field.name.upper()
    text = environ.get(variable)
    if not text:
        if field.default is MISSING:
            raise SettingsError(variable, "is not set")
        return field.default
    if get_origin(kind) is Literal:
        return _choice(variable, text, get_args(kind))
    return _number(variable, text, kind) if kind in NUMBERS else text


def _choice(variable: str, text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise SettingsError(variable, f"is {text!r}, choose one of {', '.join(choices)}")
    return text


def _number(variable: str, text: str, kind: type[float]) -> float:
    try:
        return kind(text)
    except ValueError:
        raise SettingsError(variable, f"is not a {NUMBERS[kind]}: {text!r}") from None
