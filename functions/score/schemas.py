"""The wire forms, written for the API's description; the core's records are what checks them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, RootModel

from greenfraud.extras import MAXIMUM_TEXT_LENGTH
from greenfraud.features.manifest import load_manifest
from greenfraud.policy import DecidedBy, Decision
from greenfraud.reasons import Direction
from greenfraud.records import CONTROL_CHARACTER, MAXIMUM_AMOUNT_MINOR, MAXIMUM_ID_LENGTH

NO_CONTROL_CHARACTER = {"not": {"pattern": CONTROL_CHARACTER.encode("unicode_escape").decode()}}
Identifier = Annotated[str, Field(min_length=1, max_length=MAXIMUM_ID_LENGTH, json_schema_extra=NO_CONTROL_CHARACTER)]
AmountMinor = Annotated[int, Field(ge=0, le=MAXIMUM_AMOUNT_MINOR, description="Minor units of the currency, by ISO 4217.")]


EXTRA_COLUMNS: dict[str, dict[str, Any]] = {
    "number": {"anyOf": [{"type": "number"}, {"type": "null"}]},
    "category": {"anyOf": [{"maxLength": MAXIMUM_TEXT_LENGTH, "type": "string"}, {"type": "null"}]},
    "entity": {
        "anyOf": [{"minLength": 1, "maxLength": MAXIMUM_ID_LENGTH, "type": "string"} | NO_CONTROL_CHARACTER, {"type": "null"}]
    },
}


def _complete_transaction(schema: dict[str, Any]) -> None:
    """What a model's fields cannot say: one of two amounts, and the extra columns that the manifest declares."""
    schema["oneOf"] = [{"required": ["amount_minor"]}, {"required": ["amount"]}]
    for name, kind in load_manifest().extra_columns.items():
        schema["properties"][name] = EXTRA_COLUMNS[kind] | {"title": name.replace("_", " ").title()}


class TransactionIn(BaseModel):
    """A card transaction; give `amount_minor` or `amount`, one of the two, in `currency`: without one, the platform's.

    Another currency is converted by the platform's table of rates, or refused. Digits after the point are those of ISO 4217.
    """

    model_config = ConfigDict(json_schema_extra=_complete_transaction)

    transaction_id: Identifier
    occurred_at: AwareDatetime
    customer_id: Identifier
    terminal_id: Identifier | None = None
    amount_minor: AmountMinor = Field(default=None)  # type: ignore[assignment]  # optional, yet never null
    amount: Annotated[str, Field(default=None, pattern=r"^\d{1,13}(\.\d{1,4})?$", examples=["12.50"])]
    currency: Annotated[str, Field(default=None, pattern="^[A-Z]{3}$", examples=["EUR"])]


class LabelIn(BaseModel):
    """A fraud report, or the correction of one; `reason_code` is the source's own, such as a chargeback's."""

    transaction_id: Identifier
    is_fraud: bool
    observed_at: AwareDatetime
    source: Identifier = "bank"
    reason_code: Identifier | None = None


class ReleaseIn(BaseModel):
    """A payment that was held for review is let go: by an analyst, or by a challenge that was passed."""

    transaction_id: Identifier
    released_at: AwareDatetime
    source: Identifier = "analyst"


class BatchIn(RootModel[list[TransactionIn] | dict[Literal["transactions"], list[TransactionIn]]]):
    """Up to 100 transactions, as a list or under `transactions`."""


class LabelsIn(RootModel[LabelIn | list[LabelIn]]):
    """One label, or up to 100."""


class ReleasesIn(RootModel[ReleaseIn | list[ReleaseIn]]):
    """One release, or up to 100."""


