"""What the state machine carries of a plan from state to state, where Step Functions takes 256 KiB.

Per chunk only what differs and cannot be derived; the rest is put together by the machine's own expressions, so that weekly
chunks of ten years fit. Whoever needs more reads plan.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CARRIED = ("chunk", "parent", "job_key", "is_last")


def carried_state(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan with the short form of its jobs, and the ending that makes a version of a chunk."""
    if not plan["families"]:
        return dict(plan)
    (ending,) = {job["version"].removeprefix(job["chunk"]) for family in plan["families"] for job in family["chunks"]}
    families = [{**family, "chunks": [_short(job) for job in family["chunks"]]} for family in plan["families"]]
    return {**plan, "families": families, "version_ending": ending}


def _short(job: Mapping[str, Any]) -> dict[str, Any]:
    return {name: job[name] for name in CARRIED}
