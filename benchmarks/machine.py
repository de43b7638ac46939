"""The machine that figures were seen on: what matters to them, and nothing that names it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")


def machine() -> dict[str, str | int]:
    """Return processor model, usable cores, Python version and operating system."""
    return {"cpu": _cpu_model(), "cores": _cores(), "python": platform.python_version(), "system": platform.system()}


def _cores() -> int:
    # macOS has no affinity.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpu_model() -> str:
    lines = CPU_INFO.read_text(encoding="utf-8").splitlines() if CPU_INFO.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()  # arm64 names no model
