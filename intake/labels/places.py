"""Where labels come from and go to: clients of AWS, and the names of what they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Show = Callable[[str], None]  # is told what goes on; never a row


@dataclass(frozen=True)
class Places:
    """The lake, the table of decisions, and where files are dropped."""

    s3: Any
    dynamodb: Any
    lake: str
    decisions: str
    inbox: str
