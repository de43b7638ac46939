"""Whether a deployment replaces ids by tokens, and by which key: what is imported must be called as what is scored."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
from botocore.exceptions import BotoCoreError, ClientError

from cli.data.dataset import Dataset
from cli.errors import CommandError
from cli.target import Target
from greenfraud.errors import ContractError
from greenfraud.features.manifest import load_manifest
from greenfraud.identity import COLUMN, OFF, key_of, token

OUTPUT = "IdTokens"  # of the stack: the secret's ARN, or off
KINDS: dict[str, str] = {"customer_id": "customer", "terminal_id": "terminal"}


def read_id_key(target: Target) -> bytes | None:
    """The key of a deployment's tokens; None where ids stay as they are sent.

    CommandError where it cannot be read: raw ids never enter a platform that replaces them.
    """
    secret = _secret(target)
    if secret == OFF:
        return None
    try:
        return key_of(target.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])
    except (ClientError, BotoCoreError, ContractError, KeyError) as error:
        reason = str(error) if isinstance(error, (ClientError, ContractError)) else type(error).__name__
        raise CommandError(
            f"this platform replaces ids by tokens, and their key cannot be read: {reason}. "
            f"You need secretsmanager:GetSecretValue on {secret}"
        ) from None


def ids_told(target: Target) -> str:
    """How a deployment calls people, in a line."""
    secret = _secret(target)
    return "as they are sent: tokenise_ids is off" if secret == OFF else f"tokens, by the key in {secret}"


def tokenised(dataset: Dataset, key: bytes | None) -> Dataset:
    """The data set as everything behind the edge sees it; a payment's own id stays."""
    if key is None:
        return dataset
    table = dataset.table
    columns = {column: f"{COLUMN}{column}" for column in load_manifest().personal_columns if column in table.column_names}
    for name, kind in (KINDS | columns).items():
        table = table.set_column(table.column_names.index(name), name, _tokens(table[name], kind, key))
    return replace(dataset, table=table)


def _tokens(column: pa.ChunkedArray, kind: str, key: bytes) -> pa.Array:
    encoded = pc.dictionary_encode(column.combine_chunks())
    words = pa.array([token(kind, word, key) for word in encoded.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(encoded.indices, words).dictionary_decode()


def _secret(target: Target) -> str:
    secret = target.outputs.get(OUTPUT)
    if secret is None:
        raise CommandError(
            f"the stacks do not tell whether ids are replaced: output {OUTPUT} is missing. Deploy this release first"
        )
    return secret
