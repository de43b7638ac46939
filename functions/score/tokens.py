"""The edge where ids become tokens: behind it nobody is called as the caller calls them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from greenfraud.errors import ContractError, StoreUnavailableError
from greenfraud.features.manifest import load_manifest
from greenfraud.identity import OFF, key_of, token, with_tokens
from greenfraud.records import Transaction


class IdTokens:
    """Tokens by the key in Secrets Manager, read once per instance; `secret` is its ARN, or off."""

    def __init__(self, client: Callable[[], Any], secret: str) -> None:
        self._client, self._secret = client, secret
        self._key: bytes | None = None

    @property
    def are_on(self) -> bool:
        """Whether ids are replaced."""
        return self._secret != OFF

    def of(self, transaction: Transaction) -> Transaction:
        """Return the transaction as everything behind the edge sees it; its own id stays, by which it is asked for.

        Raises StoreUnavailableError where the key cannot be read: nothing is ever scored by the id that was sent.
        """
        key = self.key()
        if key is None:
            return transaction
        terminal_id = transaction.terminal_id
        return replace(
            transaction,
            customer_id=token("customer", transaction.customer_id, key),
            terminal_id=None if terminal_id is None else token("terminal", terminal_id, key),
            extras=with_tokens(transaction.extras, load_manifest().personal_columns, key),
        )

    def key(self) -> bytes | None:
        """Return the key, None where ids stay as they are; what failed is tried again by the next request."""
        if self.are_on and self._key is None:
            try:
                self._key = key_of(self._client().get_secret_value(SecretId=self._secret)["SecretString"])
            except ClientError as error:
                raise _unreadable(error.response["Error"]["Code"]) from None
            except (BotoCoreError, ContractError, KeyError) as error:
                raise _unreadable(type(error).__name__) from None
        return self._key


def _unreadable(reason: str) -> StoreUnavailableError:
    return StoreUnavailableError(f"the key of the ids cannot be read ({reason}): nothing was scored, and all may be sent again")
