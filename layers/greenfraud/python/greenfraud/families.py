"""The model families, from the smallest network to the largest; what each one is built of stands in `training`."""

from __future__ import annotations

from typing import Literal, get_args

Family = Literal["baseline", "light", "heavy"]
FAMILIES: tuple[Family, ...] = get_args(Family)
