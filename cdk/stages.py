"""The two stages: what each sets that the defaults do not."""

from __future__ import annotations

from typing import Any

# `-c name=value` overrides these too.
STAGES: dict[str, dict[str, Any]] = {
    "dev": {},
    "prod": {
        "own_keys": True,  # who may read is told by us, every use is in CloudTrail, and one act makes all of it unreadable
        # 200 requests a second of 50 ms are 10 at once; the rest is for cold starts, so that nothing else in the account starves
        # scoring. The account must keep 100 beyond it, or the deployment is refused: ask for the quota first.
        "score_reserved_concurrency": 100,
        "automatic_rollback": True,  # nobody need be awake for it
        "four_eyes": True,  # nobody changes what serves alone; an emergency does, and rings
        "ledger_lock": "compliance",  # nobody at all, the account's administrator included
        "keep_ledger_days": 2_557,  # seven years
        "tokenise_ids": True,  # nobody with the right to read a table, a bucket or a log learns who paid
        "log_retention_days": 90,  # an incident is often looked into a month later
    },
}
