"""The least that a deployment may keep is what the offline builder reads."""

from __future__ import annotations

import runpy
from datetime import timedelta
from pathlib import Path

from greenfraud.features.manifest import load_manifest
from training.features.feature_matrix import buffer_us
from training.features.history_stream import KEPT, LOOKUP, STEP

SETTINGS = Path(__file__).resolve().parents[3] / "cdk/settings.py"


def test_a_lake_that_forgets_as_early_as_it_may_still_gives_every_feature():
    """Of a chunk that waited two months for its labels and its turn: a new, longer window raises the least."""
    least = runpy.run_path(str(SETTINGS))["LEAST_KEPT_DAYS"]
    needed = max(timedelta(microseconds=buffer_us(load_manifest())) + KEPT, LOOKUP) + STEP
    for kind in ("transactions", "labels"):
        assert timedelta(days=least[f"keep_{kind}_days"][0]) >= needed
