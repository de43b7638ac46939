"""A currency that is none is refused where it is typed, whichever command is asked."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli.main import app

COMMANDS = {
    "run": [],
    "policy check": ["ours.toml"],
    "compare": ["--data", "history.csv", "--score", "old"],
    "import": ["history.csv"],
    "score": [],
}


@pytest.mark.parametrize("code", ["XXQ", "eur", "EURO", "\u20ac", "978"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_currency_that_is_none_is_refused_by_the_name_of_its_option(command, code):
    """Before anything is read, asked or written."""
    shown = CliRunner().invoke(app, [*command.split(), *COMMANDS[command], "--currency", code], terminal_width=200)
    assert shown.exit_code == 2, shown.output
    assert (
        f"--currency: {'is XXQ, which is no currency of ISO 4217' if code == 'XXQ' else 'must be three capital letters'}"
        in shown.output
    )
