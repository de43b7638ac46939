"""What a stranger's file may be like: encodings, names, forms of times and money, words of labels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

START = datetime(2025, 1, 1, tzinfo=UTC)
SERIAL_START = datetime(1899, 12, 30, tzinfo=UTC)
SCRIPTS = {
    "utf-8": "Zoë 山田",
    "utf-8-sig": "Zoë 山田",
    "utf-16": "Zoë 山田",
    "utf-16-le": "Zoe Ltd",
    "cp1252": "Müller Café",
    "latin-1": "Müller Café",
    "cp949": "김철수 상점",
    "shift_jis": "やまだ さん",
    "ascii": 'Smith, "Joe"',
}
NAMES = {
    "transaction_id": ["transaction_id", "TransactionID", "trans_num", "Order ID", "id", "Nr"],
    "occurred_at": ["occurred_at", "Transaction Date", "timestamp", "created_at", "When", "Datum"],
    "customer_id": ["customer_id", "cc_num", "Client's id", "user", "account", "Kunde"],
    "terminal_id": ["terminal_id", "merchant", "nameDest", "Store", "Händler"],
    "amount": ["amount", "amt", "Amount, gross", "price", "Betrag", "total"],
    "is_fraud": ["is_fraud", "isFraud", "Fraud?", "Class", "label", "Chargeback"],
}
WRITTEN = {
    "iso_z": "%Y-%m-%dT%H:%M:%SZ",
    "iso_blank": "%Y-%m-%d %H:%M:%S",
    "iso_slash": "%Y/%m/%d %H:%M:%S",
    "day_first": "%d/%m/%Y %H:%M:%S",
    "day_dots": "%d.%m.%Y %H:%M",
    "month_first": "%m/%d/%Y %H:%M",
    "half_days": "%m/%d/%Y %I:%M:%S %p",
    "month_names": "%d-%b-%Y %H:%M:%S",
    "month_words": "%B %d, %Y %H:%M",
    "short_year": "%d.%m.%y %H:%M",
    "year_first": "%y-%m-%d %H:%M:%S",
    "digits": "%Y%m%d%H%M%S",
}
COUNTED = {"epoch-s": 10**0, "epoch-ms": 10**3, "epoch-us": 10**6, "epoch-ns": 10**9}
TIMES = [*WRITTEN, *COUNTED, "iso_offset", "seconds", "hours", "serial", "two_columns", "clock_of_digits", "parts"]
ZONES = ["UTC", "Europe/Stockholm", "America/New_York", "Asia/Seoul"]
# The decimal mark, the one between thousands, what stands before and behind.
MONEY = {
    "plain": (".", "", "", ""),
    "comma": (",", "", "", ""),
    "german": (",", ".", "", ""),
    "english": (".", ",", "", ""),
    "french": (",", "\u202f", "", ""),
    "blank": (",", " ", "", ""),
    "swiss": (".", "'", "", ""),
    "sign_before": (".", ",", "sign", ""),
    "sign_behind": (",", ".", "", " sign"),
    "code_behind": (".", "", "", " code"),
    "minor": ("", "", "", ""),
    "whole_units": ("", "", "", ""),
}
DIGITS = {"EUR": 2, "USD": 2, "KRW": 0, "KWD": 3}
SIGNS = {"EUR": "€", "USD": "$", "KRW": "₩", "KWD": "KWD"}
LABELS = {  # fraud, legitimate, nobody looked
    "digits": ("1", "0", None),
    "third": ("1", "0", "2"),
    "yes": ("Yes", "No", None),
    "letters": ("Y", "N", None),
    "python": ("True", "False", None),
    "words": ("fraud", "legit", None),
    "german": ("Ja", "nein", "?"),
    "korean": ("사기", "정상", None),
    "own": ("F7", "G1", "U"),
    "inverse": ("0", "1", None),
    "elsewhere": ("", "", None),
}
VERDICTS = ("fraud", "legitimate", "not_investigated")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How a file is written; every value is a key of the tables above, or what it says."""

    seed: int
    rows: int
    encoding: str
    separator: str
    quoting: int
    line_end: str
    packing: str
    time: str
    zone: str
    money: str
    currency: str
    trims_decimals: bool
    refunds: str  # "", "-" or "("
    label: str
    names: int  # which of the names; 0 for our own
    has_ids: bool
    has_terminal: bool
    oddity: str  # of the header
    has_late_days: bool = True  # of the month; without them, every day is also a month
