"""`greenfraud forget`: cut every link to a customer, then prove it by searching all stores."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.table import Table

from cli.errors import CommandError
from cli.forgetting.buckets import Bucket, cut_bucket, search_bucket
from cli.forgetting.executions import refuse_running, refuse_running_since
from cli.forgetting.items import Tables, cut_tables, declared_tables, note_later, search_tables
from cli.forgetting.person import LONG_ENOUGH, Person
from cli.forgetting.policies import refuse_listed
from cli.forgetting.requests import Requests
from cli.forgetting.tally import Tally
from cli.interruption import told_when_stopped
from cli.screen import Screen
from cli.target import Target

LOCKED = {"LedgerBucket"}  # searched, and what it holds cannot be cut: it names staff, and no customer unless a reason does
UNSEARCHED = {"AccessLogsBucket"}  # who read which key, and no key names a customer
ROUNDS = 3  # what is copied while it is cut (a day's files into one, say) is cut again


def forget(target: Target, screen: Screen, customer_id: str) -> None:
    """As `cut_everywhere`; an interruption says how to go on."""
    with told_when_stopped("stopped: some links are cut and some are not. The same command goes on where it was"):
        cut_everywhere(target, screen, customer_id)


def cut_everywhere(target: Target, screen: Screen, customer_id: str) -> None:
    """Cut the customer out of every store, search them all, show the counts. CommandError where something is left.

    `customer_id` is what the platform calls the customer. Interrupted, the same command goes on where it was.
    """
    ended = refuse_running(target)
    refuse_listed(target, Person(customer_id))  # before the request: what is paid after its moment is a stranger's
    requests = Requests(target.client("dynamodb"), target.outputs["ReceiptsTable"])
    request = requests.open(customer_id)
    person = Person(customer_id, request.pseudonym, request.at)
    with screen.step("known", "waiting until every ingestion knows"):
        time.sleep(max(0.0, request.at - time.time()))
    refuse_listed(target, person)  # nothing is cut yet, and a policy may have been applied meanwhile
    cut: list[Tally] = []
    for number in range(ROUNDS):
        with screen.step("cut", "cutting every link"):
            cut = _joined(cut, _cut(target, person, is_first=not number))
        with screen.step("search", "searching every store"):
            found = _search(target, person)
        if not any(tally.hits for tally in found):
            break
    _show(screen, person, _joined(found, cut, names_of=found))
    _refuse_hits(found)
    refuse_running_since(target, ended)
    requests.close(customer_id, request)
    later = f"; {len(person.since)} payments made since are a stranger's" if person.since else ""
    screen.line(f"✓ forgotten: no store names the customer{later}. Backups do for 35 days: docs/privacy.md")


def search(target: Target, screen: Screen, customer_id: str) -> None:
    """Search every store for a customer and show where it is named. CommandError where it is, but for payments since."""
    request = Requests(target.client("dynamodb"), target.outputs["ReceiptsTable"]).of(customer_id)
    person = Person(customer_id, at=request.at if request else None)
    with screen.step("search", "searching every store"):
        found = _search(target, person)
    _show(screen, person, found)
    _refuse_hits(found)
    screen.line("✓ no store names the customer")


def _cut(target: Target, person: Person, *, is_first: bool) -> list[Tally]:
    """Decisions first: what is decided later is told from them, and a redrive takes events from them."""
    tables = cut_tables(_tables(target), person, is_first=is_first)
    return [*tables, *(cut_bucket(bucket, person) for bucket in _buckets(target, UNSEARCHED | LOCKED))]


def _search(target: Target, person: Person) -> list[Tally]:
    tables = _tables(target)
    found = [*search_tables(tables, person), *(search_bucket(bucket, person) for bucket in _buckets(target, UNSEARCHED))]
    if not any(tally.hits for tally in found) or person.at is None:
        return found
    known = len(person.since)
    note_later(tables, person)  # the customer pays on while we search
    return found if len(person.since) == known else _search(target, person)


def _tables(target: Target) -> Tables:
    named = {name: value for name, value in target.outputs.items() if name.endswith("Table")}
    return Tables(target.client("dynamodb"), named | declared_tables())


def _buckets(target: Target, unwanted: set[str]) -> list[Bucket]:
    names = [value for name, value in target.outputs.items() if name.endswith("Bucket") and name not in unwanted]
    return [Bucket(target.client("s3"), name) for name in sorted(names)]


def _joined(one: Sequence[Tally], other: Sequence[Tally], names_of: Sequence[Tally] | None = None) -> list[Tally]:
    """The sums by store; of rows that were looked at, `names_of` says whose count stands."""
    stores = {tally.store: tally for tally in one}
    for tally in other:
        before = stores.get(tally.store, Tally(tally.store))
        searched = before.searched if names_of else tally.searched
        stores[tally.store] = Tally(tally.store, searched, before.changed + tally.changed, before.hits, before.places)
    return list(stores.values())


def _show(screen: Screen, person: Person, tallies: Sequence[Tally]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column("  store")
    for title in ("searched", "changed", "named after"):
        table.add_column(title, justify="right")
    for tally in tallies:
        table.add_row(f"  {tally.store}", f"{tally.searched:,}", f"{tally.changed:,}", f"{tally.hits:,}")
    screen.table(table)
    if len(person.customer_id) < LONG_ENOUGH:
        screen.line("  the id is short: searched for where a field names a customer, not in any text")


def _refuse_hits(found: Sequence[Tally]) -> None:
    places = [f"{tally.store}: {place}" for tally in found for place in tally.places][:5]
    if places:
        raise CommandError(f"the customer is still named in {', '.join(places)}. Run `greenfraud forget` again")
