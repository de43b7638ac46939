"""`make story`: train, promote, drift, alarm, clean window, retrain, shadow, canary, promote, reject, roll back; exits 1 if not.

Its only inputs are payments, the hour of the night and the operator's commands.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.progress import duration
from benchmarks.report import publish
from benchmarks.story.chapters import CHAPTERS, Story
from benchmarks.story.platform import StepMissingError, running
from benchmarks.story.savings import HEAVY, of_answering, of_training
from benchmarks.story.world import make_payments

if TYPE_CHECKING:
    from collections.abc import Sequence

CUSTOMERS, SEED = 900, 2
PUE = 1.135  # as the template has it


def main(words: Sequence[str]) -> int:
    """Tell the story; 0 when every step of it happened, 1 with the step that did not."""
    made = argparse.ArgumentParser(prog="make story", description=__doc__)
    made.add_argument("--customers", type=int, default=CUSTOMERS, help="size of the world")
    made.add_argument("--seed", type=int, default=SEED, help="another world, in which the story may end early")
    made.add_argument("--folder", type=Path, default=None, help="an empty one to keep logs and state in; by default none is kept")
    options = made.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="greenfraud-story-") as made_up:
        folder = (options.folder or Path(made_up)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        try:
            story = _tell(folder, options.customers, options.seed, began)
        except StepMissingError as missing:
            _say(began, f"✗ {missing}")
            return 1
    publish("story", _savings(story), PEERS)
    return 0


PEERS = {
    "naive": "a run each week that starts at once, and learns the same chunks",
    HEAVY: "every payment answered by the heavy model",
}


def _tell(folder: Path, customers: int, seed: int, began: float) -> Story:
    on_file, coming = make_payments(customers, seed)
    data = folder / "payments.parquet"
    on_file.write_file(data)
    _say(began, f"{len(on_file):,} payments on file, {len(coming):,} to come; deploying, importing, training …")
    with running(folder, data) as platform:
        story = Story(platform, coming, lambda words: _say(began, f"  {words}"))
        for number, (name, chapter) in enumerate(CHAPTERS, 1):
            _say(began, f"{number} of {len(CHAPTERS)}: {name}")
            _say(began, f"✓ {chapter(story)}")
    return story


def _savings(story: Story) -> dict[str, float]:
    told = of_training(story.drift["report"], story.drift["waiting"], PUE)
    family = story.drift["decision"]["family"]  # what the gate chose by money and carbon, not what a person promoted after it
    return {**told, **of_answering(story.drift["evaluation"]["candidates"], family, story.scored), "scored": float(story.scored)}


def _say(began: float, words: str) -> None:
    print(f"[{duration(time.monotonic() - began):>12}] {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
