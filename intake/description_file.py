"""`dataset.toml`: a file's description as people edit it, read and written; what is wrong in it is told by file, key and remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from intake.description import Description
from intake.errors import InputError
from intake.shown import shown

FILE_NAME = "dataset.toml"


def load_description(path: Path) -> Description:
    """The description in `path`. InputError names file, key and what may stand there."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the path and its permissions") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8. Save it as UTF-8") from None
    except RecursionError:
        raise InputError(f"{path} cannot be read: lists or tables stand too deep in each other. The keys of it need none") from None
    except ValueError as error:  # no TOML, or a number of thousands of digits
        raise InputError(f"{path} is no TOML: {shown(str(error))}. Texts stand in quotes, as in delimiter = ';'") from None
    return checked(found, str(path))


def checked(found: Any, where: str) -> Description:
    """The description of a document. InputError begins with `where` and names every key at fault."""
    try:
        return Description.model_validate(found)
    except ValidationError as error:
        raise InputError(f"{where}: {faults_told(error)}") from None


def dump_description(description: Description) -> str:
    """The description as TOML: only what is not said by default. Reading it gives an equal one."""
    import tomlkit

    document = tomlkit.document()
    for name, values in description.model_dump(exclude_defaults=True, exclude_none=True).items():
        document[name] = {key: _short(value) for key, value in values.items()}
    for name in description.features:
        document["features"][name] = in_one_line(document["features"][name])
    return tomlkit.dumps(document)


def in_one_line(table: Mapping[str, Any]) -> Any:
    """Return a table as TOML that is written between braces, so that it is one mark to take off or set."""
    import tomlkit

    line = tomlkit.inline_table()
    line.update(table)
    return line


def _short(value: Any) -> Any:
    """A list of one as that one, so that a line of the file reads as a person would write it."""
    if isinstance(value, dict):
        return {key: _short(one) for key, one in value.items()}
    if not isinstance(value, tuple):
        return value
    return value[0] if len(value) == 1 else list(value)


def faults_told(error: ValidationError) -> str:
    """Every fault in its own words, and all on one line that no terminal obeys: the key, what stands there, what may."""
    return shown("; ".join(_fault_told(fault) for fault in error.errors()), most=None)


def _fault_told(fault: Any) -> str:
    place = [str(one) for one in fault["loc"] if not str(one).startswith(("function-", "literal"))]
    key, kind = ".".join(place), fault["type"]
    if kind == "extra_forbidden":
        return f"there is no key `{key}`. The keys there are {', '.join(_keys(place[:-1]))}"
    if kind == "missing":
        return f"`{key}` is missing"
    if kind == "value_error":
        said = str(fault["ctx"]["error"])
        return said if len(place) < 2 else f"{key} = {_shown(fault['input'])} {said}"
    said = f"write {fault['ctx']['expected']}" if kind == "literal_error" else fault["msg"]
    return f"{key} = {_shown(fault['input'])} cannot be used: {said}"


def _keys(place: list[str]) -> list[str]:
    """The keys that a section of the description has."""
    section: Any = Description
    for name in place:
        if name in section.model_fields:  # a column's own name is none
            kind = section.model_fields[name].annotation
            section = next(
                one for one in (*getattr(kind, "__args__", ()), kind) if isinstance(one, type) and issubclass(one, BaseModel)
            )
    return list(section.model_fields)


def _shown(value: Any) -> str:
    return f"`{str(value)[:60]}`"
