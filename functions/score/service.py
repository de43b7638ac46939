"""Everything the API offers, composed in one place from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from functions.score.bundles import BundleSource, ModelSlot, S3Bundles
from functions.score.cost import Footprint
from functions.score.decisions import DecisionStore
from functions.score.dynamodb import clients
from functions.score.health import Health
from functions.score.labels import LabelStore
from functions.score.scoring import Context, Scorer
from functions.score.settings import Settings, runtime_memory_mb
from functions.score.state import DynamoStateReader, StateReader, Tables
from functions.score.tokens import IdTokens
from greenfraud.features.manifest import Manifest, load_manifest


@dataclass(frozen=True)
class Service:
    """The parts behind the routes."""

    manifest: Manifest
    scorer: Scorer
    decisions: DecisionStore
    labels: LabelStore
    health: Health
    tokens: IdTokens

    def summary(self) -> dict[str, Any]:
        """How the service is, and what is in production, in few words."""
        card = self.model_card()
        production = card["production"]
        return {
            "health": self.health.word(),
            "model": f"{production['family']}/{production['version']}" if production else "rules",
            **{name: card[name] for name in ("manifest_version", "revision")},
        }

    def model_card(self) -> dict[str, Any]:
        """The model that answers and where it comes from."""
        context = self.scorer.read()
        bundle = context.answering.model and context.answering.model.bundle
        return {
            **_stages(context),
            "policy": context.control.policy.to_json(),
            "manifest_version": self.manifest.version,
            "ids": "tokens" if self.tokens.are_on else "as sent",
            "features": list(bundle.feature_names) if bundle else [],
            "chunks": bundle.chunks if bundle else [],
            "metrics": bundle.metrics if bundle else {},
            "emissions": bundle.emissions if bundle else {},
            "golden_tolerance": bundle.golden_tolerance if bundle else None,
        }


def _stages(context: Context) -> dict[str, Any]:
    production, model = context.control.production, context.answering.model
    return {
        "revision": context.control.revision,
        "production": production and {"family": production.family, "version": production.version},
        "answering": model and {"family": model.bundle.family, "version": model.bundle.version},
        "degraded": context.answering.degraded,
    }


def connect(settings: Settings) -> Service:
    """The service over AWS; clients are made at first use."""
    manifest = load_manifest()
    tables = Tables(settings.control_table, settings.customer_table, settings.terminal_table)
    dynamodb = clients.DYNAMODB[settings.dynamodb_client]
    return compose(
        manifest,
        reader=DynamoStateReader(dynamodb, tables, manifest),
        bundles=S3Bundles(clients.s3, settings.artifacts_bucket),
        decisions=dynamodb,
        decisions_table=settings.decisions_table,
        footprint=Footprint(runtime_memory_mb(), settings.grid_intensity_g_per_kwh, settings.pue),
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
) -> Service:
    """The service over these parts; `decisions` makes the client of the decisions table."""
    store = DecisionStore(decisions, decisions_table)
    scorer = Scorer(manifest=manifest, reader=reader, slot=ModelSlot(bundles, manifest), store=store, footprint=footprint)

    def look() -> Context:
        tokens.key()  # without it, nothing is scored
        return scorer.read()

    return Service(manifest, scorer, store, LabelStore(decisions, decisions_table), Health(look), tokens)
