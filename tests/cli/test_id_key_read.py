"""What is imported is called as what is scored, or nothing is imported."""

from __future__ import annotations

from types import SimpleNamespace

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from cli.data.world import WorldSpecification, make_world
from cli.errors import CommandError
from cli.id_key import ids_told, read_id_key, tokenised
from cli.target import Target
from greenfraud.identity import token

KEY = "k" * 64


def target(setting: str | None, answer=None) -> Target:
    """A deployment whose stack tells `setting`, and whose vault gives `answer` or raises it."""

    def get_secret_value(**_):
        if isinstance(answer, Exception):
            raise answer
        return answer

    made = Target(None)
    made.outputs = {} if setting is None else {"IdTokens": setting}
    made._clients = {"secretsmanager": SimpleNamespace(get_secret_value=get_secret_value)}
    return made


def test_a_deployment_that_replaces_nothing_has_no_key_and_says_so():
    """No silence: the word stands in the stack's outputs."""
    assert read_id_key(target("off")) is None
    assert ids_told(target("off")) == "as they are sent: tokenise_ids is off"


def test_the_key_is_that_of_the_secret():
    """The one that the scoring function reads."""
    assert read_id_key(target("arn:key", {"SecretString": KEY})) == KEY.encode()
    assert ids_told(target("arn:key")) == "tokens, by the key in arn:key"


@pytest.mark.parametrize(
    ("setting", "answer", "message"),
    [
        (
            "arn:key",
            ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetSecretValue"),
            "GetSecretValue on arn:key",
        ),
        ("arn:key", {"SecretString": "short"}, "has 5 characters"),
        ("arn:key", {}, "KeyError"),
        (None, None, "output IdTokens is missing"),
    ],
)
def test_nobody_imports_into_a_platform_whose_key_cannot_be_read(setting, answer, message):
    """An id that entered as it is could not be found again by its token."""
    with pytest.raises(CommandError, match=message):
        read_id_key(target(setting, answer))


def test_a_data_set_is_renamed_and_nothing_else_changes():
    """Customers and terminals, not payments; a payment without a terminal stays without."""
    world = make_world(WorldSpecification(customers=10, days=3))
    table = world.table.set_column(3, "terminal_id", pa.array([None, *world.table["terminal_id"].to_pylist()[1:]]))
    changed = tokenised(type(world)(name="w", source_sha256="", table=table), KEY.encode()).table
    assert changed.drop(["customer_id", "terminal_id"]) == table.drop(["customer_id", "terminal_id"])
    assert changed["terminal_id"].to_pylist()[0] is None
    pairs = zip(table["customer_id"].to_pylist(), changed["customer_id"].to_pylist(), strict=True)
    assert all(now == token("customer", before, KEY.encode()) for before, now in pairs)
    assert changed["terminal_id"][1].as_py() == token("terminal", table["terminal_id"][1].as_py(), KEY.encode())
    assert tokenised(world, None) is world
