"""The function that plans an execution: what it is told of data, grid and prices, and what it may read and write."""

from __future__ import annotations

from aws_cdk import Stack
from constructs import Construct

from cdk.components.buckets import Buckets
from cdk.components.function import ServiceFunction
from cdk.components.grants import allow, allow_items, allow_listing, allow_objects
from cdk.components.layers import Layers
from cdk.components.network import Network
from cdk.components.pipeline import NAME as PIPELINE
from cdk.components.state_machines import allow_asking_of_executions
from cdk.components.tables import Tables
from cdk.settings import Settings


def plan_function(  # noqa: PLR0913
    scope: Construct, id_: str, *, settings: Settings, layers: Layers, buckets: Buckets, tables: Tables, network: Network | None
) -> ServiceFunction:
    """Return the function with its rights."""
    stores = {
        "LAKE_BUCKET": buckets.lake.bucket_name,
        "ARTIFACTS_BUCKET": buckets.artifacts.bucket_name,
        "LINEAGE_TABLE": tables.lineage.table_name,
        "LEASES_TABLE": tables.leases.table_name,
    }
    plan = ServiceFunction(
        scope,
        id_,
        name="plan",
        layers=layers,
        architecture=settings.architecture,
        memory_mb=256,
        timeout_seconds=60,
        environment={**stores, **_told(settings)},
        log_retention_days=settings.log_retention_days,
    )
    if network:
        network.run_function(plan.function)
    _allow_reading(plan, settings, buckets)
    _allow_writing(plan, buckets)
    allow_items(plan.role, ["Query"], tables.lineage)
    allow_items(plan.role, ["GetItem", "PutItem"], tables.leases)
    allow_asking_of_executions(plan.role, PIPELINE)
    return plan


def _told(settings: Settings) -> dict[str, str]:
    """What the electricity is, who foresees how clean it will be, and what it and machines cost."""
    return {
        "GRID_INTENSITY_G_PER_KWH": str(settings.grid_intensity_g_per_kwh),
        "PUE": str(settings.pue),
        "BUDGET_G_A_MONTH": str(settings.budget_g_a_month),
        "BUDGET_USD_A_MONTH": str(settings.budget_usd_a_month),
        "TRAINING_USD_AN_HOUR": str(settings.training_usd_an_hour),
        "CURRENCY": settings.currency,
        "USD_RATE": str(settings.usd_rate),
        "USD_RATE_SOURCE": settings.usd_rate_source,
        "CARBON_PRICE_A_TONNE": str(settings.carbon_price_a_tonne),
        "CARBON_PRICE_SOURCE": settings.carbon_price_source,
        "SKIP_DAYS": str(settings.skips_within_days),
        "INTENSITY_PROVIDER": settings.intensity_provider,
        "INTENSITY_ZONE": settings.intensity_zone or "none",
        "INTENSITY_SECRET": settings.intensity_secret or "none",
    }


def _allow_reading(plan: ServiceFunction, settings: Settings, buckets: Buckets) -> None:
    if settings.budget_g_a_month or settings.budget_usd_a_month:
        allow_objects(plan.role, buckets.lake, ["s3:GetObject"], "emissions/")
    if settings.intensity_secret:
        _allow_secret(plan, settings.intensity_secret)
    allow_listing(plan.role, buckets.lake, buckets.artifacts)
    allow_objects(plan.role, buckets.lake, ["s3:GetObject"], "dataset.json", "weeks.json", "quarantine/")
    if settings.skips_within_days:  # what the last weeks lost, and what earlier runs cost and brought
        allow_objects(plan.role, buckets.lake, ["s3:GetObject"], "reports/quality/")
        allow_objects(plan.role, buckets.artifacts, ["s3:GetObject"], "runs/")
    allow_objects(plan.role, buckets.artifacts, ["s3:GetObject"], "executions/*/start.json", "executions/*/report.json")


def _allow_writing(plan: ServiceFunction, buckets: Buckets) -> None:
    allow_objects(plan.role, buckets.lake, ["s3:PutObject"], "quarantine/")  # who let a chunk through, and why
    # By name: whoever may write an execution's decision.json says what is promoted.
    answers = ("plan.json", "up-to-*.manifest", "start.json", "waiting.json")
    written = ("checkpoints/*/genesis/genesis.json", *(f"executions/*/{name}" for name in answers))
    allow_objects(plan.role, buckets.artifacts, ["s3:PutObject"], *written)


def _allow_secret(plan: ServiceFunction, name: str) -> None:
    """A SecureString of the key that SSM has by itself; whoever uses another one lets the role decrypt by it."""
    parameter = Stack.of(plan).format_arn(service="ssm", resource="parameter", resource_name=name.removeprefix("/"))
    allow(plan.role, ["ssm:GetParameter"], [parameter])
