"""A training run as a person watches it: a line per family and chunk, then the comparison and the decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.table import Table

from cli.screen import Screen
from greenfraud.money import EURO, in_words

METRIC_COLUMNS = (
    ("average_precision", "AP"),
    ("auc_roc", "AUC"),
    ("card_precision_at_100", "CP@100"),
    ("recall_at_fpr_1pct", "recall at 1 % FPR"),
)


class TrainingView:
    """Shows what an execution does; a Watcher."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._chunks: dict[str, int] = {}
        self._done: Counter[str] = Counter()

    def waiting(self, start: Mapping[str, Any]) -> None:
        """Say until when it waits, or why it does not."""
        if start["fault"]:
            self._screen.line(f"  note: {start['fault']}; {start['source']} is taken instead")
        if not start["waits"]:
            self._screen.line(f"  power: no cleaner window before {start['deadline']}, it starts at once ({start['source']})")
            return
        there = f"{start['g_per_kwh']:.0f} instead of {start['at_once_g_per_kwh']:.0f} g CO2e/kWh"
        self._screen.line(f"  power: waits until {start['start_at']}, when it is cleanest before {start['deadline']}: {there}")
        self._screen.doing(f"waiting until {start['start_at']}")

    def waited(self, saved: Mapping[str, Any]) -> None:
        """Say what that has saved, as it was foreseen and as it was."""
        if not saved["waits"]:
            return
        was = f"unavailable, {saved['unavailable']}" if saved["saved_g"] is None else f"{grams(saved['saved_g'])} CO2e"
        self._screen.line(f"  saved by waiting: {was}; foreseen {grams(saved['saved_foreseen_g'])}")

    def planned(self, plan: Mapping[str, Any]) -> None:
        """Say what will be trained and what it will be judged on."""
        for warning in plan.get("warnings", []):
            self._screen.line(f"  note: {warning}")
        self._chunks = {family["family"]: len(family["chunks"]) for family in plan.get("families", [])}
        for chunk, faults in plan.get("quarantined", {}).items():
            self._screen.line(f"  quarantine: {chunk} is left out: {'; '.join(faults)}")
        if plan.get("outcome") == "train":
            wanted = ", ".join(f"{family['family']} {_work(family['chunks'])}" for family in plan["families"])
            earlier = plan["holdout"].get("earlier", [])
            told = f"{plan['holdout']['chunk']}{f' with the {len(earlier)} weeks before it' if earlier else ''}"
            self._screen.line(f"  plan: {wanted}; holdout {told}, which nobody trains on")

    def working(self, jobs: Iterable[str]) -> None:
        """Name the running jobs on the live line."""
        done = " ".join(f"{family} {self._done[family]}/{count}" for family, count in self._chunks.items())
        self._screen.doing(f"{done}  running: {', '.join(jobs) or 'between jobs'}")

    def trained(self, result: Mapping[str, Any]) -> None:
        """One line per family and chunk."""
        family = result["family"]
        self._done[family] += 1
        if result.get("quarantined"):
            faults = "; ".join(result["quarantined"])
            self._screen.line(
                f"  {family:<9} {result['chunk']}  nothing was learned of it, its data are at fault: {faults}", style="red"
            )
            return
        precision = result.get("prequential_average_precision")
        fitted = "no frauds in it: nothing was fitted" if result.get("epochs") == 0 else f"loss {number(result['loss'], 4)}"
        self._screen.line(
            f"  {family:<9} {result['chunk']}  {self._done[family]:>2}/{self._chunks.get(family, '?')}"
            f"  {fitted}  AP before learning it {number(precision, 3)}"
            f"  {grams(result['emissions_g'])} CO2e  {result['duration_seconds']:.1f} s"
        )

    def job_failed(self, name: str, reason: str) -> None:
        """The job's own words."""
        self._screen.line(f"  ✗ {name} failed: {reason}", style="red")

    def evaluated(self, evaluation: Mapping[str, Any]) -> None:
        """The comparison on the holdout."""
        holdout = evaluation["holdout"]
        told = f"  holdout {holdout['chunk']}: {holdout['rows']:,} transactions, {holdout['frauds']:,} frauds{to_come(holdout)}"
        self._screen.line(told)
        self._screen.table(evaluation_table(evaluation))

    def decided(self, decision: Mapping[str, Any]) -> None:
        """The outcome with its reasons."""
        model = f" {decision['family']}/{decision['version']}" if decision.get("family") else ""
        self._screen.line(f"  gate: {decision['outcome']}{model}")
        for reason in decision.get("reasons", []):
            self._screen.line(f"    - {reason}")

    def left_out(self, reason: str) -> None:
        """Why nothing is in shadow, though the gate decided so."""
        self._screen.line(f"  ✗ not put in shadow: {reason}", style="red")

    def reported(self, report: Mapping[str, Any]) -> None:
        """What learning chunk by chunk saved, by family."""
        families_by_savings: dict[str, list[str]] = {}
        for family, figures in report["families"].items():
            families_by_savings.setdefault(_savings(figures["saved"]), []).append(family)
        for savings, families in families_by_savings.items():
            self._screen.line(f"  saved against a full refit of {', '.join(families)}: {savings}")


