"""The day index holds what asks for a person, spread over parts, and nothing of what was allowed."""

from __future__ import annotations

import pytest
from score_world import World

from greenfraud.items import review
from greenfraud.items.tables import REVIEWS, REVIEWS_INDEX

DAY = "2018-05-20"


@pytest.fixture
def world(aws: None) -> World:
    """A service where the amount decides."""
    return World()


def indexed(world: World) -> list[dict]:
    """The items of the day index."""
    items: list[dict] = world.dynamodb.scan(TableName="decisions", IndexName=REVIEWS_INDEX)["Items"]
    return items


def listed(world: World, **query: object) -> list[str]:
    """The ids of the review list."""
    reviews = world.http.get("/v1/reviews", params={"day": DAY, **query}).json()["reviews"]
    return [answer["transaction_id"] for answer in reviews]


def test_what_was_allowed_writes_nothing_into_the_day_index(world):
    """One key for all decisions of a day is a partition that throttles them all."""
    world.score(transaction_id="allowed", amount_minor=100)
    world.score(transaction_id="doubted", amount_minor=30_000)
    assert [item["transaction_id"]["S"] for item in indexed(world)] == ["doubted"]
    assert listed(world) == ["doubted"]


def test_the_doubts_of_a_day_are_spread_and_listed_together(world):
    """A wave of attacks is many doubts in one second: no single key takes all of them."""
    names = {f"T{number}" for number in range(40)}
    for name in names:
        world.score(transaction_id=name, amount_minor=30_000)
    assert {item[REVIEWS.partition]["S"] for item in indexed(world)} == set(review.parts_of(DAY))
    assert set(listed(world)) == names
    assert len(listed(world, limit=7)) == 7


def test_a_doubt_that_an_earlier_release_stored_is_still_listed(world):
    """Its key is the bare day, and what was allowed stands under it too."""
    for name, amount_minor in (("old-doubt", 30_000), ("old-allowed", 100)):
        world.score(transaction_id=name, amount_minor=amount_minor)
        key = {"transaction_id": {"S": name}, "record": {"S": "decision"}}
        world.dynamodb.update_item(
            TableName="decisions",
            Key=key,
            UpdateExpression="SET #day = :day",
            ExpressionAttributeNames={"#day": REVIEWS.partition},
            ExpressionAttributeValues={":day": {"S": DAY}},
        )
    world.score(transaction_id="new-doubt", amount_minor=30_000)
    assert set(listed(world)) == {"old-doubt", "new-doubt"}


def test_the_riskiest_of_all_parts_come_first(world):
    """Also with a limit that cuts a part short."""
    for number in range(12):
        world.score(transaction_id=f"T{number}", amount_minor=30_000)
        rank = {"N": str(number / 100)}
        world.dynamodb.update_item(
            TableName="decisions",
            Key={"transaction_id": {"S": f"T{number}"}, "record": {"S": "decision"}},
            UpdateExpression="SET #rank = :rank",
            ExpressionAttributeNames={"#rank": REVIEWS.sort},
            ExpressionAttributeValues={":rank": rank},
        )
    assert listed(world, limit=5) == ["T11", "T10", "T9", "T8", "T7"]
