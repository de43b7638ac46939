"""The MLflow run of an execution: its figures, the gate's words, and its documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from greenfraud.run_request import in_words
from training.tracking.run_figures import savings

if TYPE_CHECKING:
    from training.tracking.runs import Tracking

TOTALS = ("emissions_g_total", "embodied_g_total", "energy_kwh_total", "duration_seconds_total")


def tell_execution_run(tracking: Tracking, report: dict[str, Any], documents: dict[str, dict[str, Any]]) -> None:
    """Give the execution's run what its report says, attach the documents, and end it."""
    run_id = tracking.parent_run_id
    figures = {
        f"{family}_{name}": value
        for family, measured in report["families"].items()
        for name, value in {**measured, **savings(measured["saved"])}.items()
        if name not in {"version", "saved"}
    }
    metrics = {**figures, **{name: report[name] for name in TOTALS if name in report}}
    parameters = {"decision": report["decision"], "holdout": report["holdout"]["chunk"]}
    summary = "\n".join([f"The gate: **{report['decision']}**.\n", *(f"- {reason}" for reason in report["reasons"])])
    tags = {"mlflow.note.content": summary, **report["methods"]}
    if report.get("started_by"):  # an earlier release's plan did not tell
        tags["started_by"] = in_words(report["started_by"])
    tracking.log(run_id, parameters=parameters, metrics=metrics, tags=tags, at=report["reported_at"])
    for name, document in {**documents, "report": report}.items():
        tracking.log_document(run_id, document, f"{name}.json")
    tracking.finish(run_id)
