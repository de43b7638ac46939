"""The wire forms, written for the API's description; the core's records are what checks them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, RootModel

from greenfraud.extras import MAXIMUM_TEXT_LENGTH
from greenfraud.features.manifest import load_manifest
from greenfraud.policy import Decision
from greenfraud.records import MAXIMUM_AMOUNT_MINOR, MAXIMUM_ID_LENGTH

Identifier = Annotated[str, Field(min_length=1, max_length=MAXIMUM_ID_LENGTH)]
AmountMinor = Annotated[int, Field(ge=0, le=MAXIMUM_AMOUNT_MINOR, description="Minor units of the currency.")]


EXTRA_COLUMNS: dict[str, dict[str, Any]] = {
    "number": {"anyOf": [{"type": "number"}, {"type": "null"}]},
    "category": {"anyOf": [{"maxLength": MAXIMUM_TEXT_LENGTH, "type": "string"}, {"type": "null"}]},
}


def _complete_transaction(schema: dict[str, Any]) -> None:
    """What a model's fields cannot say: one of two amounts, and the extra columns that the manifest declares."""
    schema["oneOf"] = [{"required": ["amount_minor"]}, {"required": ["amount"]}]
    for name, kind in load_manifest().extra_columns.items():
        schema["properties"][name] = EXTRA_COLUMNS[kind] | {"title": name.replace("_", " ").title()}


class TransactionIn(BaseModel):
    """A card transaction; give `amount_minor` or `amount`, one of the two."""

    model_config = ConfigDict(json_schema_extra=_complete_transaction)

    transaction_id: Identifier
    occurred_at: AwareDatetime
    customer_id: Identifier
    terminal_id: Identifier | None = None
    amount_minor: AmountMinor = Field(default=None)  # type: ignore[assignment]  # optional, yet never null
    amount: Annotated[str, Field(default=None, pattern=r"^\d{1,11}(\.\d{1,2})?$", examples=["12.50"])]
    currency: Annotated[str, Field(default="EUR", pattern="^[A-Z]{3}$")]


class LabelIn(BaseModel):
    """A fraud report, or the correction of one."""

    transaction_id: Identifier
    is_fraud: bool
    observed_at: AwareDatetime
    source: Identifier = "bank"


class BatchIn(RootModel[list[TransactionIn] | dict[Literal["transactions"], list[TransactionIn]]]):
    """Up to 100 transactions, as a list or under `transactions`."""


class LabelsIn(RootModel[LabelIn | list[LabelIn]]):
    """One label, or up to 100."""


class ReasonOut(BaseModel):
    """Why: a feature, its value, and what it added to the probability (null for a rule)."""

    code: str
    feature: str
    value: float | None
    contribution: float | None
    text: str


class ModelName(BaseModel):
    """Which model."""

    family: str
    version: str


class Scored(BaseModel):
    """The answer to a transaction; before any model exists `fraud_probability` and `model` are null."""

    transaction_id: str
    fraud_probability: float | None
    decision: Decision
    reasons: list[ReasonOut]
    model: ModelName | None
    policy_version: str
    features_as_of: AwareDatetime | None
    degraded: list[str]
    emissions_g: float


class Problem(BaseModel):
    """RFC 9457 problem; `field` and `reason` where a value is at fault."""

    type: str
    title: str
    status: int
    detail: str | None = None
    field: str | None = None
    reason: str | None = None


class BatchScored(BaseModel):
    """One result per transaction, in order: an answer, or a problem for that transaction alone."""

    results: list[Scored | Problem]


class Reviews(BaseModel):
    """The day's answers that ask for a person, riskiest first."""

    day: str
    reviews: list[Scored]


class LabelsTaken(BaseModel):
    """What became of each label, in order."""

    results: list[Literal["stored", "known", "correction"]]


class Health(BaseModel):
    """Whether the service answers; `degraded` when it does, but not with the model in production."""

    status: Literal["ok", "degraded", "unavailable"]


class ModelCard(BaseModel):
    """The model in production, the one that answers, and the policy."""

    revision: int
    production: ModelName | None
    answering: ModelName | None
    degraded: list[str]
    policy: dict[str, Any]
    manifest_version: str
    ids: Literal["tokens", "as sent"]
    features: list[str]
    chunks: list[str]
    metrics: dict[str, Any]
    emissions: dict[str, Any]
    golden_tolerance: float | None
