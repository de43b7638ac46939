"""MLflow: one parent run per execution, one child per family and chunk, and the registry of models."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from greenfraud.errors import NotFound
from greenfraud.naming import execution_prefix
from training.bucket import Bucket

if TYPE_CHECKING:
    from pathlib import Path

    from training.settings import Settings

EXPERIMENT = "greenfraud"
EXECUTION_TAG = "execution"
SQLITE_WAIT_SECONDS = 60  # jobs of three families write to one file
TAG_CHARACTERS = 500


class Tracking:
    """The runs of one execution."""

    def __init__(self, settings: Settings, execution: str) -> None:
        """Remember where to write; the first use connects."""
        self._settings, self._execution = settings, execution
        self._artifacts = Bucket(settings.artifacts_bucket)
        self._document_key = f"{execution_prefix(execution)}mlflow.json"

    @cached_property
    def client(self) -> Any:
        """Return the MLflow client; without its chatter about database migrations."""
        from mlflow import MlflowClient

        for name in ("mlflow", "alembic"):  # after the import, which sets them itself
            logging.getLogger(name).setLevel(logging.ERROR)
        uri = _patient(self._settings.mlflow_tracking_uri)
        return MlflowClient(tracking_uri=uri, registry_uri=uri)

    @cached_property
    def parent_run_id(self) -> str:
        """Return the execution's run: the one on record, the one tagged so, or a new one, which goes on record.

        The features job asks first and alone, so that the families, which run in parallel, find it on record.
        """
        try:
            return str(self._artifacts.get_json(self._document_key)["run_id"])
        except NotFound:
            run_id = self._tagged_run() or self._new_run(f"execution {self._execution}", {})
            self._artifacts.put_json(self._document_key, {"run_id": run_id})
            return run_id

    def _tagged_run(self) -> str | None:
        tag = f"tags.{EXECUTION_TAG} = '{self._execution}' and tags.is_parent = 'true'"
        runs = self.client.search_runs([self.experiment_id], tag, max_results=1)
        return runs[0].info.run_id if runs else None

    def _new_run(self, name: str, tags: Mapping[str, str]) -> str:
        kind = {} if "mlflow.parentRunId" in tags else {"is_parent": "true"}
        tags = {"mlflow.runName": name, EXECUTION_TAG: self._execution, **kind, **tags}
        return str(self.client.create_run(self.experiment_id, tags=tags).info.run_id)

    @cached_property
    def experiment_id(self) -> str:
        """Return the experiment of all executions; the first one makes it."""
        experiment = self.client.get_experiment_by_name(EXPERIMENT)
        if experiment:
            return str(experiment.experiment_id)
        # A database has no place for files; an MLflow app in AWS brings its own.
        is_database = self._settings.mlflow_tracking_uri.startswith("sqlite:")
        location = f"s3://{self._settings.artifacts_bucket}/mlflow" if is_database else None
        return str(self.client.create_experiment(EXPERIMENT, artifact_location=location))

    def start_child(self, name: str, tags: Mapping[str, str]) -> str:
        """Start a run below the execution's run; returns its id."""
        return self._new_run(name, {"mlflow.parentRunId": self.parent_run_id, **tags})

    def log(self, run_id: str, parameters: Mapping[str, object], metrics: Mapping[str, float | None]) -> None:
        """Log parameters and those metrics that could be computed."""
        from mlflow.entities import Metric, Param

        now_ms = int(time.time() * 1000)
        known = [Metric(name, float(value), now_ms, 0) for name, value in metrics.items() if value is not None]
        given = [Param(name, str(value)[:TAG_CHARACTERS]) for name, value in parameters.items()]
        self.client.log_batch(run_id, metrics=known, params=given)

    def log_files(self, run_id: str, files: Sequence[Path], folder: str) -> None:
        """Attach files to a run."""
        for file in files:
            self.client.log_artifact(run_id, str(file), folder)

    def log_document(self, run_id: str, document: Mapping[str, Any], name: str) -> None:
        """Attach a JSON document to a run."""
        self.client.log_dict(run_id, dict(document), name)

    def finish(self, run_id: str, *, is_failed: bool = False) -> None:
        """End a run."""
        self.client.set_terminated(run_id, "FAILED" if is_failed else "FINISHED")


def _patient(uri: str) -> str:
    is_bare_file = uri.startswith("sqlite:") and "?" not in uri
    return f"{uri}?timeout={SQLITE_WAIT_SECONDS}" if is_bare_file else uri
