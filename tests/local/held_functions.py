"""A function whose invocation lasts as long as a test wishes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.local.workbench import Embedded, wait_until

HELD = """
import pathlib, time
def handler(event, context):
    (pathlib.Path(event) / "began").touch()
    while not (pathlib.Path(event) / "may end").exists():
        time.sleep(0.05)
"""


@contextmanager
def held(server: Embedded, name: str, folder: Path) -> Iterator[None]:
    """Let an invocation of a function made of HELD last as long as the block."""
    with ThreadPoolExecutor(1) as pool:
        calling = pool.submit(server.invoke, name, str(folder))
        wait_until((folder / "began").exists)
        try:
            yield
        finally:
            (folder / "may end").touch()
    assert calling.result() == (None, None)
