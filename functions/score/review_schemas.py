"""The wire forms of the review desk, written for the API's description; `review_action` checks what is asked."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, RootModel

from functions.score.schemas import AmountMinor, Scored
from greenfraud.items.casework import MOST_NOTE, MOST_NOTES


class ClaimIn(BaseModel):
    """Take it for an hour, or for an hour more; nobody else can decide it meanwhile. Or give it back."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["claim", "unclaim"]


class NoteIn(BaseModel):
    """Write down something about it, in one line of printable characters; up to 10 notes are kept."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["note"]
    text: Annotated[str, Field(min_length=1, max_length=MOST_NOTE)]


class DecideIn(BaseModel):
    """Say what it is. It becomes a label of the source `review`, observed now, and `release` lets go what was held.

    What was declined is never accepted: of such a payment `release` is the label alone, that it was legitimate.
    """

    model_config = ConfigDict(extra="forbid")

    action: Literal["decide"]
    decision: Literal["release", "confirm_fraud"]


class ReviewActionIn(RootModel[ClaimIn | NoteIn | DecideIn]):
    """What whoever signed the request does; who that is, is never in the body."""


class ClaimOut(BaseModel):
    """Who has it, since when, and when the claim ends by itself."""

    by: str
    since: AwareDatetime
    until: AwareDatetime


class NoteOut(BaseModel):
    """What somebody wrote."""

    by: str
    at: AwareDatetime
    text: str


class DecidedOut(BaseModel):
    """As what it was decided, by which person, or by which source of a label or a release that came another way."""

    as_: Literal["fraud", "legitimate", "released"] = Field(alias="as")
    by: str
    at: AwareDatetime


class State(BaseModel):
    """Where a doubt stands."""

    state: Literal["open", "claimed", "decided"]
    claim: ClaimOut | None
    notes: Annotated[list[NoteOut], Field(max_length=MOST_NOTES)]
    decided: DecidedOut | None


class Review(State):
    """A doubt after an action. What a decision wrote: `label` stored, or known before; `release` too, null where none belongs."""

    transaction_id: str
    label: Literal["stored", "known"] | None
    release: Literal["released", "known"] | None


class Known(BaseModel):
    """What was known of the customer when it was decided: a feature, its value, and a sentence."""

    name: str
    value: float | None
    text: str


class Listed(Scored, State):
    """An answer that asks for a person, what it was about, what is at stake, and where it stands.

    `expected_loss_minor` is the probability of the mistake times `at_stake_minor`: of a held payment that it is a fraud, of a
    declined one that it is none. Where no model answered it is null, and the payment ranks by all that is at stake.
    """

    occurred_at: AwareDatetime
    amount_minor: AmountMinor
    currency: str
    customer_id: str
    terminal_id: str | None
    usual: list[Known]
    expected_loss_minor: float | None
    at_stake_minor: float


class Reviews(BaseModel):
    """Doubts of the days from `since` to `day`, what is expected to lose most first; `more` where the list goes on.

    The list may also go on where nobody looked further: no more than 2,000 are looked at, and some of them may be decided already.
    `capacity` is what the team can do in a day, as the policy in force says; null where it does not.
    """

    day: date
    since: date
    capacity: int | None
    more: bool
    reviews: list[Listed]
