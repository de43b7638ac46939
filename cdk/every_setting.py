"""The templates of every setting that a test or a linter should see: `python -m cdk.every_setting FOLDER`, no asset built."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cdk.app import build_app
from cdk.components.source import ROOT

# As `-c name=value` gives them; the last has everything that can be had at once.
SETTINGS: dict[str, dict[str, str]] = {
    "dev": {},
    "prod": {"stage": "prod"},
    "private": {
        "stage": "prod",
        "private": "true",
        "alarm_email": "on-call@example.com",
        "webhook_url": "https://example.com/hook",
    },
}


def context_of(given: Mapping[str, str]) -> dict[str, Any]:
    """What the CDK's command line would hand over for these settings, without the build of the runtime layer."""
    declared = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    return {**declared, "aws:cdk:bundling-stacks": [], "aws:cdk:enable-path-metadata": True, **given}


def main(folder: Path) -> None:
    """Synthesise each setting into a folder of its name; a finding of the review raises."""
    for name, given in SETTINGS.items():
        build_app(context=context_of(given), outdir=str(folder / name)).synth()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
