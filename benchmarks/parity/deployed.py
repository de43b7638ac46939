"""The platform as a person deploys it: the synthesised stacks on an embedded AWS of their own, asked over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks.parity.cloud import environment
from benchmarks.refusals.platform import ROOT, Platform, platform
from local.context import ACCESS_KEY, REGION

# What jobs call the stores of a deployment, and its outputs that name them.
STORES = {
    "LAKE_BUCKET": "LakeBucket",
    "ARTIFACTS_BUCKET": "ArtifactsBucket",
    "CONTROL_TABLE": "ControlTable",
    "LEDGER_TABLE": "LedgerTable",
    "LINEAGE_TABLE": "LineageTable",
    "CUSTOMER_TABLE": "CustomerTable",
    "TERMINAL_TABLE": "TerminalTable",
    "DECISIONS_TABLE": "DecisionsTable",
    "RECEIPTS_TABLE": "ReceiptsTable",
}
ANSWER_SECONDS = 60.0


class Deployed:
    """One that is up: functions are processes under the real runtime client, fed by the table's own stream."""

    def __init__(self, running: Platform) -> None:
        self._target = running.target
        self._http = httpx.Client(base_url=self._target.api, timeout=ANSWER_SECONDS)
        names = {variable: self._target.outputs[output] for variable, output in STORES.items()}
        # Where the code of the jobs looks, which runs in this process.
        os.environ |= {**environment(), **names, "AWS_ENDPOINT_URL": str(self._target.endpoint)}
        os.environ |= {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": ACCESS_KEY, "AWS_DEFAULT_REGION": REGION}
        self.s3, self.dynamodb = self._target.client("s3"), self._target.client("dynamodb")
        self.control, self.receipts = names["CONTROL_TABLE"], names["RECEIPTS_TABLE"]

    def post(self, path: str, body: Any) -> tuple[int, str | bytes]:
        """Status and content of the API's answer."""
        response = self._http.post(path, json=body)
        return response.status_code, response.content

    def rejected(self) -> int:
        """How many records the ingestion set aside."""
        asked = {"QueueUrl": self._target.outputs["RejectedQueueUrl"], "AttributeNames": ["ApproximateNumberOfMessages"]}
        return int(self._target.client("sqs").get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"])


@contextmanager
def deployed(folder: Path) -> Iterator[Deployed]:
    """Synthesise what this tree declares and deploy it; up while the block runs. Raises RuntimeError where that fails."""
    _finish(subprocess.run([sys.executable, "-m", "toolchain.synthesis"], cwd=ROOT, capture_output=True, text=True, check=False))
    with platform(folder) as running:
        _finish(running.deploy(ROOT / "cdk.out"))
        yield Deployed(running)


def _finish(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, done.args))}: {done.stdout[-1_500:]}{done.stderr[-1_500:]}")
