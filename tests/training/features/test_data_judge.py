"""By which chunks the data of a new one are judged."""

from __future__ import annotations

from dataclasses import dataclass, replace

from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import features_key, features_prefix, profile_key
from training.features.chunk_profile import ChunkProfile
from training.features.late_rows import LATE_FILE
from training.features.quarantine import DataJudge

VERSION = load_manifest().version
CHUNKS = [Chunk.parse(f"202601{day:02d}-202601{day + 7:02d}") for day in (1, 8, 15, 22)]


@dataclass
class Objects:
    """A bucket of profiles."""

    bodies: dict[str, bytes]
    name: str = "lake"

    def keys(self, prefix: str) -> list[str]:
        """Every key below a prefix."""
        return sorted(key for key in self.bodies if key.startswith(prefix))

    def get(self, key: str) -> bytes:
        """One object."""
        return self.bodies[key]

    def put(self, key: str, body: bytes) -> None:
        """Store one."""
        self.bodies[key] = body


def test_a_chunk_with_late_rows_beside_it_counts_once(monkeypatch):
    """Three chunks are too few to judge a fourth by, however many files lie with them."""
    usual = ChunkProfile(chunk="", rows=10_000, frauds=100, missing={}, varied={})
    profiles = {one.id: replace(usual, chunk=one.id) for one in CHUNKS[:-1]}
    bodies = {profile_key(VERSION, name): one.to_bytes() for name, one in profiles.items()}
    bodies |= {features_key(VERSION, one.id): b"" for one in CHUNKS}
    bodies[features_prefix(VERSION, CHUNKS[0].id) + LATE_FILE] = b""
    halved = replace(usual, chunk=CHUNKS[-1].id, rows=5_000)
    monkeypatch.setattr("training.features.quarantine.profiled", lambda *_: halved)
    monkeypatch.setattr("training.features.quarantine.put_quarantined", lambda *_: None)
    monkeypatch.setattr("training.features.quarantine.client", lambda _: None)
    lake = Objects(bodies)
    assert DataJudge(lake, load_manifest(), {}).judge(CHUNKS[-1:]) == []
    assert ChunkProfile.from_bytes(lake.get(profile_key(VERSION, CHUNKS[-1].id))).faults == []
