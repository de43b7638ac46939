"""Ids in the lists of a policy, as everything behind the edge calls them: where ids are tokens, no other id is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from greenfraud.errors import ContractError, StoreUnavailableError
from greenfraud.identity import OFF, Kind, key_of, token
from greenfraud.policy.payment import CUSTOMER, TERMINAL
from greenfraud.policy.read_lists import Naming

KINDS: dict[str, Kind] = {CUSTOMER: "customer", TERMINAL: "terminal"}


def naming_by(client: Callable[[], Any], secret: str) -> Naming:
    """What is stored of an id in a column. Raises StoreUnavailableError where ids are tokens and their key cannot be read."""
    key = None if secret == OFF else _key(client, secret)

    def name(column: str, identity: str) -> str:
        kind = KINDS.get(column)
        return identity if kind is None else token(kind, identity, key)

    return name


def _key(client: Callable[[], Any], secret: str) -> bytes:
    try:
        return key_of(client().get_secret_value(SecretId=secret)["SecretString"])
    except (BotoCoreError, ClientError, ContractError, KeyError) as error:
        reason = type(error).__name__
        raise StoreUnavailableError(f"the key of the ids cannot be read ({reason}): nothing was applied; try again") from None
