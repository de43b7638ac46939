"""`make currencies`: write the digits of every currency's minor unit, by ISO 4217, into the table that the core reads.

    .venv/bin/python -m toolchain.currencies

The package iso4217 carries the standard's own list. What has no minor unit there (gold, units of account, tests) is no money here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TABLE = Path(__file__).resolve().parents[1] / "layers/greenfraud/python/greenfraud/currencies.json"


def currencies() -> dict[str, Any]:
    """Return when the list was published, and the digits by currency."""
    import iso4217

    listed = {str(code): str(entry["CcyMnrUnts"]) for code, entry in iso4217.raw_table.items() if code}
    return {
        "source": "ISO 4217, list one",
        "published": iso4217.__published__.isoformat(),
        "digits": {code: int(digits) for code, digits in sorted(listed.items()) if digits.isdigit()},
    }


def serialise(table: dict[str, Any]) -> str:
    """Return the one spelling of the table."""
    return json.dumps(table, indent=1) + "\n"


if __name__ == "__main__":
    TABLE.write_text(serialise(currencies()), encoding="utf-8")
