"""Rows of a person's CSV that are as they should be."""

from __future__ import annotations

HEADER = "transaction_id,occurred_at,customer_id,terminal_id,amount,is_fraud"
ROWS = (
    "a1,2026-01-01T10:00:00Z,c1,t1,12.50,0",
    "a2,2026-01-01T11:30:00.25+01:00,c2,,0,1",
    "a3,2026-01-03T00:00:00Z,c1,t2,1000,",
)
