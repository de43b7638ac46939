"""Which tests share a worker, and which come first: those of a file, and files that name the same group; the longest groups.

pytest-xdist's own grouping writes group names into node ids, which pytest 9.2 no longer allows; it then spreads grouped tests
without a word (pytest-xdist issue 1386). Here the groups are read from the files.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

GROUP = re.compile(r"""\bxdist_group\(["']([\w-]+)["']\)""")

LONGEST = ("e2e", "deploy", "training-jobs", "feast")  # a minute or more each: one that started last would keep a worker waiting


@cache
def group_of(file: Path) -> str:
    """The group that a test file names, or else the file itself."""
    named = GROUP.search(file.read_text(encoding="utf-8"))
    return named[1] if named else str(file)


def put_longest_first(items: list[pytest.Item]) -> None:
    """Sort tests by their groups: the longest, then those of many tests; within a group they keep their order."""
    sizes = Counter(group_of(item.path) for item in items)

    def rank(item: pytest.Item) -> tuple[int, int]:
        group = group_of(item.path)
        return LONGEST.index(group) if group in LONGEST else len(LONGEST), -sizes[group]

    items.sort(key=rank)


class GroupScheduling(LoadScopeScheduling):
    """Hands out whole groups, in the order in which the workers have them."""

    config: Any

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # it goes by the number of tests alone

    def remove_node(self, node: Any) -> str | None:
        """What a worker ran when it died has failed: it would else be handed on, and end one worker after another."""
        left = ((unit, test) for unit in self.assigned_work[node].values() for test, is_done in unit.items() if not is_done)
        unit, test = next(left, ({}, None))
        unit[test] = True
        super().remove_node(node)
        return test

    def _split_scope(self, nodeid: str) -> str:
        return group_of(self.config.rootpath / nodeid.partition("::")[0])
