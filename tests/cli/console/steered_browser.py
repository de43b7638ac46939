"""A browser that a test steers: Chromium without a window, told what to do through a pipe (the DevTools protocol)."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.dashboard import chromium

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--remote-debugging-pipe",
)
SECONDS = 300
KEYS = {"Tab": 9, "Enter": 13}


@dataclass
class Tab:
    """A page of the browser, and what it complained about."""

    commands: int
    answers: int
    session: str = ""
    said: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _rest: bytes = b""

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The browser's answer; events that come before it are heard."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params, **({"sessionId": self.session} if self.session else {})}
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while (answer := self._heard()).get("id") != number:
            pass
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def wait_for(self, event: str) -> None:
        """Return once the browser tells of an event."""
        while self._heard().get("method") != event:
            pass

    def open(self, address: str) -> None:
        """Type an address."""
        self.ask("Page.navigate", url=address)
        self.wait_for("Page.loadEventFired")

    def value(self, expression: str) -> Any:
        """What an expression is on the page; the page's own policy does not hold for whoever steers the browser."""
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait_until(self, expression: str) -> None:
        """Return once an expression is true; the browser is ended where that never happens, which fails the test."""
        while not self.value(expression):
            time.sleep(0.02)

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        told = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key], **({"text": "\r"} if key == "Enter" else {})}
        self.ask("Input.dispatchKeyEvent", type="keyDown", **told)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **{name: told[name] for name in told if name != "text"})

    def _heard(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            piece = os.read(self.answers, 65_536)
            assert piece, "the browser ended"
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(message)
        if heard.get("method") == "Log.entryAdded":
            self.said.append(heard["params"]["entry"]["text"])
        return heard


@contextmanager
def steered_browser() -> Iterator[Tab]:
    """A tab of a browser with a new profile."""
    (to_read, commands), (answers, to_write) = os.pipe(), os.pipe()

    def place() -> None:
        """Chromium reads from 3 and writes to 4."""
        high = [os.dup(one) for one in (to_read, to_write)]
        os.dup2(high[0], 3)
        os.dup2(high[1], 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        words = [chromium.executable() or "", *FLAGS, f"--user-data-dir={profile}"]
        process = subprocess.Popen(words, preexec_fn=place, close_fds=False, stderr=subprocess.DEVNULL)  # noqa: PLW1509
        watchdog = threading.Timer(SECONDS, process.kill)
        watchdog.start()
        for ours in (to_read, to_write):
            os.close(ours)
        try:
            yield _new_tab(Tab(commands, answers))
        finally:
            watchdog.cancel()
            process.terminate()
            process.wait(300)
            for theirs in (commands, answers):
                os.close(theirs)


def _new_tab(browser: Tab) -> Tab:
    made = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    browser.session = browser.ask("Target.attachToTarget", targetId=made, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log"):
        browser.ask(f"{domain}.enable")
    return browser
