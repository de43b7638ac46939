"""Options that many commands have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

Aws = Annotated[bool, typer.Option("--aws", help="the platform in your AWS account instead of the one on this machine")]
Region = Annotated[str, typer.Option(help="AWS region")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would be done, and do nothing")]

MOMENTS = ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d"]
MOMENT = "YYYY-MM-DD[THH:MM[:SS]Z]"  # as the help writes it


def in_utc(moment: datetime | None) -> datetime | None:
    """A moment that was typed, which is always UTC's."""
    return None if moment is None else moment.replace(tzinfo=UTC)
