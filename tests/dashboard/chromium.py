"""Debian's Chromium without a window: what it paints, what it has in its document, what it complains about."""

from __future__ import annotations

import shutil
import struct
import subprocess
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--virtual-time-budget=20000",  # Vega draws after the page is read
)
SCHEMES = {"light": 1, "dark": 0}  # Blink's preferredColorScheme
SECONDS = 300


def executable() -> str | None:
    """Where Chromium is; None where it is not installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass(frozen=True)
class Picture:
    """A screenshot: width, height and rows of filtered bytes, as PNG keeps them."""

    width: int
    height: int
    rows: bytes

    @classmethod
    def read(cls, file: Path) -> Picture:
        """Read a PNG of 8 bits per channel."""
        content, at, data, width, height = file.read_bytes(), 8, b"", 0, 0
        while at < len(content):
            length, kind = struct.unpack(">I4s", content[at : at + 8])
            body = content[at + 8 : at + 8 + length]
            at += length + 12
            if kind == b"IHDR":
                width, height = struct.unpack(">II", body[:8])
            data += body if kind == b"IDAT" else b""
        return cls(width, height, zlib.decompress(data))

    @property
    def corner(self) -> tuple[int, int, int]:
        """The first pixel, which no filter of PNG changes: the page's ground."""
        red, green, blue = self.rows[1:4]
        return red, green, blue

    @property
    def busy_rows(self) -> int:
        """Rows with more on them than ground and cards."""
        stride = len(self.rows) // self.height
        rows = [self.rows[n * stride + 1 : (n + 1) * stride] for n in range(self.height)]
        return sum(len(set(row)) > 4 for row in rows)


def screenshot(page: Path | str, file: Path, scheme: str, *, width: int = 1240, height: int = 4500) -> tuple[Picture, list[str]]:
    """Paint the file or address in a colour scheme; the picture and the lines of the console."""
    look = (f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", f"--window-size={width},{height}")
    said = _run(page, *look, f"--screenshot={file}")
    return Picture.read(file), _console(said.stderr)


def document(page: Path | str, *flags: str, width: int = 1240) -> tuple[str, list[str]]:
    """The document as the browser has it after reading the file or address, and the lines of the console."""
    said = _run(page, f"--window-size={width},2000", "--dump-dom", *flags)
    return said.stdout, _console(said.stderr)


def _run(page: Path | str, *arguments: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        address = page if isinstance(page, str) else page.as_uri()
        command = [executable() or "", *FLAGS, f"--user-data-dir={profile}", *arguments, address]
        return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)


def _console(errors: str) -> list[str]:
    return [line for line in errors.splitlines() if ":CONSOLE" in line]
