"""Words of labels: which are fraud and which legitimate to a model, and what events without one are taken for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake.afd.definitions import Definitions, LabelSchema
from intake.afd.told import Telling
from intake.errors import InputError
from intake.shown import shown

ACTIVE = "ACTIVE"
# What a model makes of events without a label, and where their empty words belong here.
UNLABELLED = {"FRAUD": "fraud", "LEGIT": "legitimate", "IGNORE": "not_investigated", "AUTO": "not_investigated"}


def label_sections(found: Definitions, counts: Mapping[str, int], telling: Telling) -> dict[str, Any]:
    """Return the words of dataset.toml's labels; none without a mapper. InputError where two models read words in two ways."""
    schema = _schema(found)
    if schema is None:
        telling.note(
            "no model version says which labels are fraud (get-model-version): they are told by their words, and events without a "
            'label count as legitimate. Where nobody looked at those, write not_investigated = "" under [labels] of dataset.toml'
        )
        return {}
    words = {"fraud": [*schema.mapper.get("FRAUD", ())], "legitimate": [*schema.mapper.get("LEGIT", ())]}
    mapped = {word.lower() for some in words.values() for word in some}
    others = [word for word in dict.fromkeys([*found.labels, *counts]) if word and word.lower() not in mapped]
    words["not_investigated"] = [word for word in others if word in counts]
    if words["not_investigated"]:
        told = ", ".join(f"`{shown(word)}`" for word in words["not_investigated"])
        telling.note(f"the model's mapper does not know the labels {told}: taken as not investigated, neither learned nor judged")
    words[UNLABELLED.get(schema.unlabelled, "not_investigated")].append("")
    telling.note(_unlabelled_told(schema.unlabelled))
    return {name: tuple(some) for name, some in words.items() if some}


def _unlabelled_told(treatment: str) -> str:
    if treatment in {"FRAUD", "LEGIT"}:
        return f"events without a label count as {UNLABELLED[treatment]}, as the model took them ({treatment})"
    why = "the model left them out (IGNORE)" if treatment == "IGNORE" else "what the model took them for is not told"
    return (
        f'events without a label count as not investigated: {why}. Where silence means legitimate, take "" out of not_investigated'
    )


def _schema(found: Definitions) -> LabelSchema | None:
    """Return how labels were read: by the model versions that serve, else by all."""
    mapped = [one for one in found.models if one.data.labels.mapper]
    serving = [one for one in mapped if one.status == ACTIVE] or mapped
    schemas = {repr(one.data.labels): one.data.labels for one in serving}
    if len(schemas) > 1:
        raise InputError(
            f"{' and '.join(shown(one.told) for one in serving[:4])} read labels in different ways: keep the answer of the model "
            "that is about these events alone, or say words by --fraud-value and --legitimate-value"
        )
    return next(iter(schemas.values()), None)
