"""What executions and promotions left behind, read from wherever it is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.dashboard.stores import SavedStore, Store
from cli.errors import CommandError
from greenfraud.errors import ContractError
from greenfraud.naming import DATASET_KEY, QUARANTINE, quality_key
from greenfraud.quarantine import Quarantined

EXECUTIONS, MODELS = "executions/", "models/"
DOCUMENTS = ("evaluation.json", "decision.json", "report.json")
MANIFEST = "/manifest.json"


@dataclass
class Outputs:
    """The small documents of one execution by name, and when the last of them was written."""

    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    written_at: datetime | None = None


def read_ledger(store: Store) -> list[dict[str, Any]]:
    """Every change of what is in production, oldest first."""
    return sorted(store.ledger(), key=lambda entry: int(entry["revision"]))


def read_executions(store: Store) -> dict[str, Outputs]:
    """What each execution left behind, by its 12 digits."""
    found = {key: at for key, at in store.keys("artifacts", EXECUTIONS).items() if key.endswith(DOCUMENTS)}
    executions: dict[str, Outputs] = {}
    for (key, at), document in zip(found.items(), store.read("artifacts", found), strict=True):
        execution, _, name = key.removeprefix(EXECUTIONS).partition("/")
        if name in DOCUMENTS and isinstance(document, dict):
            outputs = executions.setdefault(execution, Outputs())
            outputs.documents[name.removesuffix(".json")] = document
            outputs.written_at = max(filter(None, (outputs.written_at, at)), default=None)
    return executions


def read_lineage_grams(store: Store) -> dict[str, float]:
    """Grams of training each model and all its ancestors, by `family/version`, as its bundle says."""
    keys = [key for key in store.keys("artifacts", MODELS) if key.endswith(MANIFEST)]
    bundles = zip(keys, store.read("artifacts", keys), strict=True)
    names = {key.removeprefix(MODELS).removesuffix(MANIFEST): bundle for key, bundle in bundles if bundle}
    spent = {name: ((bundle.get("emissions") or {}).get("lineage") or {}).get("emissions_g") for name, bundle in names.items()}
    return {name: grams for name, grams in spent.items() if grams is not None}


def read_dataset(store: Store) -> dict[str, Any]:
    """The lake's `dataset.json`; empty when nothing was imported."""
    (document,) = store.read("lake", [DATASET_KEY])
    return document or {}


def read_quality(store: Store) -> list[dict[str, Any]]:
    """What is estimated and measured of each week, in time order."""
    return _documents(store, quality_key("").removesuffix(".json"))


def read_quarantine(store: Store) -> list[Quarantined]:
    """Every chunk that was ever found at fault, in time order. CommandError where what is on record of one is unusable."""
    try:
        return [Quarantined.from_bytes(json.dumps(document).encode()) for document in _documents(store, QUARANTINE)]
    except ContractError as error:
        raise CommandError(f"{QUARANTINE} in the lake: {error}") from None


def _documents(store: Store, prefix: str) -> list[dict[str, Any]]:
    keys = sorted(store.keys("lake", prefix))
    return [document for document in store.read("lake", keys) if document]


def saved_store(root: Path, executions: set[str]) -> SavedStore | None:
    """The saved state below `root` that knows one of `executions` (8 digits each), else the newest; None without any."""
    folders = sorted(root.glob("*/dynamodb"), key=lambda folder: folder.stat().st_mtime, reverse=True)
    stores = [SavedStore(folder.parent) for folder in folders]
    ours = (store for store in stores if executions & {key[:8] for key in read_executions(store)})
    return next(ours, stores[0] if stores else None)
