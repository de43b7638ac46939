"""What a run learned from or was judged on, as MLflow keeps it: name, place, digest, columns, rows and frauds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from greenfraud.naming import PROFILE
from training.features.late_rows import LATE_FILE
from training.model.checkpoint import ARCHIVE_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Context = Literal["training", "replay", "evaluation"]
DIGEST_CHARACTERS = 16  # MLflow takes 36 at most
BESIDE = (LATE_FILE, PROFILE, ARCHIVE_NAME)


@dataclass(frozen=True)
class Data:
    """Rows of features and labels at an address; the digest is of the file they were read from."""

    name: str
    uri: str
    digest: str
    features: Sequence[str]
    rows: int
    frauds: int

    def as_input(self, context: Context) -> Any:
        """Return MLflow's record of a run having been given this."""
        from mlflow.entities import Dataset, DatasetInput, InputTag

        columns = [*((name, "double") for name in self.features), ("is_fraud", "boolean")]
        schema = [{"name": name, "type": kind, "required": True} for name, kind in columns]
        profile = {"num_rows": self.rows, "num_elements": self.rows * len(columns), "frauds": self.frauds}
        dataset = Dataset(
            name=self.name,
            digest=self.digest,
            source_type="s3",
            source=json.dumps({"uri": self.uri}),
            schema=json.dumps({"mlflow_colspec": schema}),
            profile=json.dumps(profile),
        )
        return DatasetInput(dataset, [InputTag("mlflow.data.context", context)])


def digest_of(folder: Path) -> str:
    """Return the digest of the files of an input channel; what lies beside a chunk or a checkpoint is no part of what is named."""
    digest = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if file.is_file() and file.name not in BESIDE):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:DIGEST_CHARACTERS]
