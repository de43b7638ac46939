"""Chunks whose data are at fault: kept from learning and from judging, until somebody lets them through."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from greenfraud.errors import ContractError, InvalidInput
from greenfraud.faults import told
from greenfraud.naming import QUARANTINE, quarantine_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Who let a chunk through and why, as the starter of the `execution` told it."""

    by: str
    why: str
    execution: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One chunk, what is wrong with its data, and that somebody let it through all the same, if anybody did."""

    chunk: str
    faults: tuple[str, ...]
    found_at: str
    accepted: Accepted | None = None

    @property
    def is_held(self) -> bool:
        """Whether nobody has let it through."""
        return self.accepted is None

    @property
    def words(self) -> str:
        """All that is wrong, in one line."""
        return "; ".join(self.faults)

    def to_bytes(self) -> bytes:
        """Return the stored form."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Quarantined:
        """Read the stored form. Raises ContractError."""
        try:
            body = json.loads(content)
            accepted = body["accepted"] and Accepted(**body["accepted"])
            return cls(chunk=body["chunk"], faults=tuple(body["faults"]), found_at=body["found_at"], accepted=accepted)
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError(f"what is on record of a quarantined chunk is unusable: {told(error)}") from None


Quarantine = Mapping[str, Quarantined]


def read_quarantine(s3: Any, bucket: str) -> dict[str, Quarantined]:
    """Return every chunk that was ever found at fault, by its id. Raises ContractError."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=QUARANTINE)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    found = [Quarantined.from_bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]
    return {one.chunk: one for one in found}


def put_quarantined(s3: Any, bucket: str, one: Quarantined) -> None:
    """Store what is known of one chunk."""
    s3.put_object(Bucket=bucket, Key=quarantine_key(one.chunk), Body=one.to_bytes(), ContentType="application/json")


def held(quarantine: Quarantine) -> dict[str, Quarantined]:
    """Return those that nobody has let through."""
    return {chunk: one for chunk, one in quarantine.items() if one.is_held}


def check_accepted(accepted: tuple[str, ...], quarantine: Quarantine) -> None:
    """Refuse to let through what nothing holds. Raises InvalidInput naming the field."""
    for chunk in accepted:
        if chunk not in quarantine:
            choices = ", ".join(sorted(held(quarantine))) or "nothing"
            raise InvalidInput("accept", f"{chunk!r} is not in quarantine; {choices} is")


def check_not_held(field: str, chunks: tuple[str, ...], quarantine: Quarantine) -> None:
    """Refuse to use what is held. Raises InvalidInput naming the field."""
    for chunk in chunks:
        if chunk in held(quarantine):
            raise InvalidInput(field, f"{chunk!r} is in quarantine ({quarantine[chunk].words}); accept lets it through")
