"""What an operator may choose when synthesising, with a reason per default; `-c name=value` overrides any of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from cdk.components.source import ROOT
from cdk.kept_days import FOR_EVER, LEAST_KEPT_DAYS
from cdk.stages import STAGES
from cdk.webhook_address import fault_of

# The core's own table, read as a file: the template's app imports nothing of ours.
CURRENCIES = json.loads((ROOT / "layers/greenfraud/python/greenfraud/currencies.json").read_text(encoding="utf-8"))["digits"]
REVIEW_ABOVE = 220.0
CARBON_PRICE, USD_RATE = 75.0, 0.9605  # in EUR; their sources stand beside the settings
HOME_REGION = "eu-north-1"
ARCHITECTURES = ("arm64", "x86_64")
INTENSITY_PROVIDERS = ("profile", "electricity_maps", "watttime")
MOST_HOURS = 24  # that a run may wait for clean power
LEDGER_LOCKS = ("governance", "compliance")
DYNAMODB_CLIENTS = ("lean", "boto3")
TORCH_BACKENDS = re.compile(r"cpu|cu\d+")
GPU_INSTANCES = ("ml.g", "ml.p")
LOG_RETENTION_DAYS = (7, 30, 90, 365)
MOST_EXPLORED = 0.01  # of what would be blocked, most is fraud
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class SettingsError(ValueError):
    """A synthesis setting is missing or outside its choices."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole configuration of the stacks; the defaults are those of the stage dev."""

    stage: str = "dev"  # a trial that costs next to nothing idle, and what runs on a laptop; the other one is prod
    own_keys: bool = False  # encrypted all the same, by keys that AWS owns or manages and nobody here can withdraw
    tokenise_ids: bool = False  # customers and terminals are stored as they are sent: a demonstration one can read
    four_eyes: bool = False  # whoever proposes a rollback or a policy cannot approve it; off, who may ask may do it
    # Degraded, failing or slow answers within a day of a promotion take it back, to the model before; a canary always goes.
    automatic_rollback: bool = False
    ledger_lock: str = "governance"  # copies of the ledger: only who may bypass governance removes one before its time
    keep_ledger_days: int = 30  # for how long; a trial is torn down sooner or later
    private: bool = False  # functions and jobs without the internet; 8 USD a month per endpoint and zone, about 130 in all
    alarm_email: str | None = None  # who hears of alarms, once the address has confirmed; none: subscribe to the topic yourself
    # Where every challenge, review and block is posted to, signed; none: nothing is, and events on the bus cost a dollar a million.
    webhook_url: str | None = None
    account: str | None = None  # none: the template serves every account, the embedded one included
    currency: str = "EUR"  # what every amount is counted in; stays what it is once payments are stored
    review_above: float = REVIEW_ABOVE  # units of it; above, a person looks at any payment (the handbook's simulator, in EUR)
    # Of what the model alone would block, the share let through by chance, at most 0.01, so that learning hears the truth of it;
    # and the largest amount that may pass, in minor units. Off: what passes is fraud for the most part, and somebody pays for it.
    exploration_share: float = 0.0
    exploration_limit_minor: int = 5_000
    region: str = HOME_REGION  # of the cleanest grids AWS offers, beside Zurich
    architecture: str = "arm64"  # less energy and money per request than x86_64
    score_memory_mb: int = 1769  # exactly one vCPU
    score_requests_per_second: int = 200  # throttle of the API's stage, steady
    score_burst: int = 400  # and for a moment
    score_reserved_concurrency: int = 0  # none: a new account has 10 in all, and AWS leaves none of them to reserve
    score_dynamodb_client: str = "lean"  # a fraction of boto3's CPU per call; the other choice is boto3
    score_latency_ms: int = 1000  # the p99 that callers may wait in three periods of five minutes before somebody is woken
    training_instance_type: str = "ml.m5.large"  # two vCPUs; training jobs have no arm64 instances
    training_volume_gb: int = 30  # the disk of a training job
    training_torch_backend: str = "cpu"  # for an instance with a GPU, the CUDA of PyTorch's index that torch's pin has: cu130
    retrain_cron: str = "cron(0 1 ? * MON *)"  # Monday night, when power is cleanest and the week is complete
    retrain_deadline_hours: int = 12  # how long a scheduled run may wait for clean power
    upkeep_cron: str = "cron(0 3 * * ? *)"  # every night at three, UTC: reconciliation of the online state, skew watch
    log_retention_days: int = 30  # of functions, jobs and the API
    # How long the lake keeps its kinds, from when an object was written; 0 is for ever. Three years: fraud comes in seasons, and a
    # claim may come late. The tables forget by themselves: decisions after 400 days, states after a year, receipts after 30 days.
    keep_transactions_days: int = 1_096
    keep_labels_days: int = 1_096
    keep_releases_days: int = 1_096
    keep_decisions_days: int = 400  # as long as the table keeps them; nothing learns from them
    keep_features_days: int = 1_096  # what training was given
    keep_reports_days: int = 1_096  # what the nightly jobs found
    keep_emissions_days: int = 3_653  # nobody's: ten years of accounts
    training_overdue_days: int = 14  # the week that retrain_cron plans, and one more
    # Eight hours of machine time are 1 USD on demand; a first run over thirteen weeks takes under two.
    training_minutes_a_day: int = 480
    requests_a_day: int = 1_000_000  # 12 a second all day; about 15 USD of API, Lambda, DynamoDB and logs (an estimate)
    retain_data: bool = True  # buckets and tables outlive `cdk destroy`; false suits a trial, whose data goes with it
    # Cloud Carbon Footprint's mean for AWS; the intensity is that of the home region's grid, as greenfraud.carbon has it
    pue: float = 1.135
    grid_intensity_g_per_kwh: float = 34.91
    grid_intensity_source: str = "Ember by Our World in Data, Sweden 2024, life cycle, location-based"
    country_iso3: str = "SWE"
    # What training may emit and cost in a month, by its records; 0 for no limit. At 80 % it warns and rings, at 100 % heavy stays
    # out, at 120 % nothing is trained. An hour of a machine at the price on demand: spare capacity costs less.
    budget_g_a_month: float = 0.0
    budget_usd_a_month: float = 0.0
    training_usd_an_hour: float = 0.125
    # A run that no person asked for is skipped where it is expected to gain less than it costs, until so many days have passed
    # since the newest training; 0 for never. It ends a week before training_overdue_days, because the next schedule is a week
    # away, and the alarm would ring for what was skipped on purpose. In another currency than EUR nothing is skipped before both
    # prices below are given in its units.
    skip_days: int = 7
    carbon_price_a_tonne: float = CARBON_PRICE  # of CO2 equivalent, in units of the currency
    carbon_price_source: str = "EU allowances, mean of 2025 (Veyt, 2025 EU ETS year in review), read 2026-11-29"
    usd_rate: float = USD_RATE  # units of the currency for a US dollar
    usd_rate_source: str = "ECB reference rate of 2025-02-28, 1.0411 USD for 1 EUR"
    # Who foresees the grid's intensity, so that a scheduled run starts in the cleanest window: the profile is a model of the sun
    # over the year's mean; Electricity Maps and WattTime are asked over the internet, with a secret in a SecureString of SSM.
    intensity_provider: str = "profile"
    intensity_zone: str | None = None  # as the provider calls it; Electricity Maps' is known of a few regions
    intensity_secret: str | None = None  # the parameter's name; a token, or for WattTime user:password

    def __post_init__(self) -> None:
        if self.architecture not in ARCHITECTURES:
            raise SettingsError(f"architecture is {self.architecture!r}, choose one of {', '.join(ARCHITECTURES)}")
        if self.alarm_email is not None and not EMAIL.fullmatch(self.alarm_email):
            raise SettingsError(f"alarm_email is {self.alarm_email!r}, expected an address such as on-call@example.com")
        if self.score_reserved_concurrency < 0:
            raise SettingsError(f"score_reserved_concurrency is {self.score_reserved_concurrency}, expected 0 for none, or more")
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
        if self.webhook_url is not None and (fault := fault_of(self.webhook_url)):
            raise SettingsError(f"webhook_url is {self.webhook_url!r}, {fault}")
        self._check_money()
        self._check_exploration()
        self._check_ledger()
        self._check_intensity()
        self._check_budget()
        self._check_kept()
        if self.region != HOME_REGION and self.country_iso3 == "SWE":
            raise SettingsError(
                f"region {self.region} is not {HOME_REGION}: also give grid_intensity_g_per_kwh, "
                "grid_intensity_source and country_iso3, or its emissions would be counted on another grid"
            )

    def _check_money(self) -> None:
        if self.currency not in CURRENCIES:
            raise SettingsError(f"currency is {self.currency!r}, expected one of ISO 4217 such as EUR")
        if self.currency != "EUR" and self.review_above == REVIEW_ABOVE:
            raise SettingsError(
                f"currency is {self.currency}: also give review_above, in its units: {self.review_above:g} is meant in EUR"
            )
        if self.review_above <= 0:
            raise SettingsError(f"review_above is {self.review_above:g}, expected an amount above 0")

    def _check_exploration(self) -> None:
        if not 0.0 <= self.exploration_share <= MOST_EXPLORED:
            raise SettingsError(f"exploration_share is {self.exploration_share:g}, expected 0 for off, up to {MOST_EXPLORED:g}")
        if self.exploration_limit_minor <= 0:
            raise SettingsError(f"exploration_limit_minor is {self.exploration_limit_minor}, expected an amount above 0")
        if self.exploration_share and not self.tokenise_ids:
            raise SettingsError(
                "exploration_share needs tokenise_ids: chance is drawn by the key of the ids, "
                "or whoever chooses an id could foresee it"
            )

    def _check_ledger(self) -> None:
        if self.ledger_lock not in LEDGER_LOCKS:
            raise SettingsError(f"ledger_lock is {self.ledger_lock!r}, choose one of {', '.join(LEDGER_LOCKS)}")
        if self.keep_ledger_days < 1:
            raise SettingsError(f"keep_ledger_days is {self.keep_ledger_days}, expected 1 or more")

    def _check_intensity(self) -> None:
        provider = self.intensity_provider
        if not 0 <= self.retrain_deadline_hours <= MOST_HOURS:
            raise SettingsError(
                f"retrain_deadline_hours is {self.retrain_deadline_hours}, expected 0 for at once, up to {MOST_HOURS}"
            )
        if provider not in INTENSITY_PROVIDERS:
            raise SettingsError(f"intensity_provider is {provider!r}, choose one of {', '.join(INTENSITY_PROVIDERS)}")
        if provider == "profile":
            return
        if self.private:
            raise SettingsError(f"intensity_provider {provider} is asked over the internet, which private leaves out: use profile")
        if not self.intensity_secret:
            raise SettingsError(f"intensity_provider {provider} also needs intensity_secret, the name of an SSM parameter")
        if provider == "watttime" and not self.intensity_zone:
            raise SettingsError("intensity_provider watttime also needs intensity_zone, its grid region such as CAISO_NORTH")

    def _check_budget(self) -> None:
        if self.skip_days < 0:
            raise SettingsError(f"skip_days is {self.skip_days}, expected 0 for never, or more")
        for name in ("budget_g_a_month", "budget_usd_a_month", "training_usd_an_hour", "carbon_price_a_tonne", "usd_rate"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise SettingsError(f"{name} is {getattr(self, name)}, expected 0 or more")

    def _check_kept(self) -> None:
        for name, (least, need) in LEAST_KEPT_DAYS.items():
            if getattr(self, name) != FOR_EVER and getattr(self, name) < least:
                raise SettingsError(f"{name} is {getattr(self, name)}, expected {least} or more, or 0 for ever: {need}")

    @property
    def skips_within_days(self) -> int:
        """Until when runs are skipped, 0 for never: nobody weighs amounts of one currency with prices of another."""
        is_priced = self.currency == "EUR" or not {self.carbon_price_a_tonne, self.usd_rate} & {CARBON_PRICE, USD_RATE}
        return max(0, min(self.skip_days, self.training_overdue_days - 7)) if is_priced else 0

    @property
    def lake_days(self) -> dict[str, int]:
        """For how many days the lake keeps what lies below a prefix; what is kept for ever is not in it."""
        kept = {name.removeprefix("keep_").removesuffix("_days"): getattr(self, name) for name in LEAST_KEPT_DAYS}
        kept["releases"] = kept["transactions"]  # a release repeats its payment
        return {f"{kind}/": days for kind, days in kept.items() if days != FOR_EVER}

    @classmethod
    def from_context(cls, read: Callable[[str], Any]) -> Settings:
        """The stage's settings, and over them what CDK context gives: text from the command line takes the field's type."""
        stage = read("stage") or "dev"
        if stage not in STAGES:
            raise SettingsError(f"stage is {stage!r}, choose one of {', '.join(STAGES)}")
        given = {field.name: read(field.name) for field in fields(cls)}
        return cls(**{**STAGES[stage], **{name: _typed(name, value) for name, value in given.items() if value is not None}})


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
