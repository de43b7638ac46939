"""Remembers which line of ours grants what.

Every grant is metadata of the role's construct. It lands in `cdk.out/<stack>.metadata.json` under the role's path, never
in the template, as one entry per call:

    {"type": "greenfraud:granted",
     "data": {"to": "a role",                   # or "services", by the policy of a resource
              "actions": ["s3:GetObject"],      # a managed policy stands as policy:<name>
              "resources": [...],               # as the template has them: text, or Fn::Join, Fn::GetAtt, Fn::ImportValue
              "at": "cdk/stacks/serving.py:97"}}  # relative to the repository
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from constructs import IConstruct

from cdk.components.source import ROOT

GRANTED = "greenfraud:granted"
# Modules that grant for others: the line that matters is the one that calls them.
GRANTING = {"granted.py", "grants.py", "keys.py"}


def granted(holder: IConstruct, actions: Sequence[str], resources: Sequence[str]) -> None:
    """Remembers what a role was granted here, be it by `grants` or by a construct of CDK; or what a resource lets services do."""
    to = "a role" if hasattr(holder, "role_arn") else "services"
    data = {"to": to, "actions": list(actions), "resources": list(resources), "at": _line_of_caller()}
    holder.node.add_metadata(GRANTED, data)


def _line_of_caller() -> str:
    """File and line of the first frame outside of the modules that grant for others."""
    frame = sys._getframe()  # noqa: SLF001  inspect.stack would read every file on the way
    while frame.f_back is not None and Path(frame.f_code.co_filename).name in GRANTING:
        frame = frame.f_back
    file = Path(frame.f_code.co_filename).resolve()
    place = file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else file.name
    return f"{place}:{frame.f_lineno}"
