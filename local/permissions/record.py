"""What each role did and was refused, kept in a file that `make permissions` and `greenfraud run` read."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from local.context import Context
from local.permissions.callers import Caller
from local.permissions.needs import Need
from local.permissions.roles import deployed_roles, granting_lines, statements_of

FOLDER = Path(os.environ.get("GREENFRAUD_PERMISSIONS", ".local/permissions"))
SECONDS = 1.0
_lock = threading.Lock()
_used: set[tuple[str, str, str]] = set()
_denied: Counter[tuple[str, str, str]] = Counter()
# As of its moment: a failed deployment takes its roles away.
_told: dict[tuple[str, str, str], dict[str, str]] = {}


def add(caller: Caller, need: Need, *, refusal: str | None = None) -> None:
    """Remember who asked for what, and AWS's words where it was refused.

    The first of several refusals alike is printed with the line that should grant it.
    """
    what = (caller.role or caller.arn, need.action, need.resource)
    if refusal is not None:
        if caller.user is not None:
            return  # a person is told; nothing that was deployed lacks anything
        with _lock:
            _denied[what] += 1
            first = _denied[what] == 1
            _told.setdefault(what, {"said": refusal, "words": refusal})
        if first:
            _told[what] = {"said": in_words(what), "words": refusal}
            print(f"denied: {_told[what]['said']}", file=sys.stderr, flush=True)
    elif caller.role is not None and what not in _used:
        with _lock:
            _used.add(what)


def in_words(what: tuple[str, str, str]) -> str:
    """A refusal with the role's construct, and where `cdk/` grants such a thing."""
    role, action, resource = what
    path = deployed_roles().get(role, role)
    try:
        lines = granting_lines(path, action, resource)
    except ValueError:  # a synthesis is being written
        lines = []
    where = f"granted at {', '.join(lines)}, which the deployed template lacks" if lines else "no line of cdk/ grants it"
    return f"{path} may not {action} on {resource}: {where}"


class Recorder:
    """Writes one file per server, whenever something new was asked: its process number keeps them apart."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._written = (-1, -1)

    def run(self) -> None:
        """Write until stopped."""
        while not self._stopping.wait(SECONDS):
            self.write()

    def stop(self) -> None:
        """Write the last of it."""
        self._stopping.set()
        self.write()

    def write(self) -> None:
        """Write what is new."""
        with _lock:
            used, denied = sorted(_used), sorted(_denied.items())
        count = (len(used), sum(times for _, times in denied))
        if count == self._written:
            return
        self._written = count
        FOLDER.mkdir(parents=True, exist_ok=True)
        draft = FOLDER / f".{os.getpid()}.draft"
        draft.write_text(json.dumps(document_of(used, denied), indent=1) + "\n")
        draft.replace(FOLDER / f"{os.getpid()}.json")


def document_of(used: list[tuple[str, str, str]], denied: list[tuple[tuple[str, str, str], int]]) -> dict[str, Any]:
    """Roles by their construct's path with what they are granted and what they used, and every refusal."""
    paths = deployed_roles()
    roles = {path: {"name": name, "granted": statements_of(name), "used": []} for name, path in paths.items()}
    for role, action, resource in used:
        if role in paths:
            roles[paths[role]]["used"].append([action, resource])  # type: ignore[attr-defined]
    others: dict[str, list[list[str]]] = {}  # roles of no stack, such as the one CloudFormation works by
    for role, action, resource in used:
        if role not in paths:
            others.setdefault(role, []).append([action, resource])
    refusals = [{"times": times, "action": what[1], "resource": what[2], **_told[what]} for what, times in denied if what in _told]
    return {"roles": roles, "others": others, "denied": refusals}


def install(context: Context) -> None:
    """Write while the server runs, and when it stops."""
    recorder = Recorder()
    context.on_start(lambda: threading.Thread(target=recorder.run, name="permissions", daemon=True).start())
    context.on_stop(recorder.stop)
