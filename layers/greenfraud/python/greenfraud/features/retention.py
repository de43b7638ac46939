"""What an entity's state keeps once an event was added: the one rule of ingestion and of a batch that looks ahead of it."""

from __future__ import annotations

from greenfraud.features.tiles import ViewState


def without_expired(state: ViewState, now_us: int) -> ViewState:
    """Return the tiles that count from the entity's newest event on: whatever order events come in, the same ones are left.

    By the wall clock `now_us` where that is earlier: one event with a clock that runs ahead must not wipe a month of tiles.
    """
    return state if state.newest_us is None else state.expire(min(state.newest_us, now_us))
