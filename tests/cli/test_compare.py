"""`greenfraud compare` from file to page, by a small world and a rule that nobody tuned."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from cli.compare.page import page_of
from cli.data.world import WorldSpecification, make_world
from cli.main import app

Result = tuple[Any, dict[str, Any], str]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world with the scores of a rule on the amount, with noise, and none in every tenth row."""
    table = make_world(WorldSpecification(customers=300, days=35, seed=3)).table
    chance, amounts = np.random.default_rng(7), table["amount_minor"].to_numpy() / 100
    scores = np.clip(1 / (1 + np.exp((120 - amounts) / 60)) + chance.normal(0, 0.15, len(amounts)), 0, 1)
    scores[chance.random(len(scores)) < 0.1] = np.nan
    moments = table["occurred_us"].cast(pa.timestamp("us", tz="UTC"))
    told = table.select(["transaction_id", "customer_id", "terminal_id", "amount_minor", "is_fraud"])
    told = told.append_column("occurred_at", moments).append_column("old_score", pa.array(scores, from_pandas=True))
    file = tmp_path_factory.mktemp("compare") / "history.parquet"
    pq.write_table(told, file)
    return file


@pytest.fixture(scope="module")
def result(history: Path) -> Result:
    """What the command shows, its JSON and its page."""
    page, figures = history.with_name("page.html"), history.with_name("figures.json")
    options = ["--score", "old_score", "--families", "baseline", "--weeks", "1", "--capacity", "20", "--hindered-cost", "2.50"]
    shown = CliRunner().invoke(app, ["compare", "--data", str(history), *options, "--page", str(page), "--json", str(figures)])
    assert shown.exit_code == 0, shown.output
    return shown, json.loads(figures.read_text()), page.read_text()


def test_ours_is_better_than_a_rule_nobody_tuned_and_the_terminal_says_it(result: Result):
    """The answer in a sentence, the table, how far it is, what was left out."""
    shown, document, _ = result
    found = document["candidates"][0]["difference"]
    assert found["average_precision"]["low"] > 0
    assert "In a week that no model had seen, our model baseline would have saved EUR" in shown.output
    assert "chunk 2 of 2, about 0 s left" in shown.output
    assert "have no score of the incumbent" in shown.output
    assert document["options"]["hindered_cost_minor"] == 250


def test_money_adds_up(result: Result):
    """Cost and saving of both sum to what frauds would have cost had nobody looked."""
    _, document, _ = result
    sums = {
        round(one["measures"]["expected_cost_minor_a_day"]["value"] + one["measures"]["saved_minor_a_day"]["value"], 3)
        for one in (document["incumbent"], *document["candidates"])
    }
    assert len(sums) == 1


def test_a_model_has_learned_only_what_was_known_before_its_week(result: Result):
    """Every chunk's labels had their seven days before the judged week, which ends seven days before the history does."""
    _, document, _ = result
    assert [week["chunk"] for week in document["weeks"]] == ["20260122-20260129"]
    assert document["learned"] == {"20260122-20260129": ["20260101-20260108", "20260108-20260115"]}
    assert document["chosen_on"] is None


def test_the_page_fetches_nothing_and_every_element_is_closed(result: Result):
    """One file, no script, no address of anything."""
    _, _, page = result
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert "default-src 'none'" in page
    opened = _Elements()
    opened.feed(page)
    assert opened.open == []


def test_a_page_without_figures_says_why(result: Result):
    """Too few frauds: counts and the reason, no table of figures."""
    _, document, _ = result
    empty = {**document, "unavailable": "3 customers were defrauded", "incumbent": None, "candidates": [], "remarks": []}
    empty["weeks"] = [{name: value for name, value in week.items() if name != "average_precision"} for week in document["weeks"]]
    page = page_of(empty, datetime(2026, 3, 1, tzinfo=UTC))
    assert "Unavailable: 3 customers were defrauded." in page
    assert "Money" not in page


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([], "name the column of what you run today, once"),
        (["--score", "a", "--decision", "b"], "name the column of what you run today, once"),
        (["--score", "old_score", "--families", "light,huge"], "--families: huge"),
        (["--score", "old_score", "--review-cost", "five"], "--review-cost: must be a decimal string"),
        (["--score", "old"], "the file has no column `old`"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(history: Path, options: list[str], reason: str):
    """With the option's name, before anything is trained."""
    shown = CliRunner().invoke(app, ["compare", "--data", str(history), *options])
    assert shown.exit_code == 2
    assert reason in shown.output


@pytest.mark.parametrize(
    ("failure", "code", "said"),
    [
        ("InvalidInput: --data: is too short", 2, "error: --data: is too short"),
        ("ContractError: chunk 3 is empty", 1, "error: the comparison failed: ContractError: chunk 3 is empty"),
        ("", 1, "error: the comparison failed: killed"),
    ],
)
def test_a_job_that_fails_says_why(  # noqa: PLR0917
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str, code: int, said: str
):
    """Without its class where the input is at fault, by its last line where it left no reason, and never a traceback."""
    job = tmp_path / "python"
    left = f"printf '%s' '{failure}' > $GREENFRAUD_ML_ROOT/output/failure" if failure else "true"
    job.write_text(f"#!/bin/sh\nmkdir -p $GREENFRAUD_ML_ROOT/output; {left}; echo killed; exit 1\n")
    job.chmod(0o755)
    monkeypatch.setattr("cli.compare.job.sys.executable", str(job))

    shown = CliRunner().invoke(app, ["compare", "--data", str(history), "--score", "old_score"])

    assert shown.exit_code == code
    assert said in shown.output
    assert "Traceback" not in shown.output


class _Elements(HTMLParser):
    """What is open when the page ends."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
