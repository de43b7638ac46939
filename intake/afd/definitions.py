"""The definitions of an account as the AWS CLI prints them, one answer a file; what each may say is botocore's service model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=256)]


def _empty(value: Any) -> Any:
    return value or ()


Names = Annotated[tuple[Name, ...], BeforeValidator(_empty)]


class _Answer(BaseModel):
    """A part of an answer: keys that nobody asks for here are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_max_length=1 << 16)


class Variable(_Answer):
    """What an event or a model says under a name; `default` stands where an event does not say it."""

    name: Name
    data_type: str = Field(default="STRING", alias="dataType")
    source: str = Field(default="EVENT", alias="dataSource")
    default: str | None = Field(default=None, alias="defaultValue")
    type: str = Field(default="", alias="variableType")


class EventType(_Answer):
    """A kind of event, and the words of its labels."""

    name: Name
    labels: Names = ()


class Rule(_Answer):
    """One version of a rule, in the language DETECTORPL."""

    id: Name = Field(alias="ruleId")
    version: str = Field(default="1", alias="ruleVersion")
    detector: str = Field(default="", alias="detectorId")
    description: str = ""
    expression: str
    outcomes: Names = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from every other."""
        return self.detector, self.id, self.version


class RuleAsked(_Answer):
    """The version of a rule that a detector asks."""

    id: Name = Field(alias="ruleId")
    version: str = Field(default="1", alias="ruleVersion")
    detector: str = Field(default="", alias="detectorId")

    @property
    def key(self) -> tuple[str, str, str]:
        """The key of the rule."""
        return self.detector, self.id, self.version


class DetectorVersion(_Answer):
    """The rules of a detector in their order, and whether the first that is met answers, or all that are."""

    detector: Name = Field(alias="detectorId")
    version: str = Field(default="1", alias="detectorVersionId")
    status: str = ""
    mode: str = Field(default="FIRST_MATCHED", alias="ruleExecutionMode")
    rules: tuple[RuleAsked, ...] = ()
    external_models: Names = Field(default=(), alias="externalModelEndpoints")

    @property
    def told(self) -> str:
        """Detector and version in words."""
        return f"{self.detector} version {self.version}"


class LabelSchema(_Answer):
    """Which words of an event type are FRAUD and LEGIT to a model, and what it makes of events without a label."""

    mapper: Mapping[str, tuple[str, ...]] = Field(default_factory=dict, alias="labelMapper")
    unlabelled: str = Field(default="", alias="unlabeledEventsTreatment")


class DataSchema(_Answer):
    """What a model was trained on."""

    labels: LabelSchema = Field(default_factory=LabelSchema, alias="labelSchema")


class MetricPoint(_Answer):
    """What a threshold of a model's score catches (`tpr`), and hits among what is legitimate (`fpr`), as shares."""

    threshold: float
    fpr: float
    tpr: float


class ModelVersion(_Answer):
    """One version of a model."""

    id: Name = Field(alias="modelId")
    version: str = Field(default="1", alias="modelVersionNumber")
    status: str = ""
    data: DataSchema = Field(default_factory=DataSchema, alias="trainingDataSchema")
    points: tuple[MetricPoint, ...] = ()

    @property
    def told(self) -> str:
        """Model and version in words."""
        return f"{self.id} version {self.version}"


class ListDeclared(_Answer):
    """A list by name; what stands on it is another answer."""

    name: Name


@dataclass(kw_only=True)
class Definitions:
    """All that a folder of answers says. `unread` are files that are no such answers, and answers that are not whole, with why."""

    variables: dict[str, Variable] = field(default_factory=dict)
    event_types: dict[str, EventType] = field(default_factory=dict)
    rules: dict[tuple[str, str, str], Rule] = field(default_factory=dict)
    detectors: list[DetectorVersion] = field(default_factory=list)
    models: list[ModelVersion] = field(default_factory=list)
    lists: dict[str, ListDeclared] = field(default_factory=dict)
    elements: dict[str, tuple[str, ...]] = field(default_factory=dict)
    external_models: list[str] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)

    @property
    def labels(self) -> tuple[str, ...]:
        """The words of all event types."""
        return tuple(dict.fromkeys(word for one in self.event_types.values() for word in one.labels))
