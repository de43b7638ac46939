"""MLflow's runs: one per execution, below it one per family and chunk."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from greenfraud.errors import ContractError, NotFound
from greenfraud.naming import mlflow_key
from training.job.bucket import Bucket

if TYPE_CHECKING:
    from training.job.settings import Settings

EXPERIMENT = "greenfraud"
EXPERIMENT_TAGS = {
    "mlflow.experimentKind": "custom_model_development",  # which pages MLflow shows first
    "mlflow.note.content": "One run per execution of the pipeline; below it, one per family and weekly chunk.",
}
EXECUTION_TAG = "execution"
SQLITE_WAIT_SECONDS = 60  # jobs of three families write to one file
TAG_CHARACTERS = 500
RUNS_PER_PAGE = 1_000
# MLflow waits two minutes for an answer and asks seven times; a job has a minute for all of it.
SHORT = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER": "false",
}


class Tracking:
    """The runs of one execution. Whatever it does may fail: callers go through `training.tracking.patience`."""

    def __init__(self, settings: Settings, execution: str) -> None:
        """Remember where to write; the first use connects."""
        self._settings, self._execution = settings, execution
        self._artifacts = Bucket(settings.artifacts_bucket)
        self._document_key = mlflow_key(execution)

    def put_on_record(self) -> None:
        """Note that there is an execution which MLflow should know of, before MLflow is asked."""
        if not self._document():
            self._artifacts.put_json(self._document_key, {"run_id": None, "opened_at": time.time(), "is_complete": False})

    def complete(self) -> None:
        """Note that MLflow knows everything of this execution."""
        self._artifacts.put_json(self._document_key, {**self._document(), "is_complete": True})

    def _document(self) -> dict[str, Any]:
        try:
            return self.document_of(self._artifacts.get(self._document_key))
        except NotFound:
            return {}

    @staticmethod
    def document_of(content: bytes) -> dict[str, Any]:
        """Read what is on record of an execution."""
        document: dict[str, Any] = json.loads(content)
        return document

    @property
    def recorded_run_id(self) -> str | None:
        """The execution's run as far as it is on record; asks no MLflow."""
        return self._document().get("run_id")

    @cached_property
    def client(self) -> Any:
        """Return the MLflow client; without its chatter about database migrations."""
        from mlflow import MlflowClient

        for name in ("mlflow", "alembic"):  # after the import, which sets them itself
            logging.getLogger(name).setLevel(logging.ERROR)
        for name, value in SHORT.items():
            os.environ.setdefault(name, value)
        uri = _patient(self._settings.mlflow_tracking_uri)
        return MlflowClient(tracking_uri=uri, registry_uri=uri)

    @cached_property
    def parent_run_id(self) -> str:
        """Return the execution's run: the one on record, the one tagged so, or a new one, which goes on record.

        Only jobs that work alone in their execution may ask: the families, which run in parallel, would each make one.
        """
        document = self._document()
        if document.get("run_id"):
            return str(document["run_id"])
        opened_at = document.get("opened_at", time.time())
        run_id = self._tagged_run() or self._new_run(f"execution {self._execution}", {}, opened_at)
        self._artifacts.put_json(self._document_key, {"opened_at": opened_at, "is_complete": False, **document, "run_id": run_id})
        return run_id

    def _tagged_run(self) -> str | None:
        tag = f"tags.{EXECUTION_TAG} = '{self._execution}' and tags.is_parent = 'true'"
        runs = self.client.search_runs([self.experiment_id], tag, max_results=1)
        return runs[0].info.run_id if runs else None

    def _new_run(self, name: str, tags: Mapping[str, str], started_at: float) -> str:
        kind = {} if "mlflow.parentRunId" in tags else {"is_parent": "true", "mlflow.source.name": "fraud-detection-pipeline"}
        tags = {"mlflow.runName": name, "mlflow.source.type": "JOB", EXECUTION_TAG: self._execution, **kind, **tags}
        run = self.client.create_run(self.experiment_id, start_time=int(1000 * started_at), tags=tags)
        if not run.info.run_id:  # a field that is not there reads as an empty one
            raise ContractError("MLflow's answer to a new run has no id")
        return str(run.info.run_id)

    @cached_property
    def experiment_id(self) -> str:
        """Return the experiment of all executions; the first one makes it."""
        experiment = self.client.get_experiment_by_name(EXPERIMENT)
        if experiment:
            return str(experiment.experiment_id)
        # A database has no place for files; an MLflow app in AWS brings its own.
        is_database = self._settings.mlflow_tracking_uri.startswith("sqlite:")
        location = f"s3://{self._settings.artifacts_bucket}/mlflow" if is_database else None
        return str(self.client.create_experiment(EXPERIMENT, artifact_location=location, tags=EXPERIMENT_TAGS))

    def children(self, parent_run_id: str, **tags: str) -> list[Any]:
        """Return the runs below the execution's, those with these tags."""
        wanted = {"mlflow.parentRunId": parent_run_id, **tags}
        text = " and ".join(f"tags.`{name}` = '{value}'" for name, value in wanted.items())
        found: list[Any] = []
        page = None
        while page is None or page.token:
            token = page.token if page else None
            page = self.client.search_runs([self.experiment_id], text, max_results=RUNS_PER_PAGE, page_token=token)
            found += page
        return found

    def new_child(self, name: str, parent_run_id: str, tags: Mapping[str, str], started_at: float) -> str:
        """Open a run below the execution's, as of `started_at` (seconds since the epoch)."""
        return self._new_run(name, {"mlflow.parentRunId": parent_run_id, **tags}, started_at)

    def discard(self, run_id: str) -> None:
        """Take a run of an interrupted attempt out of sight."""
        self.client.delete_run(run_id)

    def log(  # noqa: PLR0913
        self,
        run_id: str,
        *,
        parameters: Mapping[str, object] | None = None,
        metrics: Mapping[str, float | None] | None = None,
        history: Mapping[str, Sequence[float]] | None = None,
        tags: Mapping[str, str] | None = None,
        at: float | None = None,
    ) -> None:
        """Log parameters, tags, those metrics that could be computed, and metrics with one value per epoch, in one request.

        With the same moment `at`, in seconds since the epoch, a repeated request changes nothing.
        """
        from mlflow.entities import Metric, Param, RunTag

        now_ms = int((at or time.time()) * 1000)
        known = [Metric(name, float(value), now_ms, 0) for name, value in (metrics or {}).items() if value is not None]
        stepped = [
            Metric(name, value, now_ms, epoch) for name, values in (history or {}).items() for epoch, value in enumerate(values, 1)
        ]
        given = [Param(name, str(value)[:TAG_CHARACTERS]) for name, value in (parameters or {}).items()]
        labels = [RunTag(name, value) for name, value in (tags or {}).items()]
        self.client.log_batch(run_id, metrics=known + stepped, params=given, tags=labels)

    def log_inputs(self, run_id: str, inputs: Sequence[Any]) -> None:
        """Log the inputs of a run: dataset inputs of `training.tracking.datasets`."""
        from mlflow.exceptions import MlflowException

        try:
            self.client.log_inputs(run_id, datasets=list(inputs))
        except MlflowException:  # two families logged their common chunk at once; the second attempt finds it
            self.client.log_inputs(run_id, datasets=list(inputs))

    def log_files(self, run_id: str, files: Mapping[str, bytes], folder: str) -> None:
        """Attach files to a run, by name; none is fine."""
        with tempfile.TemporaryDirectory() as place:
            for name, content in files.items():
                (Path(place) / name).write_bytes(content)
            self.client.log_artifacts(run_id, place, folder)

    def log_document(self, run_id: str, document: Mapping[str, Any], name: str) -> None:
        """Attach a JSON document to a run."""
        self.client.log_dict(run_id, dict(document), name)

    def finish(self, run_id: str, ended_at: float | None = None) -> None:
        """End a run, as of `ended_at` in seconds since the epoch, or now."""
        self.client.set_terminated(run_id, end_time=None if ended_at is None else int(1000 * ended_at))


def _patient(uri: str) -> str:
    is_bare_file = uri.startswith("sqlite:") and "?" not in uri
    return f"{uri}?timeout={SQLITE_WAIT_SECONDS}" if is_bare_file else uri
