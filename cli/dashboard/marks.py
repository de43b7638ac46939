"""Points by shape: a family is told by its shape as well as by its colour."""

from __future__ import annotations

from cli.dashboard.markup import element

SHAPES = {"baseline": "circle", "light": "square", "heavy": "triangle", "rules": "dash", "serve": "circle"}
RADIUS = 4.5


def marker(series: str, x: float, y: float, *children: str, class_: str | None = None) -> str:
    """The point of `series` at a place; families without a shape of their own are diamonds."""
    shape, size = SHAPES.get(series, "diamond"), RADIUS
    if shape == "circle":
        return element("circle", *children, cx=x, cy=y, r=size, class_=class_)
    if shape == "square":
        return element(
            "rect", *children, x=x - size + 0.5, y=y - size + 0.5, width=size * 2 - 1, height=size * 2 - 1, class_=class_
        )
    if shape == "dash":
        return element("rect", *children, x=x - size - 2, y=y - 1.5, width=size * 2 + 4, height=3, class_=class_)
    corners = {
        "triangle": ((0, -size - 0.5), (size + 0.5, size - 0.5), (-size - 0.5, size - 0.5)),
        "diamond": ((0, -size - 1), (size + 1, 0), (0, size + 1), (-size - 1, 0)),
    }[shape]
    return element("polygon", *children, points=" ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners), class_=class_)
