"""What was typed on the command line, as opposed to what a default or a variable says."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from cli.errors import InputError

PLACE = ("aws", "region", "profile", "stage")  # where the platform is


def refuse_unused(context: typer.Context, names: Sequence[str], because: str) -> None:
    """Refuse options that would change nothing. InputError naming each of them, by its parameter in `names`."""
    typed = [name for name in names if (source := context.get_parameter_source(name)) and source.name == "COMMANDLINE"]
    if typed:
        options = ", ".join(one.opts[0] for one in context.command.params if one.name in typed)
        raise InputError(f"{because}: leave out {options}")
