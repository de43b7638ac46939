"""The page behind a claim of Software Carbon Intensity: the figures of a platform, and how they were found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cli.carbon.accounts import Account, Records, by, per_thousand
from cli.carbon.method_page import method_page, table
from cli.emissions import SERVE
from cli.progress import grams
from greenfraud.carbon import RESERVED


def claim_page(records: Records) -> str:
    """Return the whole page: the figures of these records, then how they were found."""
    return "\n".join([*_claim(records), "", method_page()])


def _claim(records: Records) -> Iterator[str]:
    answers = [one for one in records if one.stage == SERVE]
    found = per_thousand(records)
    yield "# Software Carbon Intensity of GreenFraud"
    yield ""
    if found is None:
        yield "SCI: unavailable, no score was made yet."
        return
    yield from table(
        ("", "value"),
        [
            ("SCI = (E x I + M) per R", f"{grams(found.sci_g)} CO2e"),
            ("R, functional unit", f"1,000 scores; {found.scores:,} were made"),
            ("E, energy with PUE, per R", f"{sum(one.energy_kwh * one.pue for one in answers) * 1000 / found.scores:.3g} kWh"),
            ("I, intensity", _distinct(_intensity(one.intensity_g_per_kwh, one.intensity_year) for one in answers)),
            ("I, source", _distinct(one.intensity_source for one in answers)),
            ("E x I per R", grams(found.answering_g)),
            ("M, making of the hardware, per R", grams(found.embodied_g)),
            ("with all jobs so far, per R", grams(found.everything_g)),
            ("hardware", _distinct(one.hardware or "not on record" for one in answers)),
            ("region", _distinct(one.region for one in answers)),
            ("time", _period(answers)),
            ("method", _distinct(one.method for one in answers)),
        ],
    )
    yield ""
    head = ("stage", "records", "kWh before PUE", "E x I", "M", "estimated s", "CodeCarbon kWh")
    yield from table(head, [_row(one) for one in by(records, lambda record: record.stage)])
    if any(one.method != RESERVED for one in records):
        yield ""
        yield "Some records are of an earlier release, which counted otherwise and knew no M: with them there is no SCI."


def _row(one: Account) -> tuple[str, ...]:
    making = grams(None if one.without_embodied else one.embodied_g)
    amounts = (f"{one.energy_kwh:.3g}", grams(one.emissions_g), making, f"{one.estimated_seconds:.1f}", f"{one.measured_kwh:.3g}")
    return (one.name[0], f"{one.records:,}", *amounts)


def _intensity(g_per_kwh: float, year: int | None) -> str:
    return f"{g_per_kwh:g} g/kWh" + (f" of {year}" if year else "")


def _period(records: Records) -> str:
    moments = sorted(one.recorded_at for one in records if one.recorded_at)
    return f"{moments[0]} to {moments[-1]}" if moments else "not on record"


def _distinct(values: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(values)) or "unavailable"
