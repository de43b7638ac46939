"""The steps of the training image, and the names of their jobs: `gf-<step or family>-<yyyymmdd>-<attempt>-<12 hex>`."""

from __future__ import annotations

FAMILIES = ("baseline", "light", "heavy")
STEPS = ("features", "train", "evaluate", "materialize", "compact", "reconcile", "monitor", "report", "label")
# SageMaker takes a name once, and a redrive starts the retries at 0 again: both count into the attempt.
ATTEMPT = "$$.Execution.RedriveCount, $$.State.RetryCount"


def run_job_name(step: str, *, has_waited: bool = False) -> str:
    """The ASL expression of the name of a job that runs once per execution; a `w` marks attempts of the state that waits."""
    return f"States.Format('gf-{step}-{{}}-{{}}-{'w' if has_waited else ''}{{}}-{{}}', $.date, {ATTEMPT}, $.execution)"


def training_job_name() -> str:
    """The ASL expression of the name of a training job; its key stands for execution, family and chunk."""
    return f"States.Format('gf-{{}}-{{}}-{{}}-{{}}-{{}}', $.family, $.date, {ATTEMPT}, $.job_key)"


def name_beginnings(step: str) -> list[str]:
    """How the names of a step's jobs begin.

    >>> name_beginnings("report"), name_beginnings("train")
    (['gf-report-'], ['gf-baseline-', 'gf-light-', 'gf-heavy-'])
    """
    return [f"gf-{name}-" for name in (FAMILIES if step == "train" else (step,))]
