"""Which files of the repository go into which asset, so that an edit changes the hash of what it touches alone."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Bytecode and tests never travel: they would change hashes without changing behaviour.
NOISE = ["__pycache__/", "*.pyc", "tests/", ".mypy_cache/", ".ruff_cache/", ".pytest_cache/", ".DS_Store"]


def only(*paths: str) -> list[str]:
    """Patterns, as in .gitignore, that keep nothing of the repository but these files and folders.

    >>> only("training/")[:3]
    ['/*', '!/training/', '__pycache__/']
    """
    patterns = ["/*"]
    for path in paths:
        patterns += [rule for rule in _opened(path) if rule not in patterns]
    return patterns + NOISE


def _opened(path: str) -> list[str]:
    """Git cannot re-include a file below an ignored folder: open each parent, then ignore its other children.

    >>> _opened("functions/score/")
    ['!/functions/', '/functions/*', '!/functions/score/']
    """
    parents = [str(parent) for parent in reversed(Path(path).parents) if str(parent) != "."]
    opened = [rule for parent in parents for rule in (f"!/{parent}/", f"/{parent}/*")]
    return [*opened, f"!/{path}"]
