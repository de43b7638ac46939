"""What each job may be told; an unknown or malformed hyperparameter stops the job before it reads any data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from greenfraud.errors import ContractError
from greenfraud.families import Family

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SHOWN_CHARACTERS = 60  # of a wrong value: SageMaker shows 1,024 of the whole reason


class Hyperparameters(BaseModel):
    """The hyperparameter that every job has; features, materialize and report have no other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    execution: str = Field(min_length=1)

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Self:
        """Check what SageMaker passes. Raises ContractError that names each hyperparameter at fault and what it could be."""
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            faults = [cls._said(fault) for fault in error.errors(include_url=False)]
        raise ContractError("; ".join(faults))

    @classmethod
    def _said(cls, fault: ErrorDetails) -> str:
        name = fault["loc"][0]
        if fault["type"] == "extra_forbidden":
            return f"hyperparameter {name} is unknown, known are {', '.join(cls.model_fields)}"
        if fault["type"] == "missing":
            return f"hyperparameter {name} is missing"
        return f"hyperparameter {name}: {fault['msg']}, not {str(fault['input'])[:SHOWN_CHARACTERS]!r}"


class TrainHyperparameters(Hyperparameters):
    """What is told to one training job: one family on one chunk."""

    family: Family
    chunk: str
    version: str
    is_last: bool
    seed: int = 20180401  # the same data and seed give the same model
    epochs: int | None = Field(default=None, ge=1)  # None: as many as suit the family


class EvaluateHyperparameters(Hyperparameters):
    """What is told to the evaluate job."""

    holdout_chunk: str


class CompactHyperparameters(Hyperparameters):
    """What is told to the compact job."""

    minutes: int = Field(default=45, ge=0)  # no day is begun later: the job may take an hour, and what is left waits a night


class ReconcileHyperparameters(Hyperparameters):
    """What is told to the reconcile job."""

    closed_hours: int = Field(default=24, ge=1)  # only tiles that ended so long ago are taken from the lake while an item changes
    trusts_lake: bool = False  # once nothing waits to land, an operator may let the lake win where an item knows more
    landed_seconds: float | None = Field(default=None, ge=0)  # an event is in the lake so long after its state; None: as deployed
    report: str = Field(default="", pattern=r"^[\w-]{0,80}$")  # compare afterwards, and leave the result under this name
    only_compares: bool = False  # write no state


class MonitorHyperparameters(Hyperparameters):
    """What is told to the monitor job."""

    days: int = Field(default=1, ge=1, le=31)  # the last complete ones


class CompareHyperparameters(Hyperparameters):
    """What is told to the comparison with what a team runs today; money in minor units."""

    families: str = Field(min_length=1)  # separated by commas
    weeks: int = Field(default=4, ge=1)
    capacity: int = Field(default=100, ge=1)
    review_cost_minor: int = Field(ge=0)
    hindered_cost_minor: int = Field(ge=0)
    is_decision: bool = False
    seed: int = 20180401
