"""What a run works on: the generated world, or a person's own file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from cli.data.dataset import Dataset
from cli.data.importing import ImportOptions, load_file, source_identity
from cli.data.world import WorldSpecification, make_world
from greenfraud.money import EURO


class Source(Protocol):
    """A data set that is made or read only when it is needed."""

    @property
    def identity(self) -> str:
        """What tells this data set from every other; names the folder of its state."""

    @property
    def sha256(self) -> str:
        """sha256 of what it comes from."""

    @property
    def description(self) -> str:
        """What it is, for a person."""

    def load(self) -> Dataset:
        """The data set. InputError when it cannot be used."""


@dataclass(frozen=True)
class WorldSource:
    """The generated world; its amounts are numbers, counted in the platform's currency."""

    specification: WorldSpecification
    currency: str = EURO

    @property
    def identity(self) -> str:
        """The world's name, and the currency where that is not the usual one: states cannot be counted in two."""
        name = self.specification.name
        return name if self.currency == EURO else f"{name}-{self.currency}"

    @property
    def sha256(self) -> str:
        """sha256 of the specification."""
        return self.specification.sha256

    @property
    def description(self) -> str:
        """Size and seed."""
        world = self.specification
        changes = f", other frauds from {world.fraud_changes_on} on" if world.fraud_changes_on else ""
        size = f"{world.customers:,} customers, {world.terminals:,} terminals, {world.days} days"
        return f"a world of {size} (seed {world.seed}){changes}"

    def load(self) -> Dataset:
        """Make it."""
        return replace(make_world(self.specification), currency=self.currency)


class FileSource:
    """A Parquet or CSV file."""

    def __init__(self, path: Path, options: ImportOptions, note: Callable[[str], None]) -> None:
        self.sha256 = source_identity(path, options)
        self._path, self._options, self._note = path, options, note

    @property
    def identity(self) -> str:
        """The first 12 digits of the sha256."""
        return self.sha256[:12]

    @property
    def description(self) -> str:
        """The file."""
        return str(self._path)

    def load(self) -> Dataset:
        """Read and check it."""
        return load_file(self._path, self._options, note=self._note)
