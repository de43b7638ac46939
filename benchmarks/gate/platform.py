"""A lake, a bucket and a control document in memory, in which the evaluate job judges one generated week after the other."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from onnx import TensorProto, helper

from benchmarks.gate.challengers import CHALLENGERS, PRODUCTION
from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE, BundleManifest
from greenfraud.canonical import sha256_hex
from greenfraud.chunks import Chunk
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US
from greenfraud.items import control as control_items
from greenfraud.items import tables
from greenfraud.naming import DATASET_KEY, evaluation_key, models_prefix, plan_key, train_result_key
from training.job.bucket import Bucket, client
from training.job.contract import JobPaths
from training.model.onnx_graph import INPUT, IR_VERSION, OPSET, OUTPUT
from training.steps import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.gate.weeks import Week

LAKE, ARTIFACTS, CONTROL, REGION = "lake", "artifacts", "control", "eu-north-1"
ENVIRONMENT = {
    "LAKE_BUCKET": LAKE,
    "ARTIFACTS_BUCKET": ARTIFACTS,
    "CONTROL_TABLE": CONTROL,
    **dict.fromkeys(
        ("LINEAGE_TABLE", "LEDGER_TABLE", "CUSTOMER_TABLE", "TERMINAL_TABLE", "DECISIONS_TABLE", "INBOX_BUCKET"), "unused"
    ),
    "GRID_INTENSITY_G_PER_KWH": "8.0",
    "GRID_INTENSITY_SOURCE": "unused",
    "PUE": "1.135",
    "COUNTRY_ISO3": "SWE",
    "LOG_RETENTION_DAYS": "30",
    "REVIEW_ABOVE": "220",
    "SCORE_ARCHITECTURE": "arm64",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}
EXECUTION = "0123456789ab"  # of every week: a look is one at a chunk, and each week is another
FIRST_WEEK, LEARNED = date(2018, 1, 1), "20170101-20170108"
# Columns by which holdouts are told apart; scores travel in others.
OF_SEGMENTS = ("is_night", "customer_seconds_since_last", "terminal_reports_30d")


@dataclass
class Platform:
    """Judges weeks; each is a chunk of its own, so that none was looked at before."""

    root: Path
    judged: int = 0

    @classmethod
    @contextmanager
    def opened(cls, root: Path) -> Iterator[Platform]:
        """Make an AWS in this process's memory, and what the evaluate job reads."""
        from moto import mock_aws

        with mock.patch.dict(os.environ, ENVIRONMENT), mock_aws():
            client.cache_clear()  # a client made before would ask the real AWS
            for name in (LAKE, ARTIFACTS):
                client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
            client("dynamodb").create_table(TableName=CONTROL, BillingMode="PAY_PER_REQUEST", **tables.CONTROL.definition)
            Bucket(LAKE).put_json(DATASET_KEY, {"maturity_days": 7})
            for name in CHALLENGERS:
                Bucket(ARTIFACTS).put_json(train_result_key(EXECUTION, name, LEARNED), {"energy_kwh": 0.0, "emissions_g": 0.0})
            yield cls(root)
        client.cache_clear()

    def judge(self, week: Week, scores: Mapping[str, NDArray[np.floating[Any]]]) -> dict[str, Any]:
        """Run the evaluate job on a week; returns its `evaluation.json`."""
        start = FIRST_WEEK + timedelta(days=7 * self.judged)
        self.judged += 1
        chunk, challengers = Chunk(start, start + timedelta(days=7)), [name for name in scores if name != PRODUCTION]
        self._put_models(chunk, challengers)
        families = [{"family": name, "chunks": [{"chunk": LEARNED, "version": "1"}]} for name in challengers]
        plan = {"execution": EXECUTION, "families": families, "holdout": {"chunk": chunk.id}}
        Bucket(ARTIFACTS).put_json(plan_key(EXECUTION), plan)
        paths = JobPaths(self.root)
        self._write(paths, chunk, table_of(week, scores, chunk))
        evaluate.main(paths)
        return Bucket(ARTIFACTS).get_json(evaluation_key(EXECUTION))

    def _put_models(self, chunk: Chunk, challengers: list[str]) -> None:
        """Write the bundles for the first week; who learns the holdout learns another each week."""
        for name, column in columns().items():
            knows = name in challengers and CHALLENGERS[name].has_learned_the_holdout
            if self.judged == 1 or knows:
                reference = put_bundle(name, column, [LEARNED, chunk.id] if knows else [LEARNED])
                if name == PRODUCTION:
                    put_control(reference)

    @staticmethod
    def _write(paths: JobPaths, chunk: Chunk, table: pa.Table) -> None:
        channel, config = paths.channel("holdout"), paths.root / "input" / "config"
        for folder in (channel, config):
            folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, channel / "part.parquet")
        orders = {"execution": EXECUTION, "holdout_chunk": chunk.id}
        (config / "hyperparameters.json").write_text(json.dumps(orders))


