"""How a command ends when something goes wrong: one message that a person can act on, and an exit code."""

from __future__ import annotations

import errno
from typing import Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from typer.core import TyperGroup

from cli.errors import CommandError
from cli.screen import harmless
from greenfraud.errors import GreenFraudError, InvalidInput

INTERRUPTED = 130


class FaultReportingGroup(TyperGroup):
    """Shows what a person can mend as one message, with an exit code, and keeps tracebacks for our own mistakes."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; expected faults end the process without a traceback."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            typer.echo(str(interrupt) or "stopped", err=True)
            raise typer.Exit(INTERRUPTED) from None
        except (CommandError, GreenFraudError, ClientError, BotoCoreError, ResponseParserError, OSError) as fault:
            typer.echo(harmless(f"error: {_message(fault)}"), err=True)
            raise typer.Exit(_exit_code(fault)) from None


def _message(fault: Exception) -> str:
    if isinstance(fault, OSError) and fault.errno == errno.ENOSPC:
        where = fault.filename or "while writing"
        return f"the disk is full ({where}). Make room, or `make clean` to forget earlier runs, then run again"
    if isinstance(fault, ResponseParserError):
        return "what answers is not AWS: is another program there? AWS_ENDPOINT_URL, or `make run` with another PORT"
    return str(fault)


def _exit_code(fault: Exception) -> int:
    return fault.exit_code if isinstance(fault, CommandError) else 2 if isinstance(fault, InvalidInput) else 1
