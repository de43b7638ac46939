"""The policy of a deployment that has applied no other, and how the control document speaks of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from greenfraud.policy import earlier
from greenfraud.policy.document import read_document
from greenfraud.policy.earlier import bare_rule
from greenfraud.policy.policy import REVIEW_ABOVE, Policy

DEFAULT_PATH = Path(__file__).with_name("default.toml")
DEFAULT_POLICY = read_document(DEFAULT_PATH.read_text(encoding="utf-8"), now_us=0).applicable("default.toml")

# The first default that was stored. Every release can read it, so it is what a document says where nobody set a policy: it
# stands for the default of whichever release reads it, and never changes.
FIRST_DEFAULT = Policy(
    version="2026-11-01",
    review_at=0.30,
    block_at=0.80,
    rules=(
        bare_rule("amount", REVIEW_ABOVE, "review", is_strict=True),
        bare_rule("customer_count_1h", 10.0, "review"),
        bare_rule("terminal_report_ratio_7d", 0.5, "block"),
    ),
)
_STORED_DEFAULT = earlier.to_json(FIRST_DEFAULT)


def to_store(policy: Policy) -> dict[str, Any]:
    """Return what the control document says: a policy that a person set as it is, and in place of the default the first one."""
    return earlier.to_json(FIRST_DEFAULT if policy == DEFAULT_POLICY else policy)


def in_force(stored: Mapping[str, Any] | None) -> Policy:
    """Return the policy that a control document asks for; null and the first default are this release's own default.

    Raises ContractError when it is not a policy.

    >>> in_force(None).version == in_force(to_store(DEFAULT_POLICY)).version == DEFAULT_POLICY.version
    True
    """
    if stored is None or stored == _STORED_DEFAULT:
        return DEFAULT_POLICY
    return earlier.from_json(stored)
