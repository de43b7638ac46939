"""A stranger's file, as it is, to a model that answers: by the operator's commands and one edit of what they propose.

The file is of a kind that is often published: times as counted minutes, no id of a payment, two categories, and a third label for
what nobody investigated. Its average precision is printed beside that of boosted trees on the file's own columns.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score

from cli.data.world import WorldSpecification, make_world
from greenfraud.chunks import Chunk
from greenfraud.instants import DAY_US
from greenfraud.naming import execution_key
from tests.e2e.deployed import deployed
from tests.e2e.deployment import ASSEMBLY, Deployment, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("own-file"),
    pytest.mark.skipif(not (ASSEMBLY / "manifest.json").exists(), reason="cdk.out is missing: run `make synth`"),
]
WORLD = WorldSpecification(customers=1_200, days=43, seed=3)
START_US = 1_704_067_200_000_000  # 2024-01-01: from when the proposal counts steps
MINUTE_US = 60_000_000
UNKNOWN, FRAUD = 2, 1


def foreign_rows() -> list[list[object]]:
    """The generated world in a stranger's words; every tenth payment was never investigated."""
    chance, rows = np.random.default_rng(5), []
    table = make_world(WORLD).table
    first_us = table["occurred_us"][0].as_py() // DAY_US * DAY_US
    for row in table.to_pylist():
        label = UNKNOWN if chance.random() < 0.1 else int(row["is_fraud"])
        place, kind = f"L{chance.integers(0, 50)}", f"TP{chance.integers(0, 20)}"
        minute = (row["occurred_us"] - first_us) // MINUTE_US
        rows.append([minute, row["customer_id"], row["terminal_id"], f"{row['amount_minor'] / 100:.2f}", place, kind, label])
    return rows


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """An untouched platform."""
    made = Deployment(tmp_path_factory.mktemp("own-file"))
    with deployed(made):
        yield made


def edited(proposal: Path) -> None:
    """What a person does in an editor: of each question, the lines of one answer lose their mark."""
    lines, wanted = proposal.read_text(encoding="utf-8").splitlines(), ("# steps of minutes", "# 2 is not investigated")
    taken = False
    for number, line in enumerate(lines):
        if line.endswith("all of:"):
            taken = line.startswith(wanted)
        elif taken and line.startswith("# ") and " = " in line:
            lines[number] = line.removeprefix("# ")
    proposal.write_text("\n".join(lines), encoding="utf-8")


def trees_on_raw_columns(rows: list[list[object]], start_us: int, end_us: int, maturity_days: int) -> float:
    """Average precision on the labelled rows of [start, end), learned from all that was labelled by its first payment."""
    occurred_us = np.array([START_US + int(row[0]) * MINUTE_US for row in rows])
    codes = [np.unique([str(row[place]) for row in rows], return_inverse=True)[1] for place in (1, 2, 4, 5)]
    values = np.column_stack([[float(row[3]) for row in rows], occurred_us % DAY_US, *codes])
    labels = np.array([row[6] for row in rows])
    is_told = labels != UNKNOWN
    learned = is_told & (occurred_us < start_us - maturity_days * DAY_US)
    judged = is_told & (occurred_us >= start_us) & (occurred_us < end_us)
    trees = HistGradientBoostingClassifier(random_state=0).fit(values[learned], labels[learned] == FRAUD)
    return float(average_precision_score(labels[judged] == FRAUD, trees.predict_proba(values[judged])[:, 1]))


def test_a_file_with_counted_minutes_and_a_third_label_becomes_a_model_that_answers(
    platform: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four commands and an edit; what nobody investigated is neither learned nor judged."""
    rows = foreign_rows()
    file = platform.folder / "payments.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["Time", "Source", "Target", "Amount", "Location", "Type", "Labels"], *rows])
    began = time.monotonic()

    proposed = platform.command("import", str(file))
    assert proposed.returncode == 2, proposed.stdout
    assert "dataset.toml, line" in proposed.stderr
    edited(platform.folder / "dataset.toml")
    loaded = platform.command("import", str(file))
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr
    trained = platform.command("retrain", seconds=900)
    assert trained.returncode == 0, trained.stdout + trained.stderr
    shown = platform.command("status", "--json")
    execution = execution_key(json.loads(shown.stdout)["executions"][0]["arn"])
    evaluation = platform.document(execution, "evaluation.json")
    decision = platform.document(execution, "decision.json")
    assert decision["outcome"] == "promote", decision
    wait_until(lambda: platform.health()["model"] == f"{decision['family']}/{decision['version']}")
    payment = {"transaction_id": "new-1", "occurred_at": "2024-02-14T10:00:00Z", "customer_id": rows[-1][1]}
    scored = platform.answer("POST", "/v1/score", {**payment, "terminal_id": rows[-1][2], "amount_minor": 4_200})
    assert scored["model"]["family"] == decision["family"]

    ours = next(one for one in evaluation["candidates"] if one["family"] == decision["family"])["metrics"]["average_precision"]
    judged = [Chunk.parse(one) for one in {evaluation["holdout"]["chunk"], *evaluation["holdout"]["pooled_chunks"]}]
    trees = trees_on_raw_columns(rows, min(one.start_us for one in judged), max(one.end_us for one in judged), 7)
    with capsys.disabled():
        seconds = time.monotonic() - began
        print(f"\n4 commands, {seconds:.0f} s; average precision {ours} beside {trees:.3f} of boosted trees on the raw columns")
    assert ours["value"] > trees
