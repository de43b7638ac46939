"""`make picture`: the README's picture of the console, of the platform that `make run` keeps up.

A few payments of this very minute are scored first, some of them large enough that a person is asked, so that the page shows a
desk with work on it, and an execution is started. Nothing of ours is imported: the
commands are run, as a person runs them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from toolchain.environments import ROOT, SetupError

PICTURE = ROOT / "docs/console.png"
SIZE = "1060,920"
COLOURS = 128
LIGHT = "--blink-settings=preferredColorScheme=1"
MOST_BYTES = 150_000
AMOUNTS = ("18.20", "640.00", "7.95", "1250.00", "42.10", "389.00")  # EUR; above 220.00 a person is asked
COMMAND = [sys.executable, "-m", "cli"]
PORT = 8099
WAIT_SECONDS = 120


def main() -> None:
    """Score, start, look, and say what was written. SetupError where something is missing, or the picture is too large."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise SetupError("Chromium is not installed: apt-get install -y chromium")
    score_payments(datetime.now(UTC))
    start_training()
    with console() as address:
        flags = ["--headless=new", "--no-sandbox", "--hide-scrollbars", LIGHT, f"--window-size={SIZE}", f"--screenshot={PICTURE}"]
        subprocess.run([browser, *flags, address], check=True, capture_output=True)
    few_colours(PICTURE)
    if (size := PICTURE.stat().st_size) > MOST_BYTES:
        raise SetupError(f"{PICTURE} has {size:,} bytes, and a README's picture may have {MOST_BYTES:,}")
    print(f"{PICTURE.relative_to(ROOT)}: {size:,} bytes")


def few_colours(picture: Path) -> None:
    """Keep the colours that a page has: a third of the bytes, and nobody sees a difference."""
    from PIL import Image  # of the host's pins, by matplotlib

    with Image.open(picture) as painted:
        painted.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)


def score_payments(now: datetime) -> None:
    """The payments of the picture, and one of them is somebody's work."""
    for number, amount in enumerate(AMOUNTS):
        name = f"{now:%H%M%S}-{number}"
        happened = now - timedelta(minutes=len(AMOUNTS) - number)
        what = ["--transaction-id", name, "--occurred-at", f"{happened:%Y-%m-%dT%H:%M:%SZ}", "--amount", amount]
        who = ["--customer-id", f"c{17 + number:06}", "--terminal-id", f"t{42 + number:06}"]
        _run(["score", *what, *who])
    work = json.loads(_run(["reviews", "--json", "--limit", "1"]))["reviews"]
    if work:
        _run(["reviews", "claim", work[0]["transaction_id"]])


def start_training() -> None:
    """An execution that runs, far enough that a family learns; it goes on by itself."""
    subprocess.Popen([*COMMAND, "retrain", "--families", "light,heavy", "--force"], cwd=ROOT, stdout=subprocess.DEVNULL)
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        newest = json.loads(_run(["status", "--json"]))["executions"][0]
        if newest["status"] == "RUNNING" and any(step["family"] for step in newest["steps"]):
            return
        time.sleep(1)
    raise SetupError(f"no family learns after {WAIT_SECONDS} s: `.venv/bin/greenfraud status` says why")


@contextmanager
def console() -> Iterator[str]:
    """The address of a console while the block runs."""
    process = subprocess.Popen([*COMMAND, "console", "--port", str(PORT)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        addresses = (line.split()[-1] for line in process.stdout if line.startswith("console "))
        yield next(addresses)
    finally:
        process.terminate()
        process.wait()


def _run(words: list[str]) -> str:
    return subprocess.run([*COMMAND, *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    try:
        main()
    except SetupError as failure:
        sys.exit(str(failure))