def _savings(saved: Mapping[str, Any]) -> str:
    if saved["energy_kwh"] is None:
        return f"unavailable, {saved['reason']}"
    return f"{saved['energy_kwh'] * 1e6:,.1f} mWh, {grams(saved['emissions_g'])} CO2e, {saved['duration_seconds']:,.1f} s"


def _work(jobs: Sequence[Mapping[str, Any]]) -> str:
    learned = sum(len(job["chunks"]) for job in jobs)
    return f"{learned} chunks" if learned == len(jobs) else f"{learned} chunks at once"


def to_come(holdout: Mapping[str, Any]) -> str:
    """What is known of the frauds that nobody has reported yet: every figure of the week is without them.

    >>> to_come({"frauds_to_come_share": 0.123}), to_come({})
    (', about 12 % of them not reported yet', '')
    """
    share = holdout.get("frauds_to_come_share")
    return "" if share is None else f", about {share:.0%} of them not reported yet".replace("%", " %")


def evaluation_table(evaluation: Mapping[str, Any]) -> Table:
    """Every candidate on the same holdout, rules last; cost in the currency's major unit."""
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column("  model", overflow="fold")
    for title in ("95 % of AP", *(title for _, title in METRIC_COLUMNS), "cost", "CO2e of 1,000 scores", "CO2e of training"):
        table.add_column(title, justify="right", no_wrap=True)
    candidates = [*evaluation["candidates"], evaluation.get("baseline_rules")]
    for candidate in filter(None, candidates):
        table.add_row(*_evaluation_row(candidate, evaluation.get("currency", EURO)))
    return table


def _evaluation_row(candidate: Mapping[str, Any], currency: str) -> list[str]:
    metrics = candidate.get("metrics", {})
    role = " (production)" if candidate.get("role") == "production" else ""
    cells = [f"  {candidate.get('name', 'rules')}{role}", _interval(metrics.get("average_precision", {}))]
    cells += [number(metrics.get(name, {}).get("value"), 3) for name, _ in METRIC_COLUMNS]
    cost = metrics.get("expected_cost_minor", {}).get("value")
    cells.append("-" if cost is None else in_words(round(cost), currency))
    return [*cells, grams(candidate.get("emissions_g_per_1000")), grams(candidate.get("emissions_g"))]


def _interval(metric: Mapping[str, Any]) -> str:
    return "-" if metric.get("low") is None else f"{metric['low']:.3f} to {metric['high']:.3f}"


def number(value: float | None, decimals: int) -> str:
    """A number, or a dash where it could not be computed."""
    return "-" if value is None else f"{value:.{decimals}f}"


def grams(value: float | None) -> str:
    """Grams with the unit that keeps them readable, down to micrograms."""
    if value is None:
        return "-"
    for factor, unit in ((1, "g"), (1e3, "mg"), (1e6, "µg")):
        if value * factor >= 1:
            return f"{value * factor:.2f} {unit}"
    return f"{value * 1e6:.3f} µg"
