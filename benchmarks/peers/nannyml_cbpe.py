"""NannyML's confidence-based estimate, as its documentation runs it: fitted on weeks with labels, asked about one without.

A program of its own, because NannyML needs an environment of its own: `python nannyml_cbpe.py scores.parquet answers.json`.
The file has one row per transaction: `week`, `probability`, `is_alert`, `is_fraud`. The answers are, for each week that can be
asked about, the estimated average precision and precision of alerts.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

METRICS = {"average_precision": "average_precision", "precision": "alert_precision"}
LABEL_WEEKS = 1  # labels take so long after the week's end
REFERENCE_WEEKS = 8
BUILT = f"nannyml.CBPE(average_precision, precision), fitted on the {REFERENCE_WEEKS} newest weeks with labels before each week"


def answers(path: Path) -> dict[str, dict[str, float]]:
    """Return what NannyML expects of each week, by its number."""
    import nannyml
    import pandas as pd

    scores = pd.read_parquet(path).astype({"is_alert": int, "is_fraud": int})
    found = {}
    for week in sorted(scores["week"].unique())[REFERENCE_WEEKS + LABEL_WEEKS :]:
        last = week - LABEL_WEEKS - 1
        reference = scores[scores["week"].between(last - REFERENCE_WEEKS + 1, last)]
        asked = scores[scores["week"] == week].drop(columns="is_fraud")
        estimator = nannyml.CBPE(
            metrics=list(METRICS),
            y_pred_proba="probability",
            y_pred="is_alert",
            y_true="is_fraud",
            problem_type="classification_binary",
            chunk_size=len(asked),
        )
        estimator.fit(reference)
        told = estimator.estimate(asked).filter(period="analysis").to_df()
        found[str(week)] = {ours: float(told[theirs, "value"].iloc[0]) for theirs, ours in METRICS.items()}
    return found


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    Path(sys.argv[2]).write_text(json.dumps(answers(Path(sys.argv[1]))), encoding="utf-8")