def columns() -> dict[str, str]:
    """Return in which feature's column the scores of production and of each challenger travel."""
    free = [name for name in load_manifest().inputs if name not in (*OF_SEGMENTS, "amount")]
    return dict(zip((PRODUCTION, *CHALLENGERS), free, strict=False))


def table_of(week: Week, scores: Mapping[str, NDArray[np.floating[Any]]], chunk: Chunk) -> pa.Table:
    """Return a week as the features job would have written it, with scores in the place of features."""
    rows = len(week.is_fraud)
    draw = np.random.default_rng(rows + int(week.amount_minor.sum()))
    occurred_us = np.sort(draw.integers(chunk.start_us, chunk.start_us + 7 * DAY_US, rows))
    unknown = np.where(draw.random(rows) < 0.1, np.nan, 60.0)
    told = {
        "is_night": draw.random(rows) < 0.2,
        "customer_seconds_since_last": unknown,
        "terminal_reports_30d": draw.random(rows) < 0.3,
    }
    return pa.table(
        {
            "transaction_id": [f"t{row}" for row in range(rows)],
            "occurred_us": occurred_us,
            "customer_id": week.customer.astype(str),
            "terminal_id": week.terminal.astype(str),
            "amount_minor": week.amount_minor,
            "is_fraud": week.is_fraud,
            **{name: np.asarray(values, np.float32) for name, values in told.items()},
            **{columns()[name]: values.astype(np.float32) for name, values in scores.items()},
        }
    )


def put_bundle(name: str, column: str, chunks: list[str]) -> ModelRef:
    """Write a bundle whose graph answers with the value of its one feature; returns how the control document names it."""
    model = handing_through()
    features = [{"name": column, "hash": load_manifest().hashes[column]}]
    manifest = BundleManifest(family=name, version="1", features=features, files={MODEL_FILE: sha256_hex(model)}, chunks=chunks)
    prefix = models_prefix(name, "1")
    Bucket(ARTIFACTS).put(prefix + MODEL_FILE, model)
    Bucket(ARTIFACTS).put(prefix + MANIFEST_FILE, manifest.to_bytes())
    return ModelRef(name, "1", prefix, manifest.digest())


def put_control(production: ModelRef) -> None:
    """Let a model serve."""
    document = ControlDocument(revision=1, production=production)
    for index in range(control_items.COPIES):
        client("dynamodb").put_item(TableName=CONTROL, Item=control_items.encode(document, index))


def handing_through() -> bytes:
    """Return a model file that answers with its one input."""
    axis = helper.make_tensor("axis", TensorProto.INT64, [1], [1])
    node = helper.make_node("Squeeze", [INPUT, "axis"], [OUTPUT])
    inputs = [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", 1])]
    outputs = [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n"])]
    body = helper.make_graph([node], "handing_through", inputs, outputs, [axis])
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    return bytes(model.SerializeToString())
