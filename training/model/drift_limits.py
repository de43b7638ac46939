"""From when on precision says something of a chunk, and at which share of frauds chunks are compared; without torch."""

from __future__ import annotations

MINIMUM_FRAUDS = 30  # below, chance makes an average precision
STANDARD_SHARE = 0.01  # of frauds among all: precision falls with it alone, so every chunk is ranked as if it had this one
