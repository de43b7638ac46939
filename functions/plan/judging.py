"""Asks whether a run is worth it that nobody asked for, by what the buckets keep of earlier runs and of the last weeks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.plan.chain import Lineage
from functions.plan.settings import Settings
from functions.plan.worth import Past, Prices, Worth, judge_worth
from greenfraud.chunks import Coverage, chunks_between
from greenfraud.errors import ContractError
from greenfraud.naming import quality_key
from greenfraud.past_runs import read_past_runs
from greenfraud.run_request import RunRequest

NEWEST_RUNS = 8  # two months of weekly ones: what a run brings changes as a platform grows
NEWEST_WEEKS = 12  # the eight that the estimates are corrected by, and those whose labels are to come
LAST = 2  # weeks, one of which must have been looked at: that of the newest one happens in the night after it
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Judging:
    """`client` makes the client of a service."""

    settings: Settings
    client: Callable[[str], Any]

    def worth(
        self, request: RunRequest, plan: Mapping[str, Any], coverage: Coverage, lineages: Iterable[Lineage], now: datetime
    ) -> Worth | None:
        """Return the verdict on a planned run, None where it is not for us to judge: a person's, or after days without any."""
        if request.is_wished or self.settings.skip_days == 0:
            return None
        age = _age_of(lineages, now)
        if age is None or age >= self.settings.skip_days * DAY:
            words = "nothing was trained before" if age is None else f"nothing was trained for {age / DAY:.0f} days"
            return Worth(prices=self._prices(), unknown=words)
        chunks = sorted({chunk for family in plan["families"] for job in family["chunks"] for chunk in job["chunks"]})
        ended = chunks_between(coverage.first_day, coverage.as_of_us, coverage.chunk_days)
        try:
            runs, weeks = read_past_runs(self.client("s3"), self.settings.artifacts_bucket, NEWEST_RUNS), self._weeks()
            if runs and runs[-1].manifest_version != plan["manifest_version"]:  # the rules may answer until a model learns them
                return Worth(prices=self._prices(), unknown="a release has changed the features since the last run")
            trainings = sum(len(family["chunks"]) for family in plan["families"])
            newest = [chunk.id for chunk in ended[-LAST:]]
            return judge_worth(chunks, trainings, Past(runs=runs, weeks=weeks, newest=newest), self._prices())
        except (
            ContractError,
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
        ) as fault:  # a figure that cannot be read is no reason to train less
            return Worth(prices=self._prices(), unknown=f"what is kept of the past cannot be read: {type(fault).__name__}")

    def _prices(self) -> Prices:
        settings = self.settings
        return Prices(
            currency=settings.currency,
            usd_an_hour=settings.training_usd_an_hour,
            usd_rate=settings.usd_rate,
            carbon_a_tonne=settings.carbon_price_a_tonne,
            sources=(settings.usd_rate_source, settings.carbon_price_source),
        )

    def _weeks(self) -> list[dict[str, Any]]:
        s3, bucket = self.client("s3"), self.settings.lake_bucket
        prefix = quality_key("").removesuffix(".json")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = sorted(item["Key"] for page in pages for item in page.get("Contents", []))
        return [json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys[-NEWEST_WEEKS:]]


def _age_of(lineages: Iterable[Lineage], now: datetime) -> timedelta | None:
    """How long ago any family learned last."""
    trained = [datetime.fromisoformat(link.trained_at) for lineage in lineages for link in lineage.links]
    return now - max(trained) if trained else None
