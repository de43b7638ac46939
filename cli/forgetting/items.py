"""Tables and the person: decisions bear the pseudonym, the online state goes, and every other table is searched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from cli.forgetting.json_documents import UNNEEDED, content_of
from cli.forgetting.person import JOIN_KEY, LONG_ENOUGH, Person
from cli.forgetting.tally import Tally
from greenfraud.features.manifest import load_manifest
from greenfraud.items import decision, entities, state
from greenfraud.items.attributes import Item
from greenfraud.items.tables import DECISIONS, RECEIPTS

CUSTOMERS, DECIDED, RECEIVED = "CustomerTable", "DecisionsTable", "ReceiptsTable"  # outputs of the stack
OTHERS = ("TerminalTable", "ControlTable", "LedgerTable", "LineageTable", "LeasesTable")


def declared_tables() -> dict[str, str]:
    """The tables of entities that extra columns name: no output of the stack says what Feast calls them."""
    manifest = load_manifest()
    return {view.table: view.table for view in manifest.views.values() if view.join_key in manifest.entity_columns}


@dataclass(frozen=True)
class Tables:
    """The client of the tables, and their names by the stack's outputs."""

    dynamodb: Any
    names: dict[str, str]

    def scan(self, table: str, **asked: Any) -> Iterator[Item]:
        """Yield the items of a table, read consistently."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.names[table], ConsistentRead=True, **asked)
        for page in pages:
            yield from page["Items"]


def cut_tables(tables: Tables, person: Person, *, is_first: bool) -> list[Tally]:
    """Give every decision of before the pseudonym, note what was decided since, and delete the online state.

    The first round of a command takes the state with whatever it holds of later payments: the night brings those back from the
    lake. After that it is a stranger's, if there were any.
    """
    theirs = list(_theirs(tables, person))
    _note(theirs, person)
    before = [item for item in theirs if item[DECISIONS.partition]["S"] not in person.since]
    _cut_entities(tables, before)
    changed = sum(_rename(tables, item, person) for item in before)
    key = {"TableName": tables.names[CUSTOMERS], "Key": state.key(person.entity_id)}
    gone = tables.dynamodb.delete_item(**key, ReturnValues="ALL_OLD").get("Attributes") if is_first or not person.since else None
    return [Tally(DECIDED, len(theirs), changed), Tally(CUSTOMERS, 1, int(gone is not None))]


def _cut_entities(tables: Tables, theirs: Sequence[Item]) -> None:
    """Delete the states of devices and of all else that may be one person's, and what reports repeat of them.

    What others did with the same ones the night brings back from the lake. Before the decisions: these alone tell whose they are.
    Reports lose what they repeat also of a column that is declared no more.
    """
    manifest, ids = load_manifest(), {item[DECISIONS.partition]["S"] for item in theirs}
    personal = [view for view in manifest.views.values() if view.is_personal and view.join_key in manifest.entity_columns]
    named = {(view, value) for view in personal for item in theirs if (value := entities.of_decision(item).get(view.join_key))}
    for view, value in named:
        tables.dynamodb.delete_item(TableName=tables.names[view.table], Key=state.key_of(view, value))
    names = {"#entities": entities.ATTRIBUTE}
    asked = {"FilterExpression": "attribute_exists(#entities)", "ExpressionAttributeNames": names}
    for item in tables.scan(DECIDED, **asked) if ids else ():
        if item[DECISIONS.partition]["S"] in ids:
            key = decision.key(item[DECISIONS.partition]["S"], decision.record_of(item))
            change = {"UpdateExpression": "REMOVE #entities", "ExpressionAttributeNames": names}
            tables.dynamodb.update_item(TableName=tables.names[DECIDED], Key=key, **change)


def note_later(tables: Tables, person: Person) -> None:
    """Note the payments that were decided since: they are a stranger's."""
    _note(_theirs(tables, person), person)


def search_tables(tables: Tables, person: Person) -> list[Tally]:
    """Count the items that name the person: by field, by the key of a state, and anywhere where the id is long enough."""
    states = [_searched(tables, CUSTOMERS, person, lambda item: _is_state(item, person))]
    decisions = [_searched(tables, DECIDED, person, lambda item: _names(item, person))]
    others = (RECEIVED, *OTHERS, *declared_tables())
    rest = [_searched(tables, name, person, lambda item: _mentions(item, person)) for name in others]
    return [*decisions, *states, *rest]


def _searched(tables: Tables, name: str, person: Person, is_hit: Any) -> Tally:
    del person
    found = [bool(is_hit(item)) for item in tables.scan(name)]
    return Tally(name, searched=len(found), hits=sum(found), places=[name] if any(found) else [])


def _theirs(tables: Tables, person: Person) -> Iterator[Item]:
    names, values = {"#customer": JOIN_KEY}, {":customer": {"S": person.customer_id}}
    yield from tables.scan(
        DECIDED, FilterExpression="#customer = :customer", ExpressionAttributeNames=names, ExpressionAttributeValues=values
    )


def _note(items: Iterable[Item], person: Person) -> None:
    person.since.update(item[DECISIONS.partition]["S"] for item in items if _is_later(item, person))


def _is_later(item: Item, person: Person) -> bool:
    """A payment is made when it is decided: one of before may be let go later."""
    is_decision = decision.record_of(item) == decision.KIND
    return is_decision and person.at is not None and decision.written_at(item) > person.at


def _rename(tables: Tables, item: Item, person: Person) -> int:
    transaction_id = item[DECISIONS.partition]["S"]
    names = {"#customer": JOIN_KEY, "#content": "content_sha256", **{f"#{name}": name for name in UNNEEDED}}
    values = {
        ":before": {"S": person.customer_id},
        ":after": {"S": person.pseudonym},
        ":content": {"S": content_of(person, transaction_id)},
    }
    try:
        tables.dynamodb.update_item(
            TableName=tables.names[DECIDED],
            Key=decision.key(transaction_id, decision.record_of(item)),
            UpdateExpression=f"SET #customer = :after, #content = :content REMOVE {', '.join(f'#{name}' for name in UNNEEDED)}",
            ConditionExpression="#customer = :before",  # it may have expired: an update would make it anew
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return 0
    return 1


def _is_state(item: Item, person: Person) -> bool:
    """The state of before has the same key as the stranger's that it has become."""
    return state.identity_of(item) == person.entity_id and not person.since


def _names(item: Item, person: Person) -> bool:
    transaction_id = item[DECISIONS.partition]["S"]
    if transaction_id in person.since:
        return False
    return person.is_row(item.get(JOIN_KEY, {}).get("S"), transaction_id) or _mentions(item, person)


def _mentions(item: Item, person: Person) -> bool:
    if RECEIPTS.partition in item and item[RECEIPTS.partition] == {"S": person.customer_id}:
        return True
    text = repr(item)
    return any(word.decode() in text for word in person.words if len(word) >= LONG_ENOUGH)
