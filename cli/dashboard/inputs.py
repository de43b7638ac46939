"""Gathering what the page is made of, from the platform while it is up, else from what it saved."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.dashboard.archive import (
    Outputs,
    read_dataset,
    read_executions,
    read_ledger,
    read_lineage_grams,
    read_quality,
    read_quarantine,
    saved_store,
)
from cli.dashboard.emissions_file import read_csv
from cli.dashboard.mlflow_runs import MlflowRun, read_runs
from cli.dashboard.stores import PlatformStore, SavedStore, Store
from cli.emissions import CSV, read_emissions, write_csv
from cli.errors import CommandError
from cli.record import read_json_file
from cli.target import SERVING_FILE, NothingIsUp, Target, find_target
from greenfraud.carbon import EmissionsRecord
from greenfraud.quarantine import Quarantined

STATE = Path(".local/state")
DATABASE = Path("mlflow/mlflow.db")
REMEDY = "`make run` makes it"


@dataclass(frozen=True)
class Inputs:
    """All facts of the page; `missing` says in words what could not be had."""

    emissions: Sequence[EmissionsRecord]
    ledger: Sequence[dict[str, Any]]
    executions: dict[str, Outputs]
    lineage_grams: dict[str, float]
    runs: Sequence[MlflowRun]
    dataset: dict[str, Any]
    sources: Sequence[str]
    missing: Sequence[str]
    weeks: Sequence[dict[str, Any]] = ()  # as production lived them: estimated, and measured
    quarantine: Sequence[Quarantined] = ()


def inputs_from_aws(target: Target) -> Inputs:
    """What the platform in an AWS account knows; MLflow's runs stay in its MLflow app."""
    records = read_emissions(target)
    if not records:
        raise CommandError("the lake holds no emissions yet. Start the pipeline first: greenfraud retrain --aws")
    missing = ["MLflow's runs: on AWS they are seen in its MLflow app"]
    return _inputs(records, "emissions/ in the lake", PlatformStore(target), [], missing)


def inputs_from_here() -> Inputs:
    """What this machine knows. CommandError naming `make run` when nothing has ever run here."""
    target = target_that_answers()
    if target is not None and (found := read_emissions(target)):
        write_csv(found)
    records = read_csv(CSV)
    executions = {record.version[-8:] for record in records if record.version}
    store: Store | None = PlatformStore(target) if target else saved_store(STATE, executions)
    if store is None:
        nothing = [f"the promotion ledger: there is no saved state in {STATE}; {REMEDY}", f"MLflow's runs: likewise; {REMEDY}"]
        return Inputs(records, [], {}, {}, [], {}, [str(CSV)], nothing)
    runs, missing = _runs_of(store)
    return _inputs(records, str(CSV), store, runs, missing)


def _inputs(records: Sequence[EmissionsRecord], file: str, store: Store, runs: Sequence[MlflowRun], missing: list[str]) -> Inputs:
    executions = read_executions(store)
    trained = {record.version[-8:] for record in records if record.version}
    if executions and trained and not trained & {key[:8] for key in executions}:
        missing.append(f"{file} tells of other executions than {store.name}: they belong to different data sets")
    sources = [file, f"ledger and evaluations: {store.name}", *(["MLflow"] if runs else [])]
    grams, dataset = read_lineage_grams(store), read_dataset(store)
    lived = (read_quality(store), read_quarantine(store))
    return Inputs(records, read_ledger(store), executions, grams, runs, dataset, sources, missing, *lived)


def target_that_answers() -> Target | None:
    """The platform on this machine, if it is up."""
    try:
        target = find_target(aws=False)
    except NothingIsUp:
        return None
    try:
        target.outputs  # noqa: B018 - asks, and fails where nobody answers
    except (CommandError, ClientError, BotoCoreError):
        return None
    return target


def _runs_of(store: Store) -> tuple[list[MlflowRun], list[str]]:
    folder = store.folder if isinstance(store, SavedStore) else Path(read_json_file(SERVING_FILE).get("state", ""))
    database = folder / DATABASE
    try:
        return read_runs(database), []
    except (OSError, sqlite3.Error) as error:
        return [], [f"MLflow's runs: {database} cannot be read ({error}); {REMEDY}"]
