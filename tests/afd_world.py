"""Events and definitions as an account of Amazon Fraud Detector holds them, written for a test."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

HEADER = (
    "EVENT_TIMESTAMP",
    "EVENT_LABEL",
    "LABEL_TIMESTAMP",
    "EVENT_ID",
    "ENTITY_ID",
    "ENTITY_TYPE",
    "card_bin",
    "EMAIL",
    "order_price",
)
FIRST = datetime(2026, 1, 5)  # noqa: DTZ001 - the service knows UTC alone


def variable(name: str, kind: str = "", data_type: str = "STRING", default: str = "", source: str = "EVENT") -> dict[str, str]:
    """A variable as get-variables tells it."""
    told = {"name": name, "dataType": data_type, "dataSource": source, "defaultValue": default}
    return {**told, **({"variableType": kind} if kind else {})}


VARIABLES = (
    variable("card_bin", "CARD_BIN"),
    variable("email", "EMAIL_ADDRESS"),
    variable("order_price", "PRICE", "FLOAT", "0.0"),
    variable("m_insightscore", data_type="FLOAT", default="0.0", source="MODEL_SCORE"),
)


def model(mapper: Mapping[str, Sequence[str]], unlabelled: str = "IGNORE", name: str = "m") -> dict[str, Any]:
    """A model version as get-model-version tells it."""
    schema = {"labelMapper": {of: list(words) for of, words in mapper.items()}, "unlabeledEventsTreatment": unlabelled}
    data = {"modelVariables": ["card_bin"], "labelSchema": schema}
    version = {"modelId": name, "modelType": "TRANSACTION_FRAUD_INSIGHTS", "modelVersionNumber": "1.0", "status": "ACTIVE"}
    return {**version, "trainingDataSchema": data}


MODEL = model({"FRAUD": ("fraud",), "LEGIT": ("legit",)})


def detector(*rules: tuple[str, str, str], mode: str = "FIRST_MATCHED") -> dict[str, Any]:
    """The answers that tell a detector of rules, each by id, expression and outcome."""
    told = [
        {
            "ruleId": name,
            "detectorId": "shop",
            "ruleVersion": "1",
            "expression": text,
            "language": "DETECTORPL",
            "outcomes": [outcome],
        }
        for name, text, outcome in rules
    ]
    asked = [{"detectorId": "shop", "ruleId": name, "ruleVersion": "1"} for name, _, _ in rules]
    version = {"detectorId": "shop", "detectorVersionId": "2", "status": "ACTIVE", "ruleExecutionMode": mode, "rules": asked}
    return {"rules": {"ruleDetails": told}, "detector": version}


def event_rows(days: int = 30, a_day: int = 10) -> list[list[str]]:
    """Events under `HEADER`: on each day one fraud, one without a label, the rest legitimate."""
    rows = []
    for number in range(days * a_day):
        at, place = FIRST + timedelta(minutes=number * 1440 // a_day), number % a_day
        label = {0: "fraud", 1: ""}.get(place, "legit")
        reported = f"{at + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}" if label else ""
        when = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        card, price = f"4{place}1111", f"{10 + place}.50"
        rows.append([when, label, reported, f"e{number}", f"c{number % 40}", "customer", card, f"u{place}@x.org", price])
    return rows


def write_events(folder: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
    """A file of events."""
    path = folder / "events.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return path


def write_definitions(folder: Path, **answers: Any) -> Path:
    """A folder of answers, a file each: variables=..., model=..."""
    path = folder / "afd"
    path.mkdir(exist_ok=True)
    for name, answer in answers.items():
        (path / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")
    return path
