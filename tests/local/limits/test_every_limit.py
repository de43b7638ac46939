"""The table of limits and the tests of limits know of each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.limits import FILE, Limit, limits

TESTS = "\n".join(file.read_text() for file in Path(__file__).parent.glob("test_*_limits.py"))


@pytest.mark.parametrize("name", limits())
def test_each_limit_is_met_exactly_by_a_test(name):
    """The figure passes, one more does not."""
    assert f'"{name}"' in TESTS


@pytest.mark.parametrize("limit", limits().values(), ids=limits())
def test_each_limit_says_what_it_is_and_where_it_is_from(limit: Limit):
    """Who looks is a module that reads the figure, moto or the service's model; the source is AWS's own page."""
    assert limit.figure > 0
    assert limit.source.startswith("https://docs.aws.amazon.com/")
    if limit.by not in ("moto", "model"):
        text = (FILE.parent / limit.by).read_text()
        assert re.search(r"figure\(|quotas|account", text)
