"""Entries of the ledger about models: who made a change, and what it left; neither an account nor a person's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from greenfraud.errors import ContractError
from greenfraud.items.ledger import CANARY, PROMOTE, ROLL_BACK, SHADOW, document_of
from greenfraud.policy import DEFAULT_POLICY

Entry = Mapping[str, Any]
Maker = Literal["the pipeline", "the guard", "hand", "nobody knows whom"]
OF_MODELS = (PROMOTE, ROLL_BACK, SHADOW, CANARY)  # of an entry about the policy little is told: it may name people
UNTOLD = "a policy that the entry does not tell"


def about_models(entries: Sequence[Entry]) -> list[Entry]:
    """Those that changed which models serve."""
    return [entry for entry in entries if entry["verb"] in OF_MODELS]


def made_by(entry: Entry) -> Maker:
    """Who made a change: the pipeline in the name of an execution, the guard in that of its alarm, else a person by hand.

    >>> made_by({"actor": "arn:aws:cloudwatch:eu-north-1:1:alarm:Slow"}), made_by({"actor": "arn:aws:iam::1:user/x"}), made_by({})
    ('the guard', 'hand', 'nobody knows whom')
    """
    if entry.get("execution"):
        return "the pipeline"
    if not entry.get("actor"):
        return "nobody knows whom"
    return "the guard" if str(entry["actor"]).split(":")[2:3] == ["cloudwatch"] else "hand"


def place_of(name: str, entry: Entry) -> str:
    """What a model, family/version, does after a change, in words."""
    control = entry.get("control") or {}
    stages = {stage: control.get(stage) for stage in ("canary", "shadow", "fallback")} | {"production": entry["production"]}
    found = [stage for stage, model in stages.items() if model and f"{model['family']}/{model['version']}" == name]
    told = {
        "production": "it answers",
        "canary": f"it answers {control.get('canary_percent')} % of the customers",
        "shadow": "it scores in shadow",
        "fallback": "it is the fallback",
    }
    return next((words for stage, words in told.items() if stage in found), "it has no place")


def policy_of(entry: Entry) -> str:
    """By which policy was decided after a change, in words: the applied one, where there is one, as scoring obeys it."""
    if not entry.get("control"):
        return UNTOLD
    try:
        document = document_of(entry)
    except ContractError:
        return UNTOLD
    applied = document.policy_object
    if applied is not None:
        return f"policy {applied.version}, SHA-256 {applied.sha256}"
    if document.policy == DEFAULT_POLICY:
        return f"the release's default policy, which is {DEFAULT_POLICY.version} in this one"
    return f"policy {document.policy.version}"
