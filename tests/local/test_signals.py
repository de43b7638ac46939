"""Whoever waits until he is told to stop hears it, whichever of his threads the kernel tells."""

from __future__ import annotations

import subprocess
import sys

import pytest

TOLD_TO_ANOTHER_THREAD = """
import signal, threading, time
from local.server import until_signalled

stopping = until_signalled()

def elsewhere():
    time.sleep(0.3)
    signal.pthread_kill(threading.get_ident(), signal.{name})
    time.sleep(600)

threading.Thread(target=elsewhere, daemon=True).start()
stopping.wait()
print("stopped")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_that_another_thread_gets_ends_the_wait(name: str) -> None:
    """Under load it did not: a lock that the main thread waits for is not woken by it."""
    done = subprocess.run(
        [sys.executable, "-c", TOLD_TO_ANOTHER_THREAD.format(name=name)], capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.stdout, done.returncode) == ("stopped\n", 0), done.stderr
