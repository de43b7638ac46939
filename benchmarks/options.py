"""What every benchmark takes from `make`: DATA= and SCALE=."""

from __future__ import annotations

import argparse
from pathlib import Path


def parser(description: str) -> argparse.ArgumentParser:
    """Return a parser of --data and --scale, to which a benchmark may add its own."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--data", type=Path, default=None, help="a Parquet file in the Fraud Detection Handbook's format")
    made.add_argument("--scale", type=float, default=1.0, help="size of the run; 1 is the usual one")
    return made
