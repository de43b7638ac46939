"""What a run writes down, and how a second one finds what the first left."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fake_platform import EXECUTION_ARN, FakePlatform
from rich.console import Console

from cli import run as run_module
from cli.data.dataset import HeldBack
from cli.data.sources import WorldSource
from cli.data.upload import DATASET_KEY, HELD_BACK_KEY, held_document
from cli.data.world import WorldSpecification
from cli.emissions import COLUMNS
from cli.errors import CommandError, InputError
from cli.past import last_reported
from cli.run import RunOptions, run
from cli.screen import Screen
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import execution_key, execution_prefix
from greenfraud.records import Transaction

HELD = HeldBack(Transaction("x1", 1_775_000_000_000_000, "c1", "t1", 1250), is_fraud=True)
MODEL = {"family": "light", "version": "20260101-20260108-01234567"}
PREFIX = execution_prefix(execution_key(EXECUTION_ARN))
CHUNK = {"chunk": "20260101-20260108", "chunks": ["20260101-20260108"], "job_key": "0123456789ab"}
PLAN = {"outcome": "train", "date": "20260401", "families": [{"family": "light", "chunks": [CHUNK]}], "holdout": {"chunk": "x"}}
TRAINED = {
    "family": "light",
    "chunk": "20260101-20260108",
    "loss": 0.5,
    "prequential_average_precision": None,
    "emissions_g": 1e-3,
    "duration_seconds": 2.0,
    "job_name": "gf-light-20260401-0-0123456789ab",
}
SAVED = {"energy_kwh": 2e-6, "emissions_g": 3e-5, "duration_seconds": 4.25, "against": "v0", "reason": None}
UNMEASURED = {"energy_kwh": None, "reason": "no full refit of this family has been measured"}
REPORT = {
    "execution": "e",
    "decision": "promote",
    "promoted": MODEL,
    "families": {
        "light": {"average_precision": 0.6, "saved": SAVED},
        "heavy": {"saved": UNMEASURED},
        "baseline": {"saved": UNMEASURED},
    },
}
DECISION = {"outcome": "promote", **MODEL, "reasons": ["beats rules"]}
SERVED = {"functional_units": 1, "stage": "serve", **dict.fromkeys(set(COLUMNS) - {"stage", "functional_units"}, 0)}


@pytest.fixture
def platform(tmp_path, monkeypatch):
    """A platform that is up in an empty folder, filled and trained already."""
    monkeypatch.chdir(tmp_path)
    Path("cdk.out").mkdir()
    Path("cdk.out/manifest.json").write_text("{}", encoding="utf-8")
    source = WorldSource(WorldSpecification())
    Path(".local/state", source.identity).mkdir(parents=True)
    fake = FakePlatform()
    fake.api = "http://127.0.0.1:8000"
    dataset = {"name": "w", "source_sha256": source.sha256, "rows": 9, "frauds": 1, "customers": 2, "first_day": "2026-01-01"}
    results = {"plan.json": PLAN, "train/light/20260101-20260108.json": TRAINED, "decision.json": DECISION, "report.json": REPORT}
    fake.s3.objects |= {
        DATASET_KEY: {**dataset, "newest_occurred_at": "2026-03-31T00:00:00Z"},
        HELD_BACK_KEY: [held_document(HELD)],
    }
    fake.s3.objects |= {f"{PREFIX}{name}": document for name, document in results.items()} | {"emissions/a.json": SERVED}

    @contextmanager
    def up(*_):
        yield fake, lambda: True

    monkeypatch.setattr(run_module, "_platform", up)
    monkeypatch.setattr(run_module, "deploy", lambda *_: None)
    monkeypatch.setattr("cli.data.deployed_columns.call_api", lambda *_: {"columns": load_manifest().extra_columns})
    answer = {"fraud_probability": 0.9, "decision": "block", "reasons": [], "model": MODEL, "emissions_g": 1e-6}
    monkeypatch.setattr("cli.scoring.call_api", lambda *_: answer)
    fake.production = {"production": MODEL}
    monkeypatch.setattr("cli.models.without_model.call_api", lambda *_: fake.production)
    fake.options = RunOptions(source=source, is_exiting=True)
    fake.answer = answer
    return fake


def silent():
    """A screen nobody sees."""
    return Screen(Console(quiet=True))


def test_the_record_of_a_run_has_everything_the_run_found_out(platform):
    """Seconds per step, figures, decision, scores, names."""
    run(platform.options, silent())
    record = json.loads(Path(".local/run.json").read_text(encoding="utf-8"))
    assert {"install", "synth", "deploy", "features", "train", "evaluate", "promote", "first_score"} <= set(record["seconds"])
    assert (record["rows"], record["chunks"], record["chunk_ids"]) == (9, 1, ["20260101-20260108"])
    assert (record["families"], record["decision"], record["promoted"]) == (REPORT["families"], DECISION, MODEL)
    assert record["scores"][0]["fraud_probability"] == 0.9
    assert record["execution_arn"] == EXECUTION_ARN
    assert record["job_names"] == [TRAINED["job_name"]]
    assert Path("logs/emissions.csv").read_text(encoding="utf-8").count("serve") == 1


def test_savings_against_a_full_refit_are_told_and_unavailable_ones_once_for_all(platform):
    """Families without a measured refit share one line."""
    shown = io.StringIO()
    run(platform.options, Screen(Console(file=shown, width=200)))
    lines = [line.strip() for line in shown.getvalue().splitlines() if "full refit" in line]
    assert lines == [
        "saved against a full refit of light: 2.0 mWh, 30.00 µg CO2e, 4.2 s",
        "saved against a full refit of heavy, baseline: unavailable, no full refit of this family has been measured",
    ]


def test_a_second_run_imports_nothing_and_speaks_from_the_last_report(platform):
    """The pipeline answers NothingToTrain."""
    platform.stepfunctions.answer = {"output": json.dumps({"outcome": "nothing_to_train", "reason": "all learned"})}
    run(platform.options, silent())
    record = json.loads(Path(".local/run.json").read_text(encoding="utf-8"))
    assert record["outcome"] == "nothing_to_train"
    assert (record["promoted"], record["families"]) == (MODEL, REPORT["families"])


def test_a_later_run_may_change_until_when_labels_are_learned(platform):
    """Of the lake as it is, without importing it again; the plan reads it there."""
    platform.s3.objects[DATASET_KEY]["maturity_days"] = 7
    before = dict(platform.s3.objects[DATASET_KEY])
    run(replace(platform.options, label_horizon_days=60), silent())
    assert platform.s3.objects[DATASET_KEY] == {**before, "label_horizon_days": 60}


def test_what_is_kept_back_of_a_file_is_told_beside_what_was_imported(platform, screen):
    """Or a person would miss a few payments, and frauds, of a file that was counted before."""
    run(platform.options, screen)
    said = screen.console.export_text()
    assert "w: 9 transactions, 1 frauds, 2 customers, from 2026-01-01 to 2026-03-31; 1 of the newest, 1 of them frauds, are" in said


def test_a_run_on_a_platform_without_a_model_says_so_and_how_one_serves(platform, screen, monkeypatch):
    """The scores that it shows may be decisions of a model that was rolled back since."""
    monkeypatch.setattr("cli.models.without_model.read_entries", lambda _: [])
    run(platform.options, screen)
    assert "no model serves" not in screen.console.export_text()
    platform.production = {"production": None}
    run(platform.options, screen)
    assert "no model serves: the rules answer. `greenfraud retrain`" in screen.console.export_text()


def test_before_the_first_report_the_past_is_empty():
    """A lake filled by hand, say."""
    assert last_reported(FakePlatform()) == {}


def test_scores_by_rules_after_a_promotion_fail_the_run_and_leave_no_record(platform):
    """An older record would tell a lie, so it goes first."""
    Path(".local/run.json").write_text("{}", encoding="utf-8")
    platform.answer["model"] = None
    with pytest.raises(CommandError, match="was promoted, yet some scores were made by rules"):
        run(platform.options, silent())
    assert not Path(".local/run.json").exists()


def test_inference_that_never_reaches_the_lake_fails_the_run(platform, monkeypatch):
    """Training and inference are both accounted for, or the run is no success."""
    monkeypatch.setattr("cli.emissions.time.monotonic", iter(range(0, 10_000, 100)).__next__)
    del platform.s3.objects["emissions/a.json"]
    with pytest.raises(CommandError, match="only 0 of 1 scores reached the lake"):
        run(platform.options, silent())


def test_a_platform_that_ends_while_it_should_stay_up_is_a_fault(platform):
    """Nobody pressed Ctrl-C. Until then the console is served beside it."""
    said = io.StringIO()
    with pytest.raises(CommandError, match="ended by itself"):
        run(replace(platform.options, is_exiting=False), Screen(Console(file=said)))
    assert "Console: http://127.0.0.1:" in said.getvalue()


def test_a_template_that_is_older_than_the_declared_columns_is_not_filled(platform, monkeypatch):
    """Its functions would drop them without a word."""
    monkeypatch.setattr("cli.data.deployed_columns.call_api", lambda *_: {"columns": {"device": "entity"}})
    with pytest.raises(InputError, match="nothing was imported: the platform takes device"):
        run(platform.options, silent())
