"""What both READMEs repeat from a benchmark was measured with what is compiled."""

from __future__ import annotations

import re

import pytest
from pages import ROOT

from greenfraud.features.manifest import load_manifest

FEATURES = len(load_manifest().names)


def row_of(page: str, command: str) -> str:
    """What a README says that a command measured."""
    (row,) = re.findall(rf"^\| `{command}` \| (.*)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    return str(row)


@pytest.mark.parametrize(("page", "words"), [("README.md", r"(\d+) features of"), ("README.ko.md", r"특성 (\d+)개를")])
def test_the_builder_was_measured_with_the_features_that_there_are(page: str, words: str):
    """Whoever adds some measures again: `make bench-features`."""
    assert re.findall(words, row_of(page, "make bench-features"))[:1] == [str(FEATURES)]
