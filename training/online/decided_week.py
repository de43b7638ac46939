"""One week of decisions as columns: what models said, whom it alerted, and what their inputs were like; read once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from greenfraud.bundle import MANIFEST_FILE, SCORE, BundleManifest
from greenfraud.errors import NotFound
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import models_prefix
from greenfraud.outcomes import ALLOW
from training.online.covariates import CovariateCount
from training.online.decision_rows import decision_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from greenfraud.chunks import Chunk
    from training.job.bucket import Bucket

    Row = dict[str, Any]
    Model = tuple[str, str]  # family and version

ATTEMPTS = 3  # files are merged meanwhile


@dataclass
class DecidedWeek:
    """The decisions of some days, each payment once; those that no model made are only counted."""

    artifacts: Bucket
    probability: dict[str, float] = field(default_factory=dict)  # by transaction
    is_alert: list[bool] = field(default_factory=list)
    amount_minor: list[int] = field(default_factory=list)
    customer_ids: list[str] = field(default_factory=list)
    stands_for: list[float] = field(default_factory=list)  # payments refused like it, of one that chance let through
    without_model: set[str] = field(default_factory=set)
    _covariates: dict[Model, CovariateCount] = field(default_factory=dict)

    @classmethod
    def read(cls, lake: Bucket, artifacts: Bucket, chunk: Chunk) -> DecidedWeek:
        """Read the decisions of a chunk's days."""
        week = cls(artifacts)
        for day in chunk.days:
            for rows in _rows_of(lake, day):
                week.add(rows)
        return week

    def add(self, rows: list[Row]) -> None:
        """Add decisions; of one that landed twice, the first stays."""
        by_model = defaultdict(list)
        for row in rows:
            model = row.get("model")
            if model is None or row.get(SCORE) is None:
                self.without_model.add(row["transaction_id"])
            elif row["transaction_id"] not in self.probability:
                self._keep(row)
                by_model[model["family"], model["version"]].append(row)
        for model, decided in by_model.items():
            self._covariates_of(model).add(decided)

    def _keep(self, row: Row) -> None:
        self.probability[row["transaction_id"]] = row[SCORE]
        self.is_alert.append(row["decision"] != ALLOW)
        self.amount_minor.append(row["amount_minor"])
        self.customer_ids.append(row["customer_id"])
        self.stands_for.append(1.0 / row["exploration"]["propensity"] if row.get("exploration") else 1.0)

    def _covariates_of(self, model: Model) -> CovariateCount:
        if model not in self._covariates:
            self._covariates[model] = CovariateCount(self._baseline(model), load_manifest().version)
        return self._covariates[model]

    def _baseline(self, model: Model) -> Row:
        try:
            content = self.artifacts.get(models_prefix(*model) + MANIFEST_FILE)
        except NotFound:  # removed since: there is nothing to compare with
            return {}
        return BundleManifest.from_bytes(content).drift_baseline

    @property
    def explored(self) -> int:
        """How many payments chance let through."""
        return sum(weight > 1.0 for weight in self.stands_for)

    @property
    def models(self) -> list[str]:
        """The models that decided."""
        return sorted("/".join(model) for model in self._covariates)

    def covariates(self) -> Row | None:
        """Return what the model that decided most saw, against its own baseline; None where no model decided."""
        if not self._covariates:
            return None
        model, count = max(self._covariates.items(), key=lambda item: item[1].rows)
        return {"model": "/".join(model), **count.report()}


def _rows_of(lake: Bucket, day: date) -> Iterator[list[Row]]:
    """Yield a day's decisions; where files are merged meanwhile, from the beginning."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            yield from decision_rows(lake, day)
        except NotFound:
            if attempt == ATTEMPTS:
                raise
        else:
            return
