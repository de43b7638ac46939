"""A folder of the AWS CLI's answers read: each file is known by its keys, whatever it is called."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from intake.afd.definitions import (
    Definitions,
    DetectorVersion,
    EventType,
    ListDeclared,
    ModelVersion,
    Rule,
    Variable,
)
from intake.errors import InputError
from intake.shown import shown

MOST_FILES, MOST_BYTES = 500, 16 << 20
REST = "there is more of it (nextToken): ask for the rest with --next-token, and keep that answer as another file"
STRANGE = "no answer of Amazon Fraud Detector that is known here"
# Answers without anything that could come along: their parts are told by the answers about rules, lists and variables.
NOTHING = ("detectors", "models", "entityTypes", "labels", "outcomes", "detectorVersionSummaries")
Part = TypeVar("Part", bound=BaseModel)
Into = Callable[[Definitions, Mapping[str, Any], "_File"], None]


def read_definitions(folder: Path) -> Definitions:
    """Read every JSON file of a folder. InputError names the file that cannot be read and the key that is not what it should be."""
    if not folder.is_dir():
        raise InputError(f"--from-afd: {folder} is no folder. Name the one with the definitions as the AWS CLI printed them")
    paths = sorted(path for path in folder.iterdir() if path.suffix == ".json" and path.is_file())
    if len(paths) > MOST_FILES:
        raise InputError(
            f"--from-afd: {folder} has {len(paths):,} JSON files, more than {MOST_FILES}: keep the definitions alone there"
        )
    found = Definitions(unread=[] if paths else [(shown(folder.name), "it has no file whose name ends in .json")])
    for path in paths:
        _File(path).read_into(found)
    return found


class _File:
    """One answer."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, shown(path.name)

    def read_into(self, found: Definitions) -> None:
        body = self._body()
        known = [take for keys, take in ANSWERS if isinstance(body, dict) and all(key in body for key in keys)]
        if not known:
            if not (isinstance(body, dict) and any(key in body for key in NOTHING)):
                found.unread.append((self.name, STRANGE))
            return
        known[0](found, body, self)
        if body.get("nextToken"):
            found.unread.append((self.name, REST))

    def _body(self) -> Any:
        try:
            if self.path.stat().st_size > MOST_BYTES:
                raise InputError(f"{self.name} is larger than {MOST_BYTES >> 20} MiB: no answer of definitions is")
            return json.loads(self.path.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise InputError(f"{self.name} cannot be read: {error.strerror}. Check its permissions") from None
        except (ValueError, RecursionError):
            raise InputError(f"{self.name} is no JSON. Write it anew: aws frauddetector ... > {self.name}") from None

    def parts(self, found: Any, kind: type[Part]) -> list[Part]:
        """The parts of an answer. InputError names file, key and value."""
        if not isinstance(found, list):
            raise InputError(f"{self.name}: a list should stand where {kind.__name__} are told. Write the file anew")
        return [self.part(one, kind) for one in found]

    def part(self, found: Any, kind: type[Part]) -> Part:
        """One part of an answer. InputError names file, key and what is wrong with it."""
        try:
            return kind.model_validate(found)
        except ValidationError as error:
            fault = error.errors()[0]
            key = ".".join(str(one) for one in fault["loc"])
            raise InputError(
                f"{self.name}: {kind.__name__}, key `{shown(key)}`: {shown(fault['msg'])}. Write the file anew"
            ) from None


def _variables(found: Definitions, body: Mapping[str, Any], file: _File) -> None:
    found.variables |= {one.name: one for one in file.parts(body["variables"], Variable)}


def _event_types(found: Definitions, body: Mapping[str, Any], file: _File) -> None:
    found.event_types |= {one.name: one for one in file.parts(body["eventTypes"], EventType)}


def _rules(found: Definitions, body: Mapping[str, Any], file: _File) -> None:
    found.rules |= {one.key: one for one in file.parts(body["ruleDetails"], Rule)}


def _detector(found: Definitions, body: Mapping[str, Any], file: _File) -> None:
    found.detectors.append(file.part(body, DetectorVersion))


def _model(found: Definitions, body: Mapping[str, Any], file: _File) -> None:
    one = file.part({**body, "points": points_of(body)}, ModelVersion)
    others = [model for model in found.models if model.told != one.told]
    # get-model-version and describe-model-versions tell of the same model, one with points and the other without.
    known = [model for model in found.models if model.told == one.told and model.points]
    found.models = [*others, known[0] if known and not one.points else one]


def _models(found: Definitions, body: Mapping[str, Any], file: _File) -> None:
    if not isinstance(body["modelVersionDetails"], list):
        raise InputError(f"{file.name}: modelVersionDetails should be a list. Write the file anew")
    for one in body["modelVersionDetails"]:
        if isinstance(one, dict):
            _model(found, one, file)


def _lists(found: Definitions, body: Mapping[str, Any], file: _File) -> None:
    found.lists |= {one.name: one for one in file.parts(body["lists"], ListDeclared)}


def _elements(found: Definitions, body: Mapping[str, Any], file: _File) -> None:
    """Elements do not say whose they are: the file's name does, also as NAME-2 for what came later."""
    elements = body["elements"]
    if not isinstance(elements, list) or not all(isinstance(one, str) for one in elements):
        raise InputError(f"{file.name}: elements should be a list of texts. Write the file anew")
    name = file.path.stem.partition("-")[0]
    found.elements[name] = (*found.elements.get(name, ()), *elements)


def _external(found: Definitions, body: Mapping[str, Any], file: _File) -> None:
    models = body["externalModels"] if isinstance(body["externalModels"], list) else []
    found.external_models += [shown(str(one.get("modelEndpoint", file.name))) for one in models if isinstance(one, dict)]


def points_of(body: Mapping[str, Any]) -> list[Any]:
    """Return the points of whichever training result a model version tells, of any type; none where it tells none."""
    metrics = [_at(body, "trainingResult", "trainingMetrics")]
    second = _at(body, "trainingResultV2", "trainingMetricsV2")
    metrics += [_at(second, kind) for kind in ("ofi", "tfi")]
    found = [points for one in metrics if isinstance(points := one.get("metricDataPoints"), list)]
    return found[0] if found else []


def _at(body: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    for key in keys:
        inner = body.get(key)
        body = inner if isinstance(inner, dict) else {}
    return body


ANSWERS: tuple[tuple[tuple[str, ...], Into], ...] = (
    (("detectorVersionId", "rules"), _detector),
    (("modelVersionDetails",), _models),
    (("modelVersionNumber", "modelId"), _model),
    (("ruleDetails",), _rules),
    (("variables",), _variables),
    (("eventTypes",), _event_types),
    (("lists",), _lists),
    (("elements",), _elements),
    (("externalModels",), _external),
)
