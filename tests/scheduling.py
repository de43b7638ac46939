"""Which tests share a worker: those of a file, and files that name the same group.

pytest-xdist's own grouping writes group names into node ids, which pytest 9.2 no longer allows; it then spreads grouped tests
without a word (pytest-xdist issue 1386). Here the groups are read from the files.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from xdist.scheduler import LoadScopeScheduling

GROUP = re.compile(r"""\bxdist_group\(["']([\w-]+)["']\)""")


@cache
def group_of(file: Path) -> str:
    """The group that a test file names, or else the file itself."""
    named = GROUP.search(file.read_text(encoding="utf-8"))
    return named[1] if named else str(file)


class GroupScheduling(LoadScopeScheduling):
    """Hands out whole groups, each in the order in which it was collected."""

    config: Any

    def _split_scope(self, nodeid: str) -> str:
        return group_of(self.config.rootpath / nodeid.partition("::")[0])