class ReasonOut(BaseModel):
    """Why, in a sentence. What speaks for fraud comes first, who decided it before the other; what speaks against follows.

    Of a model it is a group of features: `code` and `label` name it, `feature` and `value` are the one of them that says most, and
    `contribution` is what the group adds to the log odds of fraud. Of a rule it is a feature, without a contribution. Answers of
    earlier releases lack `direction` and `label`, and tell features in place of groups, with what they add to the probability.
    """

    code: str
    feature: str
    value: float | None
    contribution: float | None
    text: str
    direction: Direction = Field(default=None)  # type: ignore[arg-type]  # absent, yet never null
    label: str | None = Field(default=None)


class ModelName(BaseModel):
    """Which model."""

    family: str
    version: str


class Converted(BaseModel):
    """What was sent in another currency: its minor units, and the rate of the day by which it became the platform's."""

    amount_minor: int
    currency: str
    rate: str
    rate_date: date
    rates_version: str


class Explored(BaseModel):
    """How likely it was that chance let a payment through which the model would have refused."""

    propensity: float
    would_have_been: Decision


class Scored(BaseModel):
    """The answer to a transaction; where no model answers `fraud_probability` and `model` are null, and the rules decide.

    `decided_by` tells whose the decision is, the more severe one's; answers of earlier releases lack it. `exploration` is null
    but where chance let a payment through. `spoke` names every part of the policy that had something to say, as in
    `rule/large-amount`: guardrails, lists, rules, those in shadow, and as `silent/` rules that lacked the model's probability.
    """

    transaction_id: str
    fraud_probability: float | None
    decision: Decision
    decided_by: DecidedBy = Field(default=None)  # type: ignore[arg-type]  # absent, yet never null
    reasons: list[ReasonOut]
    model: ModelName | None
    policy_version: str
    features_as_of: AwareDatetime | None
    degraded: list[str]
    emissions_g: float
    converted_from: Converted | None = Field(default=None)
    exploration: Explored | None = Field(default=None)
    spoke: list[str] = Field(default=None)  # type: ignore[arg-type]  # absent in earlier releases' answers, yet never null


class Problem(BaseModel):
    """RFC 9457 problem; `field` and `reason` where a value is at fault, `retry` where the same may be sent again."""

    type: str
    title: str
    status: int
    detail: str | None = None
    field: str | None = None
    reason: str | None = None
    retry: bool | None = None


class BatchScored(BaseModel):
    """One result per transaction, in order: an answer, or a problem for that transaction alone.

    Each sees those of the batch that come before it by `occurred_at`, then `transaction_id`, and were decided: as if they had been
    sent one by one. One that was not reached in time or could not be stored is a problem with `retry`, and so are those after it of
    its customer or terminal; nothing of them was decided.
    """

    results: list[Scored | Problem]


class LabelsTaken(BaseModel):
    """What became of each label, in order."""

    results: list[Literal["stored", "known", "correction"]]


class ReleasesTaken(BaseModel):
    """What became of each release, in order; `accepted` where nothing held the payment."""

    results: list[Literal["released", "known", "accepted"]]


class Health(BaseModel):
    """Whether the service answers; `degraded` when it does, but not with all it should: model, states, control document."""

    status: Literal["ok", "degraded", "unavailable"]


class PolicyName(BaseModel):
    """Which policy. Its rules and thresholds are told by `GET /v1/production`: who may only score learns no way around them."""

    version: str
    sha256: str | None


class ModelCard(BaseModel):
    """The model in production, what answers and why, and which policy decides.

    `fallback` is the model that answers where production cannot; `answering` is null where the rules do. `degraded` names
    what is wrong: `control_missing`, or a place and the class of its fault, as in `production_lost`. `columns` are the declared
    ones that a transaction may have, each with `number`, `category` or `entity`.
    """

    revision: int
    production: ModelName | None
    fallback: ModelName | None
    answering: ModelName | None
    answered_by: Literal["production", "fallback", "rules"]
    degraded: list[str]
    policy: PolicyName
    manifest_version: str
    columns: dict[str, str]
    ids: Literal["tokens", "as sent"]
    features: list[str]
    chunks: list[str]
    metrics: dict[str, Any]
    emissions: dict[str, Any]
    golden_tolerance: float | None
