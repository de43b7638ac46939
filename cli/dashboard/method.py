"""How emissions were found out, in words: method, grid, and the sentence that ISO/IEC 21031 asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cli.dashboard.totals import SERVE, decisions_of, grams_per_1000
from greenfraud.carbon import EmissionsRecord
from reporting.units import UNAVAILABLE, energy, grams

Records = Sequence[EmissionsRecord]
METHODS = {
    "reserved": "coefficients of the hardware held, from start to end",
    "rapl": "measured by the processor's own counters",
    "cpu_load": "modelled from processor load",
    "constant": "modelled from reserved hardware and measured time",
    "calibrated": "modelled, calibrated against a measurement",
}
OUTSIDE = "network, gateway, database, ingestion, logs and idle capacity"


def methods(records: Records) -> str:
    """The methods of records, explained."""
    return _distinct(f"{record.method} ({METHODS.get(record.method, 'unknown')})" for record in records)


def grid(records: Records) -> str:
    """Intensity of the grid with its source and date, and PUE."""
    read = {record: f", read {record.intensity_date}" if record.intensity_date else "" for record in records}
    shown = _distinct(f"{r.intensity_g_per_kwh:g} g/kWh in {r.region} ({r.intensity_source}{read[r]})" for r in records)
    return f"intensity {shown}; PUE {_distinct(f'{record.pue:g}' for record in records)}"


def sci_sentence(records: Records) -> str:
    """The Software Carbon Intensity of answering, with its boundary; what is not known is shown to be unavailable."""
    answers = [record for record in records if record.stage == SERVE]
    decisions = decisions_of(answers)
    if not decisions:
        return f"Software Carbon Intensity (ISO/IEC 21031): {UNAVAILABLE}, no decision was made yet."
    consumed = sum(record.energy_kwh * record.pue for record in answers) * 1000 / decisions
    everything = sum(record.emissions_g for record in records) * 1000 / decisions
    return (
        "Software Carbon Intensity (ISO/IEC 21031), SCI = (E · I + M) per R with R = 1,000 decisions: "
        f"E · I = {grams(grams_per_1000(answers))} CO₂e, from E = {energy(consumed)} including PUE and the location-based "
        f"{grid(answers)}. M, the embodied emissions of the hardware, is {_making(answers, decisions)} "
        "Boundary: the processor and memory that the scoring function reserves while it answers, used or not; "
        f"outside it are {OUTSIDE}. No offsets, no market-based reductions. With all training and other jobs so far "
        f"shared among the {decisions:,} decisions so far, E · I is {grams(everything)} per 1,000."
    )


def _making(answers: Records, decisions: int) -> str:
    """M per 1,000 decisions and the whole, or that it is unavailable where an earlier release has counted some of them."""
    shares = [record.embodied_g for record in answers if record.embodied_g is not None]
    if len(shares) < len(answers):
        return f"{UNAVAILABLE}, so this is the operational part."
    making = sum(shares) * 1000 / decisions
    operational = sum(record.emissions_g for record in answers) * 1000 / decisions
    return f"{grams(making)}, its share of making the server, so SCI = {grams(operational + making)} per 1,000."


def _distinct(values: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(values)) or UNAVAILABLE
