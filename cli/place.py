"""Which platform a command means: `--profile` and `--stage`, the same for every command that knows `--aws`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import ExitStack
from typing import Annotated, Any, get_type_hints

import typer

from cli.target import Asked, asking

Profile = Annotated[str, typer.Option(help="with --aws: a profile of your AWS configuration; by default AWS_PROFILE")]
Stage = Annotated[str, typer.Option(help="go on only where the platform is of this stage: dev or prod")]
OPTIONS = {"profile": Profile, "stage": Stage}


class CommandLine(typer.Typer):
    """Commands; each that has `--aws` is given `--profile` and `--stage` too."""

    def command(self, *arguments: Any, **options: Any) -> Callable[[Any], Any]:
        """Register a command, as Typer does."""
        register = super().command(*arguments, **options)
        return lambda command: register(with_place(command))

    def callback(self, *arguments: Any, **options: Any) -> Callable[[Any], Any]:
        """Register what a group does by itself, as Typer does."""
        register = super().callback(*arguments, **options)
        return lambda command: register(with_place(command))


def with_place(command: Callable[..., None]) -> Callable[..., None]:
    """A command that asks for its platform by these options, too; as it is where it has no platform."""
    signature = inspect.signature(command)
    if "aws" not in signature.parameters:
        return command
    added = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default="", annotation=hint) for name, hint in OPTIONS.items()]
    hints = get_type_hints(command, include_extras=True)
    own = [one.replace(annotation=hints[one.name]) for one in signature.parameters.values()]

    @functools.wraps(command)
    def wrapped(*arguments: Any, profile: str = "", stage: str = "", **chosen: Any) -> None:
        with ExitStack() as stack:
            # A group's own options hold until its command is done, which is after this.
            enter = chosen["context"].with_resource if "context" in chosen else stack.enter_context
            enter(asking(Asked(profile, stage)))
            command(*arguments, **chosen)

    wrapped.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    wrapped.__annotations__ = {**hints, **OPTIONS}
    return wrapped
