"""What each role did and was refused, written down for `make permissions` when the server stops."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter
from pathlib import Path

from local.context import Context
from local.permissions.callers import Caller
from local.permissions.operations import Need

FOLDER = Path(".local/permissions")
_lock = threading.Lock()
_used: set[tuple[str, str, str]] = set()
_denied: Counter[tuple[str, str, str]] = Counter()


def add(caller: Caller, need: Need, *, denied: bool) -> None:
    """Remember who asked for what; of several like it one is kept."""
    what = (caller.role or caller.arn, need.action, need.resource)
    if denied:
        with _lock:
            _denied[what] += 1
            first = _denied[what] == 1
        if first:
            print(f"denied: {what[0]}: {need.action} on {need.resource}", file=sys.stderr, flush=True)
    elif caller.role is not None and what not in _used:
        with _lock:
            _used.add(what)


def write() -> None:
    """Leave one file per server: its process number keeps them apart."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _lock:
        document = {
            "used": sorted(_used),
            "denied": [
                {"role": role, "action": action, "resource": resource, "times": times}
                for (role, action, resource), times in sorted(_denied.items())
            ],
        }
    (FOLDER / f"{os.getpid()}.json").write_text(json.dumps(document, indent=1) + "\n")


def install(context: Context) -> None:
    """Write when the server stops."""
    context.on_stop(write)
