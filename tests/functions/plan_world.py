"""Five weeks of data to plan on, and what a plan says."""

from __future__ import annotations

# Five weeks with labels a week late: the fourth is judged on, the first two were known before it began.
FIRST, SECOND, THIRD, HOLDOUT = "20180401-20180408", "20180408-20180415", "20180415-20180422", "20180422-20180429"


def chunks_of(plan: dict, family: str = "light") -> list[str]:
    """The chunks a family trains."""
    return [job["chunk"] for entry in plan["families"] if entry["family"] == family for job in entry["chunks"]]


def parents_of(plan: dict) -> list[str]:
    """The parents of the first family's jobs, by their last folder."""
    return [job["parent"] for job in plan["families"][0]["chunks"]]
