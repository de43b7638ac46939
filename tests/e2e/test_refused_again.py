"""An attacker who is refused tries the same amount again and again; the customer, who knows nothing of it, goes shopping."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from cli.data.upload import IMPORTED, keys_below
from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, HOUR_US, MINUTE_US, format_rfc3339
from greenfraud.items import state
from greenfraud.policy import SEVERITY
from tests.e2e.deployment import Deployment, wait_until

if TYPE_CHECKING:
    import pyarrow as pa

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("e2e")]

CUSTOMER = load_manifest().views["customer_activity"]
ATTEMPTS, CUSTOMERS = 50, 20
AMOUNTS = ("500.00", "4 times the usual", "half above the largest")


@dataclass
class Victim:
    """A customer, what the attacker tries in their name, and the decisions about it."""

    customer_id: str
    terminal_id: str
    amount_minor: int
    usual_minor: int
    tried: int
    decisions: list[str] = field(default_factory=list)

    def milder(self) -> list[tuple[str, str]]:
        """The steps to a milder decision after one that refused."""
        steps = zip(self.decisions, self.decisions[1:], strict=False)
        return [(before, after) for before, after in steps if SEVERITY[after] < SEVERITY[before]]


@dataclass
class Attack:
    """Payments in the name of many customers, one of each per minute."""

    deployment: Deployment
    now_us: int

    def state_of(self, customer_id: str) -> ViewState:
        """What the online store knows of a customer."""
        asked = {"TableName": CUSTOMER.table, "Key": state.key_of(CUSTOMER, customer_id), "ConsistentRead": True}
        item = self.deployment.client("dynamodb").get_item(**asked).get("Item")
        known = None if item is None else state.decode(CUSTOMER, item, 0.0)
        return known or ViewState.empty(CUSTOMER)

    def victims(self, customers: Sequence[str], terminals: Sequence[str]) -> Iterator[Victim]:
        """Three amounts for as many customers each, of those who are known."""
        wanted = CUSTOMERS * len(AMOUNTS)
        for customer_id in customers:
            tiles = self.state_of(customer_id).tiles["c_accepted_d1"]
            if not wanted or not tiles[0]:
                continue
            wanted -= 1
            usual_minor, largest_minor = sum(tiles[2]) // sum(tiles[1]), max(tiles[6])
            amount_minor = (50_000, 4 * usual_minor, largest_minor * 3 // 2)[wanted % len(AMOUNTS)]
            terminal_id = terminals[wanted % len(terminals)]
            yield Victim(customer_id, terminal_id, amount_minor, usual_minor, self.tried(customer_id))

    def usual(self, name: str, victims: Sequence[Victim]) -> dict[str, str]:
        """What is decided, by customer, about what the customers usually pay."""
        answers = self.round(name, victims, [victim.usual_minor for victim in victims])
        return {victim.customer_id: answer["decision"] for victim, answer in zip(victims, answers, strict=True)}

    def tried(self, customer_id: str) -> int:
        """How many attempts the online store knows of."""
        return sum(self.state_of(customer_id).tiles["c_tried_d1"][1])

    def round(self, name: str, victims: Sequence[Victim], amounts: Sequence[int]) -> list[dict[str, Any]]:
        """Try one payment for each, and wait until all are part of the past."""
        body = [
            {
                "transaction_id": f"refused-{name}-{victim.customer_id}",
                "occurred_at": format_rfc3339(self.now_us + number),
                "customer_id": victim.customer_id,
                "terminal_id": victim.terminal_id,
                "amount_minor": amount_minor,
            }
            for number, (victim, amount_minor) in enumerate(zip(victims, amounts, strict=True))
        ]
        results: list[dict[str, Any]] = self.deployment.answer("POST", "/v1/score/batch", {"transactions": body})["results"]
        for victim in victims:
            victim.tried += 1
            wait_until(lambda victim=victim: self.tried(victim.customer_id) >= victim.tried)  # type: ignore[misc]
        self.now_us += MINUTE_US
        return results


def last_day(deployment: Deployment) -> pa.Table:
    """The payments of the lake's newest imported day."""
    s3, bucket = deployment.client("s3"), deployment.outputs["LakeBucket"]
    key = [one for one in keys_below(s3, bucket, "transactions/") if one.endswith(IMPORTED)][-1]
    return pq.read_table(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))


def test_an_attacker_gets_no_milder_answer_by_trying_again_and_the_customer_is_left_in_peace(deployment, first_run):
    """Fifty attempts, twenty customers, three amounts; the customer's own payments meet no severer answer than before."""
    past = last_day(deployment)
    attack = Attack(deployment, max(past["occurred_us"].to_pylist()) + 3 * HOUR_US)
    victims = list(attack.victims(*(sorted(set(past[name].to_pylist())) for name in ("customer_id", "terminal_id"))))
    assert len(victims) == CUSTOMERS * len(AMOUNTS)
    before = attack.usual("before", victims)
    for attempt in range(ATTEMPTS):
        for victim, answer in zip(victims, attack.round(str(attempt), victims, [one.amount_minor for one in victims]), strict=True):
            victim.decisions.append(answer["decision"])
    assert sum("block" in victim.decisions for victim in victims) > CUSTOMERS
    assert [(victim, victim.milder()) for victim in victims if victim.milder()] == []
    # Who had payments accepted in this hour has them in the past, and in the rule on bursts: the others' attackers got nothing.
    refused = [victim.customer_id for victim in victims if "allow" not in victim.decisions]
    assert len(refused) > CUSTOMERS
    for name, later_us in (("at once", 0), ("next day", DAY_US)):
        attack.now_us += later_us
        after = attack.usual(name, victims)
        assert {one: (before[one], after[one]) for one in refused if SEVERITY[after[one]] > SEVERITY[before[one]]} == {}
