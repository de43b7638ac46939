"""The wire form of an explanation, written for the API's description."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from functions.score.schemas import Scored
from greenfraud.policy import Decision

SpokenKind = Literal["guardrail", "list", "rule", "shadow", "silent"]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class PolicyThen(BaseModel):
    """The policy that decided; `sha256` is null in decisions of earlier releases. `is_known` where its rules can still be told."""

    version: str
    sha256: Sha256 | None
    is_in_force: bool
    is_known: bool


class SpokenPart(BaseModel):
    """A part of the policy that spoke; what it asked for and its sentence are null where the policy is not known any more."""

    kind: SpokenKind
    name: str
    outcome: Decision | None
    text: str | None


class FeatureThen(BaseModel):
    """A value as it was decided on, to the bit, and in words; `group` is the code of the reason that speaks of it."""

    name: str
    value: float | None
    group: str
    label: str
    text: str


class LabelSince(BaseModel):
    """A report about the payment, `taken_at` by the wall clock."""

    kind: Literal["label"]
    is_fraud: bool
    observed_at: AwareDatetime
    source: str
    reason_code: str | None
    taken_at: AwareDatetime | None


class ReleaseSince(BaseModel):
    """A held payment was let go; `accepted_at` is since when it is part of what is usual."""

    kind: Literal["release"]
    released_at: AwareDatetime | None
    accepted_at: AwareDatetime
    source: str
    taken_at: AwareDatetime | None


class Explanation(BaseModel):
    """Why a payment was decided as it was, and what became of it since. Customer and terminal are not named.

    `decided_at` is by the wall clock. `features` are empty where another manifest names them than this release's: then `unnamed`
    has the values in that manifest's order, and `remarks` say so, as they say whatever else cannot be told.
    """

    transaction_id: str
    occurred_at: AwareDatetime
    amount_minor: int
    currency: str
    decided_at: AwareDatetime | None
    control_revision: int | None
    answer: Scored
    policy: PolicyThen
    spoke: list[SpokenPart]
    since: list[LabelSince | ReleaseSince]
    manifest_version: str | None
    features: list[FeatureThen]
    unnamed: list[float | None]
    remarks: list[str]
