"""A card file as a stranger has it: other names, semicolons, decimal commas, a device, a channel, and what gives frauds away.

Who stole a card pays from a few devices of the thieves, others in each week, and mostly on the web; customers share no device, but
get a new one now and then.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from cli.data.world import WorldSpecification, make_world
from greenfraud.instants import DAY_US

WORLD = WorldSpecification(customers=1_200, days=43, seed=3)
HEADER = ["Buchung", "Booked At", "Card No", "Shop", "Total", "Fraud?", "Geräte-ID", "Sales Channel", "Checked"]
CHANNELS, HONEST, STOLEN = ("pos", "web", "app"), (0.6, 0.3, 0.1), (0.1, 0.8, 0.1)
OF_THIEVES, NEW_DEVICE = 0.6, 0.02  # share of frauds by their devices, and of honest payments by a device not used before
DEVICES_A_WEEK = 12

Row = tuple[str, int, str, str, int, bool, str, str]  # id, microsecond, card, shop, cents, fraud, device, channel


def card_rows() -> list[Row]:
    """The generated world with a device and a channel of each payment."""
    chance, rows, newest = np.random.default_rng(5), list[Row](), dict[str, int]()
    for row in make_world(WORLD).table.to_pylist():
        who, is_fraud, at_us = row["customer_id"], bool(row["is_fraud"]), row["occurred_us"]
        newest[who] = newest.get(who, 0) + int(chance.random() < NEW_DEVICE)
        device = f"{who}-{newest[who]}"
        if is_fraud and chance.random() < OF_THIEVES:
            device = f"D{at_us // DAY_US // 7}-{chance.integers(DEVICES_A_WEEK)}"
        channel = CHANNELS[int(chance.choice(3, p=STOLEN if is_fraud else HONEST))]
        rows.append((row["transaction_id"], at_us, who, row["terminal_id"], row["amount_minor"], is_fraud, device, channel))
    return rows


def write_cards(rows: list[Row], path: Path) -> None:
    """Write them as a bank's export might be."""
    with path.open("w", newline="", encoding="cp1252") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(HEADER)
        writer.writerows(map(_written, rows))


def _written(row: Row) -> list[Any]:
    number, at_us, card, shop, cents, is_fraud, device, channel = row
    at = datetime.fromtimestamp(at_us // 1_000_000, UTC)
    euros = f"{cents / 100:.2f}".replace(".", ",")
    return [number, f"{at:%d.%m.%Y %H:%M:%S}", card, shop, euros, "Y" if is_fraud else "N", device, channel, int(is_fraud)]
