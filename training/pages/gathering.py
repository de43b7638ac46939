"""What an execution and the platform have on record, as its pages are made from it; what cannot be had is named, and left out."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, TypeVar

from greenfraud.carbon import EmissionsRecord
from greenfraud.errors import NotFound
from greenfraud.faults import told
from greenfraud.items import ledger
from greenfraud.naming import DATASET_KEY, curves_key, models_prefix, quality_key
from reporting.execution.documents import Documents
from training.job.bucket import Bucket, client

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from training.job.settings import Settings

    Document = Mapping[str, Any]

T = TypeVar("T")
WEEKS, ENTRIES = 26, 20  # the newest ones
log = logging.getLogger(__name__)


class Gathering:
    """Reads one thing after the other, and keeps account of those that could not be read."""

    def __init__(self, settings: Settings) -> None:
        """Start with nothing missing."""
        self._settings = settings
        self._artifacts, self._lake = Bucket(settings.artifacts_bucket), Bucket(settings.lake_bucket)
        self.missing: list[str] = []

    def documents(
        self,
        report: Document,
        plan: Document,
        given: Mapping[str, Document],
        trainings: Mapping[str, list[dict[str, Any]]],
        records: Sequence[Document],
    ) -> Documents:
        """Return all that the pages are made of; `given` are evaluation and decision, `records` the emissions of its jobs."""
        execution = report["execution"]
        curves = self._read("the curves behind the evaluation", lambda: self._artifacts.get_json(curves_key(execution))) or {}
        dataset = self._read("the lake's dataset.json", lambda: self._lake.get_json(DATASET_KEY)) or {}
        manifests = self._read("the bundles that were compared", lambda: self._manifests(given["evaluation"])) or {}
        weeks = self._read("the weeks that the nightly monitor has watched", self._weeks) or []
        emissions = self._read("the emissions of its jobs", lambda: [EmissionsRecord.from_json(one) for one in records]) or []
        entries = self._read("the promotion ledger", self._ledger) or []
        return Documents(
            execution=execution,
            evaluation=given["evaluation"],
            decision=given["decision"],
            report=report,
            plan=plan,
            curves=curves,
            dataset=dataset,
            trainings=trainings,
            manifests=manifests,
            emissions=emissions,
            weeks=weeks,
            ledger=entries,
            missing=self.missing,
        )

    def _read(self, what: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except Exception as error:  # a page that lacks something is better than none
            log.warning("report: %s cannot be read: %s", what, told(error))
            reason = "it is not there" if isinstance(error, NotFound) else type(error).__name__
            self.missing.append(f"{what}: {reason}")
            return None

    def _manifests(self, evaluation: Document) -> dict[str, Document]:
        names = [(one["name"], models_prefix(one["family"], one["version"])) for one in evaluation["candidates"]]
        return {name: self._artifacts.get_json(f"{prefix}manifest.json") for name, prefix in names}

    def _weeks(self) -> list[Document]:
        keys = self._lake.keys(quality_key("").removesuffix(".json"))
        return [json.loads(body) for body in self._lake.get_many(keys[-WEEKS:])]

    def _ledger(self) -> list[Document]:
        query = {**ledger.all_entries(), "ScanIndexForward": False, "Limit": ENTRIES}
        found = client("dynamodb").query(TableName=self._settings.ledger_table, **query)
        return [ledger.decode(item) for item in found["Items"]]
