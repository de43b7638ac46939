"""Every command with files that cannot be read, and with options that would change nothing: told in a line, by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from wrong_words import check_told

# Commands that read a file, by what stands before its name.
OF_A_FILE = {
    "import": ["import"],
    "import --look": ["import", "--look"],
    "import --check": ["import", "--check"],
    "import --dataset": ["import", "payments.csv", "--check", "--dataset"],
    "import --labels": ["import", "payments.csv", "--check", "--labels"],
    "import --rates": ["import", "payments.csv", "--check", "--rates"],
    "run": ["run", "--exit", "--data"],
    "rates": ["rates", "--check"],
    "label": ["label", "--check"],
    "compare": ["compare", "--score", "amount", "--data"],
    "score": ["score"],
    "policy check": ["policy", "check"],
    "policy apply": ["policy", "apply", "--why", "x"],
}
BAD_FILES = {
    "absent": None,
    "binary": bytes(range(256)) * 8,
    "parquet in name alone.parquet": b"PAR1 this is none",
    "json list": b"[1, 2, 3]",
    "nested": b"[" * 100_000,
    "gzip in name alone.csv.gz": b"\x1f\x8bnothing of the kind",
}


UNUSED = [
    ["run", "--rates", "rates.csv"],
    ["run", "--data", "payments.csv", "--seed", "7"],
    ["import", "payments.csv", "--check", "--aws"],
    ["import", "payments.csv", "--check", "--append"],
    ["import", "payments.csv", "--look", "--yes"],
    ["import", "payments.csv", "--look", "--stage", "dev"],
    ["rates", "rates.csv", "--check", "--region", "eu-north-1"],
    ["label", "labels.csv", "--check", "--receipt", "x.csv"],
    ["doctor", "--aws", "--port", "4566"],
    ["score", "payment.json", "--amount", "5"],
    ["shadow", "--reason", "x"],
    ["shadow", "light/1", "--reason", "x", "--days", "3"],
    ["canary", "--yes"],
    ["canary", "5", "--reason", "x", "--json", "x.json"],
    ["emissions", "--region", "eu-north-1"],
    ["dashboard", "--stage", "prod"],
    ["policy", "show", "--default", "--aws"],
    ["reviews", "--limit", "5", "claim", "1"],
]


@pytest.mark.parametrize("bad", [*BAD_FILES, "a folder"])
@pytest.mark.parametrize("command", OF_A_FILE)
def test_a_file_that_cannot_be_read_is_told(invoke, monkeypatch, command, bad):
    """By its name."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    if bad == "a folder":
        Path(bad).mkdir()
    elif (content := BAD_FILES[bad]) is not None:
        Path(bad).write_bytes(content)
    check_told(invoke(*OF_A_FILE[command], bad))
    assert not Path(".local").exists()


@pytest.mark.parametrize("words", UNUSED, ids=" ".join)
def test_an_option_that_would_change_nothing_is_refused(invoke, words):
    """Before anything is started, and by its name."""
    check_told(invoke(*words), "leave out", next(word for word in reversed(words) if word.startswith("--")))
