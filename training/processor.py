"""The processor a job runs on."""

from __future__ import annotations

from pathlib import Path


def cpu_model() -> str | None:
    """Return the CPU's model as the kernel names it; None where it names none, as on arm64."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)
