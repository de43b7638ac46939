"""`greenfraud import --from-afd` on events and definitions, for the tests of what comes of either."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.afd_world import HEADER, MODEL, VARIABLES, event_rows, write_definitions, write_events


@pytest.fixture
def leave(tmp_path):
    """Run `greenfraud import --from-afd --check` on events and definitions, with nobody at the keyboard."""

    def run(*more, rows=None, header=HEADER, **answers):
        events = write_events(tmp_path, event_rows() if rows is None else rows, header)
        told = answers or {"variables": {"variables": list(VARIABLES)}, "model": MODEL}
        folder = write_definitions(tmp_path, **told)
        check = () if "--look" in more else ("--check",)
        return CliRunner().invoke(app, ["import", str(events), "--from-afd", str(folder), *check, *more])

    return run


def words(text):
    """A screen's text on one line."""
    return " ".join(text.split())
