"""Run one step: `python -m training <step>`; failure and interruption leave their reason in output/failure and a non-zero exit."""

from __future__ import annotations

import logging
import sys
from importlib import import_module

from greenfraud.faults import told, trail_of
from training.job.contract import JobPaths
from training.job.interruption import EXIT_CODE, Interrupted, ending_on_sigterm

STEPS = ("features", "train", "evaluate", "materialize", "compact", "reconcile", "monitor", "report", "label", "compare")


def main(arguments: list[str]) -> int:
    """Run the step that the container's argument names; returns the exit code."""
    paths = JobPaths.from_env()
    if len(arguments) != 1 or arguments[0] not in STEPS:
        paths.report_failure(f"expected one argument, a step of {', '.join(STEPS)}")
        return 2
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stdout)
    logging.getLogger("training").setLevel(logging.INFO)  # ours alone: libraries say too much
    try:
        with ending_on_sigterm():
            import_module(f"training.steps.{arguments[0]}").main(paths)
    except Interrupted as reason:
        paths.report_failure(str(reason))
        logging.getLogger("training").warning("step %s: %s", arguments[0], reason)
        return EXIT_CODE
    except Exception as error:  # the contract wants every failure in a file
        paths.report_failure(told(error))
        logging.getLogger("training").error("step %s failed: %s; by way of %s", arguments[0], told(error), trail_of(error))  # noqa: TRY400 no texts
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
