"""A lake, an artifacts bucket and the folders of training jobs, on an in-memory AWS."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from greenfraud.bundle import MANIFEST_FILE
from greenfraud.canonical import sha256_hex
from greenfraud.chunks import Chunk, Coverage
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.enough import split
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import format_rfc3339
from greenfraud.items import control as control_items
from greenfraud.items import tables
from greenfraud.naming import (
    DATASET_KEY,
    checkpoint_prefix,
    features_prefix,
    genesis_prefix,
    job_key,
    models_prefix,
    plan_key,
    s3_uri,
    version_of,
)
from local.jobs.folders import download
from training.__main__ import main as run_step
from training.job.settings import Settings
from training.tracking.runs import Tracking

EXECUTION = "0123456789ab"
ENVIRONMENT = {
    "LAKE_BUCKET": "lake",
    "ARTIFACTS_BUCKET": "artifacts",
    "CONTROL_TABLE": "control",
    "LINEAGE_TABLE": "lineage",
    "LEDGER_TABLE": "ledger",
    "CUSTOMER_TABLE": "greenfraud.customer_activity",
    "TERMINAL_TABLE": "greenfraud.terminal_activity",
    "DECISIONS_TABLE": "decisions",
    "INBOX_BUCKET": "inbox",
    "GRID_INTENSITY_G_PER_KWH": "8.0",
    "GRID_INTENSITY_SOURCE": "Cloud Carbon Footprint",
    "REVIEW_ABOVE": "220",
    "SCORE_ARCHITECTURE": "arm64",
    "PUE": "1.135",
    "COUNTRY_ISO3": "SWE",
    "LOG_RETENTION_DAYS": "30",
    "AWS_DEFAULT_REGION": "eu-north-1",
    "AWS_REGION": "eu-north-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}
KEYS = {
    "control": tables.CONTROL,
    "ledger": tables.LEDGER,
    "lineage": tables.LINEAGE,
    "greenfraud.customer_activity": tables.STATES,
    "greenfraud.terminal_activity": tables.STATES,
}


@dataclass
class Workplace:
    """Runs jobs as SageMaker would: channels copied from S3, orders in a file, one folder per job."""

    root: Path
    jobs: int = 0
    as_of_us: int = 0
    chunks: list[Chunk] = field(default_factory=list)
    holdout: Chunk | None = None

    @cached_property
    def s3(self) -> Any:
        """The in-memory S3."""
        return boto3.client("s3")

    def open(self) -> None:
        """Make buckets and tables, and say that nothing was ever promoted, as a deployment does."""
        for bucket in ("lake", "artifacts"):
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
            self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for table, key in KEYS.items():
            boto3.client("dynamodb").create_table(TableName=table, BillingMode="PAY_PER_REQUEST", **key.definition)
        self.serve(ControlDocument())

    def serve(self, control: ControlDocument) -> None:
        """Write every copy of the control document."""
        for index in range(control_items.COPIES):
            boto3.client("dynamodb").put_item(TableName="control", Item=control_items.encode(control, index))

    def reference(self, family: str, version: str) -> ModelRef:
        """How the control document refers to a bundle."""
        prefix = models_prefix(family, version)
        content = self.s3.get_object(Bucket="artifacts", Key=prefix + MANIFEST_FILE)["Body"].read()
        return ModelRef(family, version, prefix, sha256_hex(content))

    def obey(self, decision: dict[str, Any]) -> ControlDocument:
        """Put into production what the gate decided, as the pipeline does, and say what serves then."""
        is_promoted = decision["outcome"] == "promote"
        model = self.reference(decision["family"], decision["version"]) if is_promoted else None
        control = ControlDocument(revision=1, production=model)
        self.serve(control)
        return control

    def import_dataset(self, transactions: pa.Table, labels: pa.Table, maturity_days: int = 7) -> None:
        """Write the lake as the importer does: one part per day, dataset.json last."""
        days = self._write_days("transactions", transactions, "occurred_us")
        self._write_days("labels", labels, "observed_us")
        self.as_of_us = pc.max(transactions["occurred_us"]).as_py()
        dataset = {
            "schema": 1,
            "name": "test",
            "first_day": days[0].isoformat(),
            "newest_occurred_at": format_rfc3339(self.as_of_us),
            "maturity_days": maturity_days,
            "chunk_days": 7,
        }
        self.s3.put_object(Bucket="lake", Key=DATASET_KEY, Body=json.dumps(dataset).encode())
        coverage = Coverage(first_day=days[0], newest_us=self.as_of_us, days=frozenset(days), maturity_days=maturity_days)
        found = split(coverage, {})
        self.holdout, self.chunks = found.judged[-1], found.learned

    def _write_days(self, kind: str, table: pa.Table, column: str) -> list[date]:
        number = pc.divide(table[column], 86_400_000_000)
        days = sorted(pc.unique(number).to_pylist())
        for day in days:
            sink = io.BytesIO()
            pq.write_table(table.filter(pc.equal(number, day)), sink)
            key = f"{kind}/dt={date(1970, 1, 1) + timedelta(days=day)}/part-0.parquet"
            self.s3.put_object(Bucket="lake", Key=key, Body=sink.getvalue())
        return [date(1970, 1, 1) + timedelta(days=day) for day in days]

    def plan(
        self, families: list[str], chunks: list[Chunk], execution: str = EXECUTION, earlier: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Store a plan as the Lambda `plan` does; `earlier` chunks are judged with the holdout."""
        version = load_manifest().version
        plan = {
            "outcome": "train",
            "execution": execution,
            "date": f"{datetime.now(UTC):%Y%m%d}",
            "as_of": format_rfc3339(self.as_of_us),
            "families": [self._planned(family, chunks, execution) for family in families],
            "holdout": {**self._chunk(self.holdout, version), **({"earlier": list(earlier)} if earlier else {})},
            "manifest_version": version,
        }
        self.s3.put_object(Bucket="artifacts", Key=plan_key(execution), Body=json.dumps(plan).encode())
        return plan

    def _planned(self, family: str, chunks: list[Chunk], execution: str) -> dict[str, Any]:
        genesis = genesis_prefix(family)
        self.s3.put_object(Bucket="artifacts", Key=f"{genesis}genesis.json", Body=b"{}")
        parent, planned = genesis, []
        for chunk in chunks:
            model = version_of(chunk.id, execution)
            planned.append(
                {
                    **self._chunk(chunk, load_manifest().version),
                    "chunks": [chunk.id],
                    "version": model,
                    "parent_uri": s3_uri("artifacts", parent),
                    "is_last": str(chunk == chunks[-1]).lower(),
                    "job_key": job_key(execution, family, chunk.id),
                }
            )
            parent = checkpoint_prefix(family, model)
        return {"family": family, "chunks": planned}

    def _chunk(self, chunk: Chunk | None, version: str) -> dict[str, str]:
        assert chunk is not None
        return {"chunk": chunk.id, "features_uri": s3_uri("lake", features_prefix(version, chunk.id))}

    def prepare(
        self,
        step: str,
        hyperparameters: Mapping[str, str],
        channels: Mapping[str, str] | None = None,
        *,
        checkpoints: Path | None = None,
    ) -> Path:
        """Make the folder and the environment of a job that finds `checkpoints` of an attempt before it; returns the folder."""
        self.jobs += 1
        folder = self.root / f"job-{self.jobs}"
        (folder / "input" / "config").mkdir(parents=True)
        (folder / "input" / "config" / "hyperparameters.json").write_text(json.dumps(hyperparameters))
        for name, uri in (channels or {}).items():
            kind = "ManifestFile" if uri.endswith(".manifest") else "S3Prefix"
            download(self.s3, uri, folder / "input" / "data" / name, kind)
        if checkpoints is not None:
            shutil.copytree(checkpoints, folder / "checkpoints")
        os.environ["GREENFRAUD_ML_ROOT"] = str(folder)
        name = hyperparameters.get("family", step)
        os.environ["TRAINING_JOB_NAME"] = f"gf-{name}-20180501-0-{self.jobs}-{hyperparameters['execution']}"
        return folder

    def run(self, step: str, hyperparameters: Mapping[str, str], channels: Mapping[str, str] | None = None, **given: Path) -> Path:
        """Run one job to its end; returns its folder. Fails with the reason that the job left."""
        folder = self.prepare(step, hyperparameters, channels, **given)
        exit_code = run_step([step])
        failure = folder / "output" / "failure"
        assert exit_code == 0, failure.read_text()
        return folder

    def train(self, plan: dict[str, Any]) -> None:
        """Run every training job of a plan."""
        for family in plan["families"]:
            for chunk in family["chunks"]:
                self.run("train", *training_job(plan, family["family"], chunk))

    def evaluate(self) -> None:
        """Judge what the execution trained."""
        assert self.holdout is not None
        holdout = self._chunk(self.holdout, load_manifest().version)
        orders = {"execution": EXECUTION, "holdout_chunk": self.holdout.id}
        self.run("evaluate", orders, {"holdout": holdout["features_uri"]})

    def tracking(self) -> Tracking:
        """The execution's runs."""
        return Tracking(Settings.from_env(), EXECUTION)

    def document(self, key: str, bucket: str = "artifacts") -> dict[str, Any]:
        """Read a JSON document."""
        document: dict[str, Any] = json.loads(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        return document


def training_job(plan: dict[str, Any], family: str, chunk: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Hyperparameters and channels of one training job, as the state machine passes them."""
    orders = {name: chunk[name] for name in ("chunk", "version", "is_last")}
    orders |= {"execution": plan["execution"], "family": family}
    return orders, {"features": chunk["features_uri"], "parent": chunk["parent_uri"]}
