"""Odd histories that were called enough are enough: what was planned is judged, to the fraud, and a model comes of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from unittest import mock

import pytest
from moto import mock_aws
from odd_pipeline import decided, planned
from workplace import ENVIRONMENT, Workplace

from greenfraud.weekly_frauds import read_weeks
from tests import odd_histories as odd
from training.job.bucket import client

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("training-jobs")]


@pytest.mark.parametrize(
    ("history", "weeks"),
    [(odd.FOUR_DAYS, 1), (odd.WEEKENDS, 1), (odd.ONE_CUSTOMER, 3), (odd.A_GAP, 1), (odd.ENDS_IN_FRAUDS, 1)],
    ids=["open four days a week", "open at weekends", "one customer pays most", "a gap", "ends in frauds"],
)
def test_an_odd_history_becomes_a_model(tmp_path: Path, no_runs: Path, history: odd.History, weeks: int) -> None:
    """Planned, featured, trained and judged by the jobs themselves; the gate promotes what is certainly better than the rules."""
    shutil.copy(no_runs, tmp_path / "mlflow.db")
    environment = {**ENVIRONMENT, "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/mlflow.db"}
    with mock.patch.dict(os.environ, environment), mock_aws():
        client.cache_clear()
        workplace = Workplace(tmp_path)
        workplace.open()
        plan = planned(workplace, history.dataset())
        judged = [*plan["holdout"].get("earlier", ()), plan["holdout"]["chunk"]]
        counted = read_weeks(workplace.s3, "lake")
        evaluation, decision = decided(workplace, plan)
        client.cache_clear()
    assert len(judged) == weeks
    assert evaluation["holdout"]["pooled_chunks"] == judged
    assert evaluation["holdout"]["frauds"] == sum(counted[name].in_all for name in judged)
    assert decision.outcome == "promote", decision.reasons
