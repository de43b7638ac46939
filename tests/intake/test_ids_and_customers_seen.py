"""What a look makes of ids that letters begin, of rows' own ids, and of customers whose column nobody would call so."""

from __future__ import annotations

import random

import pytest

from cli.data.importing import ImportOptions
from cli.data.looking import asked_of, keep
from cli.errors import InputError
from intake.look.glance import glance_at
from intake.look.looking import look_through


def look_at(path, head, rows):
    """A look through rows of a CSV."""
    path.write_text("\n".join([head, *(";".join(row) for row in rows)]) + "\n", encoding="utf-8")
    return look_through(glance_at(path, asked_of(ImportOptions())))


def payments(id_of, who_of, shop_of, amount_of=lambda n: f"{n % 90 + 10},{n % 100:02d}"):
    """Rows of an id, a moment, who paid, where, how much, and a label."""
    chance = random.Random(7)
    for n in range(400):
        moment = f"2026-03-{n // 20 + 1:02d} 12:{n % 60:02d}:00"
        yield (id_of(n), moment, who_of(chance.randrange(80)), shop_of(chance.randrange(30)), amount_of(n), str(int(n % 40 == 0)))


@pytest.mark.parametrize("begin", ["TXN-", "TXN", "R", "POS-00", "EUR", "MER "])
def test_letters_before_numbers_of_one_length_are_an_id_and_no_amount(tmp_path, begin):
    """Also where the letters are those of a currency."""
    rows = payments(lambda n: f"{begin}{700_000 + n}", lambda n: f"C{n:05d}", lambda n: f"SHP-{n:05d}")
    look = look_at(tmp_path / "f.csv", "Transaction ID;Booked at;Customer;Merchant ID;Amount;Fraud", rows)
    chosen = {of: columns[0] for of, columns in look.chosen.items()}
    assert (chosen["transaction_id"], chosen["terminal_id"], chosen["amount"]) == ("Transaction ID", "Merchant ID", "Amount")
    assert look.proposal.rows.generate_ids is False


def test_an_amount_with_its_currency_in_front_stays_one(tmp_path):
    """Its numbers are not all as long, or have decimals."""
    rows = payments(lambda n: f"t{n}", lambda n: f"c{n}", lambda n: f"m{n}", lambda n: f"EUR {n % 300 + 5}.{n % 100:02d}")
    look = look_at(tmp_path / "f.csv", "txid;Booked at;Customer;Merchant;Paid;Fraud", rows)
    assert look.chosen["amount"] == ("Paid",)


def test_what_is_different_in_every_row_is_the_rows_id_whatever_it_is_called(tmp_path):
    """None is made where there is one."""
    rows = payments(lambda n: f"{n:05x}-7a", lambda n: f"c{n}", lambda n: f"m{n}")
    look = look_at(tmp_path / "f.csv", "Vorgang;Booked at;Customer;Merchant;Amount;Fraud", rows)
    assert look.chosen["transaction_id"] == ("Vorgang",)


def test_who_paid_is_asked_where_a_column_may_tell(tmp_path):
    """Nobody becomes a stranger because of a column's name."""
    rows = payments(lambda n: f"t{n}", lambda n: f"tok_{n:05x}", lambda n: f"m{n}")
    look = look_at(tmp_path / "f.csv", "txid;Booked at;Zahler;Merchant;Amount;Fraud", rows)
    (asked,) = [one for one in look.questions if "no_customer = true" in one.what]
    assert [reply.lines["customer_id"] for reply in asked.replies] == ['"Zahler"']
    assert look.proposal.rows.no_customer is False


def test_one_amount_in_thousands_tells_the_mark_between_thousands(tmp_path):
    """Three of many are enough to end an import that did not expect them."""
    amounts = {333: "1.081,74"}
    rows = payments(lambda n: f"t{n}", lambda n: f"c{n}", lambda n: f"m{n}", lambda n: amounts.get(n, f"{n % 90 + 10},50"))
    look = look_at(tmp_path / "f.csv", "txid;Booked at;Customer;Merchant;Amount;Fraud", rows)
    assert (look.money.decimal, look.money.thousands) == (",", ".")


def test_of_what_is_no_payments_nothing_is_kept(tmp_path):
    """A description of a wrong file would be believed of the right one beside it."""
    look = look_at(tmp_path / "notes.csv", "who;what", [("a", "b"), ("c", "d")])
    with pytest.raises(InputError, match=r"these are no payments. Nothing was kept"):
        keep(tmp_path / "dataset.toml", look)
    assert not (tmp_path / "dataset.toml").exists()
