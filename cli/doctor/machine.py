"""Whether this machine can run the platform: Python, disk, memory, clock, ports."""

from __future__ import annotations

import re
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from cli.doctor.finding import Finding

PART = "machine"
SUPPORTED = ((3, 11), (3, 12), (3, 13))
LEAST_DISK_GB = 2.0  # a run's lake, jobs and logs, of the generated world or a few million payments
LEAST_MEMORY_GB = 1.0  # two training jobs, the functions, and the emulated services
CLOCK_SECONDS = 120
GB = 1e9
MEMORY = Path("/proc/meminfo")


def python(version: tuple[int, int] = sys.version_info[:2]) -> Iterator[Finding]:
    """Whether this Python is one that the project is tested with."""
    found = ".".join(str(number) for number in version)
    if version in SUPPORTED:
        yield Finding(PART, "python", "well", found)
    else:
        yield Finding(PART, "python", "wrong", f"{found} is not supported", "make PYTHON=python3.11 install (3.11, 3.12 or 3.13)")


def disk(folder: Path) -> Iterator[Finding]:
    """Whether the disk of `folder` has room for a run."""
    free_gb = shutil.disk_usage(folder).free / GB
    mend = "Make room; `make clean` forgets earlier runs and their state"
    yield _at_least(free_gb, LEAST_DISK_GB, "disk", mend)


def memory(file: Path = MEMORY) -> Iterator[Finding]:
    """Whether enough memory is available; a note where the system does not tell."""
    found = re.search(r"^MemAvailable:\s+(\d+) kB$", file.read_text(encoding="ascii"), re.MULTILINE) if file.exists() else None
    if found is None:
        yield Finding(PART, "memory", "note", f"unavailable: {file} does not tell")
    else:
        yield _at_least(int(found[1]) * 1024 / GB, LEAST_MEMORY_GB, "memory", "End other programs, or use a larger machine")


def clock(folder: Path) -> Iterator[Finding]:
    """Whether the clock is behind files that were written already: what is cached by time would not be made anew."""
    ahead = max((path.stat().st_mtime for path in folder.glob("*.*") if path.is_file()), default=0.0) - time.time()
    if ahead > CLOCK_SECONDS:
        found = f"is {ahead / 60:.0f} minutes behind the newest file in {folder.resolve().name}/"
        yield Finding(PART, "clock", "wrong", found, "Set the clock, such as by NTP (`timedatectl set-ntp true`)")
    else:
        yield Finding(PART, "clock", "well", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()))


def port(number: int, option: str) -> Iterator[Finding]:
    """Whether a port of 127.0.0.1 is free for `make run`, which takes another one by `option`."""
    with socket.socket() as probe:
        probe.settimeout(2)
        is_taken = probe.connect_ex(("127.0.0.1", number)) == 0
    if is_taken:
        mend = f"End what listens there, or choose another: make run {option}={number + 1}"
        yield Finding(PART, f"port {number}", "wrong", "another program listens on it", mend)
    else:
        yield Finding(PART, f"port {number}", "well", "free")


def _at_least(found_gb: float, least_gb: float, place: str, mend: str) -> Finding:
    if found_gb >= least_gb:
        return Finding(PART, place, "well", f"{found_gb:.1f} GB free")
    return Finding(PART, place, "wrong", f"{found_gb:.1f} GB free, {least_gb:g} are needed", mend)
