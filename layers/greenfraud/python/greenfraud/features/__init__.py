"""The feature algebra: windows over tiles, the compiled manifest, and its interpreter."""

from __future__ import annotations
