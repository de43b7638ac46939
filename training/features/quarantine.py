"""Judges the data of feature chunks when they are written, and keeps from learning what is at fault."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from greenfraud.naming import features_key, profile_key
from greenfraud.quarantine import Quarantined, put_quarantined
from training.features.chunk_profile import ChunkProfile, profiled
from training.features.data_faults import REFERENCE_CHUNKS, faults_of
from training.job.bucket import client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from greenfraud.chunks import Chunk
    from greenfraud.features.manifest import Manifest
    from greenfraud.quarantine import Quarantine
    from training.job.bucket import Bucket


class DataJudge:
    """The profiles of the lake's feature chunks, and the verdict on each; a chunk is judged once, by those before it."""

    def __init__(self, lake: Bucket, manifest: Manifest, quarantine: Quarantine) -> None:
        """List which chunks have features, and which of them a profile."""
        self._lake, self._manifest, self._quarantine = lake, manifest, quarantine
        self._keys = set(lake.keys(f"features/{manifest.version}/"))
        self._known: dict[str, ChunkProfile] = {}

    def judge(self, chunks: Sequence[Chunk]) -> list[ChunkProfile]:
        """Judge chunks that are written, in time order; returns those that are held."""
        return [profile for chunk in sorted(chunks) if (profile := self._judged(chunk.id)).is_held]

    def _judged(self, chunk: str) -> ChunkProfile:
        if profile_key(self._manifest.version, chunk) in self._keys:
            return self._as_accepted(self._profile(chunk))
        profile = self._profile(chunk)
        faults = faults_of(profile, self._before(chunk))
        return self._keep(self._as_accepted(replace(profile, faults=faults)))

    def _as_accepted(self, profile: ChunkProfile) -> ChunkProfile:
        """Return the profile with what is on record of its acceptance."""
        known = self._quarantine.get(profile.chunk)
        if not profile.is_held or known is None or known.accepted is None:
            return profile
        return self._store(replace(profile, accepted=asdict(known.accepted)))

    def _before(self, chunk: str) -> list[ChunkProfile]:
        """Return the newest profiles of chunks before one, oldest first, without those that are held."""
        written = sorted({key.split("chunk=")[1].partition("/")[0] for key in self._keys if key.endswith(".parquet")})
        found: list[ChunkProfile] = []
        for earlier in reversed([one for one in written if one < chunk]):
            profile = self._profile(earlier)
            if not profile.is_held:
                found.insert(0, profile)
            if len(found) == REFERENCE_CHUNKS:
                break
        return found

    def _profile(self, chunk: str) -> ChunkProfile:
        """Return what is on record of a chunk, or else what its file says; that alone is no verdict."""
        if chunk not in self._known:
            key = profile_key(self._manifest.version, chunk)
            if key in self._keys:
                self._known[chunk] = ChunkProfile.from_bytes(self._lake.get(key))
            else:
                body = self._lake.get(features_key(self._manifest.version, chunk))
                self._known[chunk] = profiled(pa.BufferReader(body), chunk, self._manifest.names)
        return self._known[chunk]

    def _keep(self, profile: ChunkProfile) -> ChunkProfile:
        """Store a first verdict; who accepted a chunk before stays on record."""
        if profile.is_held:
            found = Quarantined(
                chunk=profile.chunk, faults=tuple(profile.faults), found_at=datetime.now(UTC).isoformat(timespec="seconds")
            )
            put_quarantined(client("s3"), self._lake.name, found)
        return self._store(profile)

    def _store(self, profile: ChunkProfile) -> ChunkProfile:
        self._known[profile.chunk] = profile
        self._lake.put(profile_key(self._manifest.version, profile.chunk), profile.to_bytes())
        return profile
