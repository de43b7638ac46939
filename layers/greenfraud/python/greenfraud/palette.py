"""The colours of every plot: a model family looks the same on the operator's page and in MLflow."""

from __future__ import annotations

from typing import NamedTuple


class Hue(NamedTuple):
    """One colour, on a light and on a dark ground."""

    light: str
    dark: str


# In the order in which keys list them: families, what they are compared with, and work that is no family's.
HUES = {
    "baseline": Hue("#2a6fc9", "#6aa5f2"),
    "light": Hue("#0d8a6a", "#35b894"),
    "heavy": Hue("#d1551a", "#f18a55"),
    "production": Hue("#8a4fc7", "#b98af0"),
    "rules": Hue("#7d8186", "#9aa0a6"),
    "estimated": Hue("#a97a12", "#e3b85a"),  # how good production is, before labels say so
    "measured": Hue("#8a4fc7", "#b98af0"),  # and by its labels
    "shared": Hue("#b3b7bb", "#6d7378"),
    "serve": Hue("#8a4fc7", "#b98af0"),  # answers, which production gives
}
OTHER = Hue("#9b3d6e", "#d983ae")  # a family that nobody foresaw
