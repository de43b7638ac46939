"""No column of a person's data takes the name of one of ours."""

from __future__ import annotations

from greenfraud.extras import RESERVED
from training.features.chunk_file import ACCEPTED, WEIGHT
from training.features.history import LABELS, releases_schema, transactions_schema
from training.features.known_labels import JUDGED, TOLD


def test_all_names_of_the_lake_and_of_chunk_files_are_ours() -> None:
    """A second column of one name is nobody's to tell from the first."""
    ours = {*transactions_schema().names, *LABELS.names, *releases_schema().names, ACCEPTED, JUDGED, TOLD, WEIGHT}
    assert ours - RESERVED == set()
