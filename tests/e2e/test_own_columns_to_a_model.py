"""A stranger's file with a device and a channel to a model that reads them: three commands, and marks taken off in an editor.

The columns are declared by what a look proposes; nothing is retyped, no code is touched. The average precision is printed beside
that of boosted trees on the file's own columns, device and channel among them: on the same later week, from the same labels
that were known by then.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score

from cli.target import Target
from greenfraud.chunks import Chunk
from greenfraud.instants import DAY_US
from greenfraud.naming import execution_key
from greenfraud.records import format_rfc3339
from local import processes
from tests.e2e.deployment import ASSEMBLY
from tests.e2e.foreign_cards import Row, card_rows, write_cards
from tests.free_ports import free_port
from tests.working_copy import ROOT, WorkingCopy

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("e2e"),
    pytest.mark.skipif(not (ASSEMBLY / "manifest.json").exists(), reason="cdk.out is missing: run `make synth`"),
]
MATURITY_DAYS, RUN_SECONDS, DRAWS = 7, 900, 200
DEVICE, CHANNEL = "geraete_id", "sales_channel"


class Clone:
    """A clone of the project with a file in it, and the commands that were run there."""

    def __init__(self, folder: Path) -> None:
        self.copy, self.commands = WorkingCopy(folder), 0
        self.folder = folder
        (folder / ".local/cache").mkdir(parents=True)
        layers = ROOT / ".local/cache/layers"  # the build of the runtime layer is shared
        layers.mkdir(parents=True, exist_ok=True)
        (folder / ".local/cache/layers").symlink_to(layers)

    def greenfraud(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One of the operator's commands."""
        self.commands += 1
        return self.copy.python("-m", "cli", *arguments)

    @contextmanager
    def run(self, file: str) -> Iterator[str]:
        """What `make run DATA=file` does, up to where everything is done; the address of the API while it is up."""
        self.commands += 1
        self.copy.synthesise()
        port, http_port = free_port(), free_port()
        command = [sys.executable, "-m", "cli", "run", "--data", file, "--port", str(port), "--http-port", str(http_port)]
        log = (self.folder / "run.log").open("wb")
        process = processes.start(command, cwd=self.folder, env=self.copy.environ, stdout=log, stderr=subprocess.STDOUT)
        try:
            self._wait(process)
            yield f"http://127.0.0.1:{http_port}"
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(120)
            finally:
                processes.end_session(process.pid)
                log.close()

    def _wait(self, process: Any) -> None:
        deadline = time.monotonic() + RUN_SECONDS
        while "everything done" not in (text := (self.folder / "run.log").read_text(encoding="utf-8", errors="replace")):
            assert process.poll() is None, text[-4_000:]
            assert time.monotonic() < deadline, text[-4_000:]
            time.sleep(0.5)

    @property
    def execution(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the run decided, and how every candidate was judged."""
        record = json.loads((self.folder / ".local/run.json").read_text(encoding="utf-8"))
        serving = json.loads((self.folder / ".local/serving.json").read_text(encoding="utf-8"))
        target = Target(serving["endpoint"])
        key = f"executions/{execution_key(record['execution_arn'])}/evaluation.json"
        content = target.client("s3").get_object(Bucket=target.outputs["ArtifactsBucket"], Key=key)["Body"].read()
        return record["decision"], json.loads(content)


def take_marks_off(proposal: Path, *names: str) -> None:
    """What a person does in an editor."""
    lines = proposal.read_text(encoding="utf-8").splitlines()
    wanted = tuple(f"# {name} = " for name in names)
    assert sum(line.startswith(wanted) for line in lines) == len(names), lines
    proposal.write_text("\n".join(line.removeprefix("# ") if line.startswith(wanted) else line for line in lines), encoding="utf-8")


def trees_on_raw_columns(rows: list[Row], start_us: int, end_us: int) -> tuple[float, float, float]:
    """Average precision on the rows of [start, end) with its interval; learned from what was labelled by the first of them."""
    _, occurred, card, shop, cents, labels, device, channel = map(np.array, zip(*rows, strict=True))
    codes = [np.unique(one, return_inverse=True)[1] for one in (channel, card, shop, device)]
    values = np.column_stack([*codes, cents, occurred % DAY_US, occurred // DAY_US % 7])
    learned, judged = occurred < start_us - MATURITY_DAYS * DAY_US, (occurred >= start_us) & (occurred < end_us)
    trees = HistGradientBoostingClassifier(random_state=0, categorical_features=[0]).fit(values[learned], labels[learned])
    scores, truth, customers = (
        trees.predict_proba(values[judged])[:, 1],
        labels[judged],
        np.unique(card[judged], return_inverse=True)[1],
    )
    chance = np.random.default_rng(0)
    drawn = [
        np.bincount(chance.integers(0, customers.max() + 1, customers.max() + 1), minlength=customers.max() + 1)
        for _ in range(DRAWS)
    ]
    samples = [average_precision_score(truth, scores, sample_weight=weights[customers]) for weights in drawn]
    low, high = np.percentile(samples, (2.5, 97.5))
    return float(average_precision_score(truth, scores)), float(low), float(high)


def test_a_device_and_a_channel_of_a_strangers_file_reach_the_model_that_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what gives frauds away is warned of, and left alone."""
    clone, rows = Clone(tmp_path / "clone"), card_rows()
    write_cards(rows, clone.folder / "payments.csv")
    began = time.monotonic()

    proposed = clone.greenfraud("import", "payments.csv", "--declare")
    assert (proposed.returncode, "take the mark off" in proposed.stdout) == (0, True), proposed.stdout + proposed.stderr
    proposal = clone.folder / "dataset.toml"
    assert "nearly every fraud" in proposal.read_text(encoding="utf-8").partition("# checked = ")[0].splitlines()[-1]
    take_marks_off(proposal, DEVICE, CHANNEL)
    declared = clone.greenfraud("import", "payments.csv", "--declare")
    assert declared.returncode == 0, declared.stdout + declared.stderr
    with clone.run("payments.csv") as api:
        seconds = time.monotonic() - began
        decision, evaluation = clone.execution
        assert decision["outcome"] == "promote", decision
        card = httpx.get(f"{api}/v1/model", timeout=60).json()
        assert card["columns"] == {DEVICE: "entity", CHANNEL: "category"}
        assert {f"{DEVICE}_customers_1d", f"customer_first_{DEVICE}", f"{CHANNEL}_web"} <= set(card["features"])
        own, stolen, bare = answers(api, rows)
        assert {one["model"]["family"] for one in (own, stolen, bare)} == {decision["family"]}
        assert stolen["fraud_probability"] > own["fraud_probability"]
        assert "geraete_missing" in bare["degraded"]
        assert "geraete_missing" not in own["degraded"]

    ours = next(one for one in evaluation["candidates"] if one["family"] == decision["family"])["metrics"]["average_precision"]
    judged = [Chunk.parse(one) for one in {evaluation["holdout"]["chunk"], *evaluation["holdout"]["pooled_chunks"]}]
    trees, low, high = trees_on_raw_columns(rows, min(one.start_us for one in judged), max(one.end_us for one in judged))
    with capsys.disabled():
        print(
            f"\n{clone.commands} commands, {seconds:.0f} s; average precision {ours['value']:.3f} ({ours['low']:.3f} to "
            f"{ours['high']:.3f}) beside {trees:.3f} ({low:.3f} to {high:.3f}) of boosted trees on the raw columns"
        )
    assert clone.commands < 10
    assert ours["value"] > trees


def answers(api: str, rows: list[Row]) -> list[dict[str, Any]]:
    """To one customer's payment: with the customer's own device, with one of the thieves', and without."""
    honest = next(row for row in reversed(rows) if not row[5])
    thieves = next(row[6] for row in reversed(rows) if row[6].startswith("D"))
    body = {
        "occurred_at": format_rfc3339(rows[-1][1] + 3_600_000_000),
        "customer_id": honest[2],
        "terminal_id": honest[3],
        "amount_minor": 4_200,
    }
    own = {DEVICE: honest[6], CHANNEL: honest[7]}
    sent = [{**own}, {DEVICE: thieves, CHANNEL: "web"}, {}]
    found = [
        httpx.post(f"{api}/v1/score", json={"transaction_id": f"new-{n}", **body, **one}, timeout=60) for n, one in enumerate(sent)
    ]
    assert [one.status_code for one in found] == [200, 200, 200], [one.text for one in found]
    return [one.json() for one in found]
