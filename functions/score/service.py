"""Everything the API offers, composed in one place from the settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from functions.score.bundles import BundleSource, ModelSlots, S3Bundles
from functions.score.context import Context
from functions.score.control import Control
from functions.score.cost import Footprint
from functions.score.decisions import DecisionStore
from functions.score.desk import Desk
from functions.score.dynamodb import clients
from functions.score.explaining import Records, explain
from functions.score.exploration import Exploration
from functions.score.health import Health
from functions.score.labels import LabelStore
from functions.score.policies import PolicySlot
from functions.score.rates import StoredRates
from functions.score.releases import ReleaseStore
from functions.score.reviews import ReviewIndex
from functions.score.scoring import Scorer
from functions.score.settings import Settings, runtime_memory_mb
from functions.score.shadow import ShadowSlot
from functions.score.state import DynamoStateReader, Entity, StateReader, Tables
from functions.score.tokens import IdTokens
from functions.score.worklist import Asked, Worklist, window
from greenfraud.control import ModelRef
from greenfraud.exchange import Exchange
from greenfraud.features.manifest import Manifest, load_manifest
from greenfraud.instants import day_of
from greenfraud.items.state import tables_of
from greenfraud.records import OURS


@dataclass(frozen=True)
class Service:
    """The parts behind the routes."""

    manifest: Manifest
    scorer: Scorer
    decisions: DecisionStore
    labels: LabelStore
    releases: ReleaseStore
    health: Health
    tokens: IdTokens
    desk: Desk
    index: ReviewIndex
    longest_call_seconds: float = 0.0  # until a call of the store that never answers has failed
    exchange: Exchange = OURS

    def summary(self) -> dict[str, Any]:
        """How the service is, and what answers, in few words."""
        card = self.model_card()
        answering = card["answering"]
        return {
            "health": self.health.word(),
            "model": f"{answering['family']}/{answering['version']}" if answering else "rules",
            **{name: card[name] for name in ("manifest_version", "revision")},
        }

    def explain(self, transaction_id: str) -> dict[str, Any]:
        """Why a transaction was decided as it was, and what became of it since. Raises NotFound, DamagedItem."""
        records = Records.of(self.decisions.records(transaction_id))
        return explain(records, self.scorer.policy_of(records.decision), self.manifest)

    def reviews(self, day: str | None, limit: int | None, *, is_all: bool) -> dict[str, Any]:
        """Today's work, or a day's, ranked by what is expected to be lost; as much as the team can do unless `limit` says more."""
        now_us = time.time_ns() // 1000
        days = window(day_of(now_us)) if day is None else [day]
        worklist = Worklist(self.index, self.manifest, self.scorer.read().deciding.policy, now_us)
        return worklist.told(Asked(days, limit, is_all))

    def model_card(self) -> dict[str, Any]:
        """What should answer, what does and why, and where that model comes from; of the policy no more than which it is."""
        context = self.scorer.read()
        bundle = context.answering.model and context.answering.model.bundle
        return {
            **_stages(context),
            "policy": {"version": context.deciding.policy.version, "sha256": context.deciding.sha256},  # its words: for operators
            "manifest_version": self.manifest.version,
            "columns": dict(self.manifest.extra_columns),
            "ids": "tokens" if self.tokens.are_on else "as sent",
            "features": list(bundle.feature_names) if bundle else [],
            "chunks": bundle.chunks if bundle else [],
            "metrics": bundle.metrics if bundle else {},
            "emissions": bundle.emissions if bundle else {},
            "golden_tolerance": bundle.golden_tolerance if bundle else None,
        }


def _stages(context: Context) -> dict[str, Any]:
    control, model = context.control, context.answering.model
    return {
        "revision": control.revision,
        "production": _name(control.production),
        "fallback": _name(control.fallback),
        "answering": model and {"family": model.bundle.family, "version": model.bundle.version},
        "answered_by": context.answering.by,
        "degraded": context.degraded,
    }


def _name(model: ModelRef | None) -> dict[str, str] | None:
    return None if model is None else {"family": model.family, "version": model.version}


def connect(settings: Settings) -> Service:
    """The service over AWS; clients are made at first use."""
    manifest, currency = load_manifest(), settings.platform_currency
    tables = Tables(settings.control_table, tables_of(manifest, settings.customer_table, settings.terminal_table))
    dynamodb = clients.DYNAMODB[settings.dynamodb_client]
    return compose(
        manifest,
        reader=DynamoStateReader(dynamodb, tables, manifest),
        bundles=S3Bundles(clients.s3, settings.artifacts_bucket),
        decisions=dynamodb,
        decisions_table=settings.decisions_table,
        footprint=Footprint(runtime_memory_mb(), settings.grid_intensity_g_per_kwh, settings.pue),
        longest_call_seconds=clients.LONGEST_CALL_SECONDS[settings.dynamodb_client],
        review_above=settings.review_above,
        exploration=(settings.exploration_share, settings.exploration_limit_minor),
        exchange=Exchange(currency, StoredRates(clients.s3, settings.artifacts_bucket, currency)),
        tokens=IdTokens(clients.secrets, settings.id_tokens),
    )


def compose(  # noqa: PLR0913
    manifest: Manifest,
    *,
    reader: StateReader,
    bundles: BundleSource,
    decisions: Callable[[], Any],
    decisions_table: str,
    footprint: Footprint,
    tokens: IdTokens,
    longest_call_seconds: float = 0.0,
    review_above: float,
    exchange: Exchange,
    exploration: tuple[float, int] = (0.0, 0),
) -> Service:
    """The service over these parts; `decisions` makes the client of the decisions table, `exploration` is share and limit."""
    store = DecisionStore(decisions, decisions_table)
    scorer = Scorer(
        manifest=manifest,
        reader=reader,
        control=Control(reader.read_copies),
        slots=ModelSlots(bundles, manifest),
        shadow=ShadowSlot(bundles, manifest),
        policy=PolicySlot(bundles, manifest, review_above=review_above),
        store=store,
        footprint=footprint,
        exploration=Exploration(*exploration, tokens.key),
    )
    releases = ReleaseStore(decisions, decisions_table)
    labels = LabelStore(decisions, decisions_table, releases)

    def look(entities: Sequence[Entity]) -> Context:
        tokens.key()  # without it, nothing is scored
        return scorer.read_entities(entities)

    desk, index = Desk(decisions, decisions_table), ReviewIndex(decisions, decisions_table)
    health = Health(look, manifest.views)
    return Service(manifest, scorer, store, labels, releases, health, tokens, desk, index, longest_call_seconds, exchange)
