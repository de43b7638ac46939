"""What an operator may choose when synthesising, with a reason per default; `-c name=value` overrides any of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

HOME_REGION = "eu-north-1"
ARCHITECTURES = ("arm64", "x86_64")
DYNAMODB_CLIENTS = ("lean", "boto3")
TORCH_BACKENDS = re.compile(r"cpu|cu\d+")
GPU_INSTANCES = ("ml.g", "ml.p")
LOG_RETENTION_DAYS = (7, 30, 90, 365)


class SettingsError(ValueError):
    """A synthesis setting is missing or outside its choices."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole configuration of the four stacks."""

    account: str | None = None  # none: the template serves every account, the embedded one included
    region: str = HOME_REGION  # the cleanest grid AWS offers
    architecture: str = "arm64"  # less energy and money per request than x86_64
    score_memory_mb: int = 1769  # exactly one vCPU
    score_requests_per_second: int = 200  # throttle of the API's stage, steady
    score_burst: int = 400
    score_dynamodb_client: str = "lean"  # a fraction of boto3's CPU per call; the other choice is boto3
    score_latency_ms: int = 1000  # the p99 that callers may wait in three periods of five minutes before somebody is woken
    training_instance_type: str = "ml.m5.large"  # two vCPUs; training jobs have no arm64 instances
    training_volume_gb: int = 30
    training_torch_backend: str = "cpu"  # for an instance with a GPU, the CUDA of PyTorch's index that torch's pin has: cu130
    retrain_cron: str = "cron(0 1 ? * MON *)"  # Monday night, when power is cleanest and the week is complete
    retrain_deadline_hours: int = 12  # how long a scheduled run may wait for clean power
    upkeep_cron: str = "cron(0 3 * * ? *)"  # every night at three, UTC: reconciliation of the online state, skew watch
    log_retention_days: int = 30
    training_overdue_days: int = 14  # the week that retrain_cron plans, and one more
    # Eight hours of machine time are 1 USD on demand; a first run over thirteen weeks takes under two.
    training_minutes_a_day: int = 480
    requests_a_day: int = 1_000_000  # 12 a second all day; about 15 USD of API, Lambda, DynamoDB and logs (an estimate)
    retain_data: bool = True  # buckets and tables outlive `cdk destroy`; false suits a trial, whose data goes with it
    # Cloud Carbon Footprint's coefficients for AWS; the intensity is that of the home region's grid
    pue: float = 1.135
    grid_intensity_g_per_kwh: float = 8.0
    grid_intensity_source: str = "Cloud Carbon Footprint, eu-north-1, location-based"
    country_iso3: str = "SWE"

    def __post_init__(self) -> None:
        if self.architecture not in ARCHITECTURES:
            raise SettingsError(f"architecture is {self.architecture!r}, choose one of {', '.join(ARCHITECTURES)}")
        if self.score_dynamodb_client not in DYNAMODB_CLIENTS:
            choices = ", ".join(DYNAMODB_CLIENTS)
            raise SettingsError(f"score_dynamodb_client is {self.score_dynamodb_client!r}, choose one of {choices}")
        if self.log_retention_days not in LOG_RETENTION_DAYS:
            choices = ", ".join(str(days) for days in LOG_RETENTION_DAYS)
            raise SettingsError(f"log_retention_days is {self.log_retention_days}, choose one of {choices}")
        if not TORCH_BACKENDS.fullmatch(self.training_torch_backend):
            raise SettingsError(f"training_torch_backend is {self.training_torch_backend!r}, expected cpu or a CUDA such as cu130")
        if self.training_instance_type.startswith(GPU_INSTANCES) and self.training_torch_backend == "cpu":
            raise SettingsError(
                f"training_instance_type {self.training_instance_type} has a GPU that the image would not use: "
                "also give training_torch_backend, such as cu130"
            )
        if self.region != HOME_REGION and self.country_iso3 == "SWE":
            raise SettingsError(
                f"region {self.region} is not {HOME_REGION}: also give grid_intensity_g_per_kwh, "
                "grid_intensity_source and country_iso3, or its emissions would be counted on another grid"
            )

    @classmethod
    def from_context(cls, read: Callable[[str], Any]) -> Settings:
        """Settings from CDK context; values given on the command line arrive as text and take the field's type."""
        given = {field.name: read(field.name) for field in fields(cls)}
        return cls(**{name: _typed(name, value) for name, value in given.items() if value is not None})


def _typed(name: str, value: Any) -> Any:
    default = getattr(Settings(), name)
    kind = str if default is None else type(default)
    try:
        return _truth(value) if kind is bool else kind(value)
    except ValueError as error:
        raise SettingsError(f"{name} is {value!r}, expected {kind.__name__}") from error


def _truth(value: Any) -> bool:
    """`bool("false")` would be true."""
    if str(value).lower() not in ("true", "false"):
        raise ValueError("neither true nor false")
    return str(value).lower() == "true"
