"""What the platform's choices saved against a schedule that trains every week at once, and against always answering by heavy.

Training: the same chunks, learned once by one run in its window, beside a run a week that starts at once: each of those has the
jobs that a run needs however little there is to learn. Answering: grams per 1,000 scores by what the gate's execution judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.story.world import WEEKS_TO_COME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HEAVY, PER = "heavy", 1_000


def of_training(report: Mapping[str, Any], waiting: Mapping[str, Any], pue: float) -> dict[str, float]:
    """Return grams of the run as it was, and of a run each week, over both of which the window's intensities are foreseen.

    >>> report = {"energy_kwh_total": 0.006, "families": {"light": {"energy_kwh": 0.002}}}
    >>> found = of_training(report, {"g_per_kwh": 200.0, "at_once_g_per_kwh": 400.0}, 1.0)
    >>> {name: round(value, 3) for name, value in found.items()}
    {'training_g': 1.2, 'naive_training_g': 7.2}
    """
    whole = float(report["energy_kwh_total"])
    learning = sum(float(family["energy_kwh"]) for family in report["families"].values())
    naive_kwh = WEEKS_TO_COME * (whole - learning) + learning
    return {
        "training_g": whole * pue * float(waiting["g_per_kwh"]),
        "naive_training_g": naive_kwh * pue * float(waiting["at_once_g_per_kwh"]),
    }


def of_answering(candidates: Sequence[Mapping[str, Any]], served: str, scored: int) -> dict[str, float]:
    """Return grams of the weeks' answers by the model that the gate preferred, and by heavy; nothing where one is unavailable.

    >>> judged = [{"role": "challenger", "family": name, "emissions_g_per_1000": g} for name, g in (("light", 2.0), ("heavy", 3.0))]
    >>> of_answering(judged, "light", 2_000)
    {'answering_g': 4.0, 'heavy_answering_g': 6.0}
    """
    grams = {
        one["family"]: one["emissions_g_per_1000"]
        for one in candidates
        if one["role"] == "challenger" and one["emissions_g_per_1000"] is not None
    }
    if served not in grams or HEAVY not in grams:
        return {}
    return {"answering_g": grams[served] * scored / PER, "heavy_answering_g": grams[HEAVY] * scored / PER}
