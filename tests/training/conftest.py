"""An in-memory AWS for the tests that run whole jobs, imported with the first of them: `test_gpu.py` runs without."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from greenfraud.naming import decision_key, evaluation_key
from greenfraud.promotion import GateDecision, decide

if TYPE_CHECKING:
    from workplace import Workplace


@pytest.fixture(scope="session")
def no_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow database without a run, to be copied: its tables take seconds to make."""
    from mlflow import MlflowClient

    database = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowClient(f"sqlite:///{database}").search_experiments()
    return database


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A workplace whose lake holds seven weeks of the small world: three chunks to train, one to judge on."""
    from moto import mock_aws
    from training_world import make_world
    from workplace import ENVIRONMENT, Workplace

    from training.job.bucket import client

    root = tmp_path_factory.mktemp("jobs")
    environment = {**ENVIRONMENT, "MLFLOW_TRACKING_URI": f"sqlite:///{root}/mlflow.db"}
    with mock.patch.dict(os.environ, environment), mock_aws():
        client.cache_clear()
        workplace = Workplace(root)
        workplace.open()
        workplace.import_dataset(*make_world(days=43))
        yield workplace
        client.cache_clear()


@pytest.fixture(scope="module")
def tracked(imported: Workplace, no_runs: Path) -> Workplace:
    """The same with an MLflow database."""
    shutil.copy(no_runs, imported.root / "mlflow.db")
    return imported


@pytest.fixture(scope="module")
def trained(tracked: Workplace) -> Workplace:
    """The same after features, and after baseline and light have learned their chunks."""
    plan = tracked.plan(["baseline", "light"], tracked.chunks)
    tracked.run("features", {"execution": plan["execution"]})
    tracked.train(plan)
    return tracked


@pytest.fixture(scope="module")
def evaluated(trained: Workplace) -> Workplace:
    """The same after the challengers were judged."""
    trained.evaluate()
    return trained


@pytest.fixture(scope="module")
def reported(evaluated: Workplace) -> Workplace:
    """The same after light was promoted and the report was written, twice: the second changes nothing."""
    from workplace import EXECUTION

    evaluation = evaluated.document(evaluation_key(EXECUTION))
    (light,) = [item for item in evaluation["candidates"] if item["family"] == "light"]
    decision = GateDecision.about("promote", light, decide(evaluation).reasons).to_json()
    evaluated.s3.put_object(Bucket="artifacts", Key=decision_key(EXECUTION), Body=json.dumps(decision).encode())
    evaluated.obey(decision)
    for _ in range(2):
        evaluated.run("report", {"execution": EXECUTION})
    return evaluated
