"""Values of declared columns for a data set that lacks them: the same from the same seed, and some payments without."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from cli.data.dataset import Dataset
from greenfraud.features.manifest import ENTITY, Manifest

SEED = 20180401
ABSENT_SHARE = 0.03
OWN, SHARED_SHARE = 2, 0.1  # of a personal column each customer has so many values, and now and then one that others have too
CUSTOMERS_A_SHARED_VALUE = 10
COMMON_VALUES, SKEW = 1_000, 1.5  # of one that names nobody; the commonest value is in one payment of a hundred

Texts = np.ndarray[Any, np.dtype[np.str_]]


def with_columns(dataset: Dataset, manifest: Manifest) -> Dataset:
    """Return the data set with a value for each declared column that it lacks, of some payments none."""
    chance, table = np.random.default_rng(SEED), dataset.table
    customers = np.unique(table["customer_id"].to_numpy(zero_copy_only=False), return_inverse=True)[1]
    for column, kind in manifest.extra_columns.items():
        if column in table.column_names:
            continue
        values = _numbers(chance, len(customers)) if kind == "number" else _texts(chance, manifest, column, customers)
        table = table.append_column(column, pa.array(values, mask=chance.random(len(customers)) < ABSENT_SHARE))
    return replace(dataset, table=table)


def _numbers(chance: np.random.Generator, rows: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return chance.exponential(20.0, rows)


def _texts(chance: np.random.Generator, manifest: Manifest, column: str, customers: np.ndarray[Any, Any]) -> Texts:
    if manifest.extra_columns[column] != ENTITY:
        declared = [one.params["values"] for one in manifest.features if one.params.get("column") == column]
        return chance.choice([*declared[0], "none of them"], len(customers))
    if column in manifest.personal_columns:
        return _personal(chance, column, customers)
    picked = np.floor(COMMON_VALUES * chance.random(len(customers)) ** SKEW).astype(np.int64)
    return np.char.add(f"{column}-", picked.astype(str))


def _personal(chance: np.random.Generator, column: str, customers: np.ndarray[Any, Any]) -> Texts:
    own = OWN * customers + chance.integers(0, OWN, len(customers))
    shared = -1 - chance.integers(0, 1 + customers.max() // CUSTOMERS_A_SHARED_VALUE, len(customers))
    return np.char.add(f"{column}-", np.where(chance.random(len(customers)) < SHARED_SHARE, shared, own).astype(str))
