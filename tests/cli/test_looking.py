"""An import looks first: what it would guess is proposed and kept, what is plain is imported, what is open is for a person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from cli.data.importing import ImportOptions
from cli.data.look_screen import show_look
from cli.data.looking import Ways, settle
from cli.errors import InputError
from cli.main import app
from cli.screen import Screen
from intake.description_file import FILE_NAME, load_description
from tests.intake.looked_files import OWN, looked, own_rows, text_of

FOREIGN = ("trans_num", "time", "cc_num", "merchant", "amt", "Class")


@pytest.fixture
def invoke():
    """Run `greenfraud import --check` with nobody at the keyboard."""
    return lambda path, *more: CliRunner().invoke(app, ["import", str(path), *([] if "--look" in more else ["--check"]), *more])


@pytest.fixture
def write(tmp_path):
    """Write a file of a header and rows."""

    def written(header, rows, name="f.csv"):
        path = tmp_path / name
        path.write_text(text_of(header, rows), encoding="utf-8")
        return path

    return written


def two_customers(rows):
    """Rows in which two columns could be the customer."""
    return [[row[0], row[1], row[2], row[2], *row[4:]] for row in rows]


def test_a_plain_file_is_imported_without_a_word_of_looks(invoke, write):
    """And no description is left beside it."""
    path = write(OWN, own_rows(40, frauds_a_day=1))
    result = invoke(path)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["rows"] == 400
    assert "a first model: not yet" in result.stderr
    assert not path.with_name(FILE_NAME).exists()


def test_with_nobody_to_agree_a_proposal_is_kept_and_nothing_imported(invoke, write):
    """The next import reads it, and needs no more."""
    path = write(FOREIGN, own_rows(30))
    first = invoke(path)
    assert first.exit_code == 2
    assert "nobody is here to agree" in first.stderr
    assert load_description(path.with_name(FILE_NAME)).columns["customer_id"] == ("cc_num",)
    second = invoke(path)
    assert second.exit_code == 0
    assert json.loads(second.stdout.splitlines()[-1])["customers"] == 40


def test_yes_imports_what_was_proposed(invoke, write):
    """Where nothing is left to decide."""
    path = write(FOREIGN, own_rows(30))
    result = invoke(path, "--yes")
    assert result.exit_code == 0
    assert json.loads(result.stdout.splitlines()[-1])["rows"] == 300
    assert path.with_name(FILE_NAME).exists()


def test_yes_decides_nothing_and_names_the_line_to_edit(invoke, write):
    """Once it is edited, the same command imports."""
    path = write(("id", "time", "user_id", "account_id", "amount", "class"), two_customers(own_rows(30)))
    refused = invoke(path, "--yes")
    kept = path.with_name(FILE_NAME)
    lines = kept.read_text(encoding="utf-8").splitlines()
    line = 1 + next(number for number, text in enumerate(lines) if text.startswith("# decide: "))
    assert refused.exit_code == 2
    assert f"{kept}, line {line}: `user_id` and `account_id` could each be `customer_id`" in " ".join(refused.stderr.split())
    lines[line] = lines[line].removeprefix("# ")
    kept.write_text("\n".join(lines), encoding="utf-8")
    assert load_description(kept).columns["customer_id"] == ("user_id",)
    assert invoke(path, "--yes").exit_code == 0


def test_a_description_of_a_persons_own_is_never_written_over(invoke, write):
    """What it lacks is said."""
    path = write(FOREIGN, own_rows(30))
    kept = path.with_name(FILE_NAME)
    kept.write_text('# mine\n[columns]\ncustomer_id = "merchant"\n', encoding="utf-8")
    result = invoke(path)
    assert result.exit_code == 2
    assert "says a part" in result.stdout
    assert kept.read_text(encoding="utf-8").startswith("# mine")


def test_a_description_of_another_file_is_told_as_such(invoke, write):
    """Two files of one folder may be unlike each other."""
    path = write(FOREIGN, own_rows(30))
    path.with_name(FILE_NAME).write_text('[columns]\namount = "Total"\n', encoding="utf-8")
    result = invoke(path, "--yes")
    assert result.exit_code == 2
    assert "f.csv has no column `Total`, which its description says is `amount`" in result.stderr


def test_options_settle_what_the_file_does_not(invoke, write):
    """As before there were looks."""
    path = write(("user_id", "bought_at", "price", "bad"), [[row[2], row[1], row[4], row[5]] for row in own_rows(30)])
    told = ("--map", "customer_id=user_id,occurred_at=bought_at,amount=price,is_fraud=bad", "--generate-ids")
    result = invoke(path, *told)
    assert result.exit_code == 0, result.stderr
    assert not path.with_name(FILE_NAME).exists()


def test_what_was_typed_is_kept_with_what_is_proposed(invoke, write):
    """It need not be typed again."""
    path = write(("user_id", "bought_at", "price", "bad"), [[row[2], row[1][:-1], row[4], row[5]] for row in own_rows(30)])
    assert invoke(path, "--map", "customer_id=user_id", "--timezone", "Europe/Stockholm", "--yes").exit_code == 0
    kept = load_description(path.with_name(FILE_NAME))
    assert (kept.columns["customer_id"], kept.times.timezone) == (("user_id",), "Europe/Stockholm")


def test_a_look_writes_nothing_and_imports_nothing(invoke, write):
    """It says all it saw, also of a file that needs no word."""
    for header, said in ((FOREIGN, "proposes how it is read"), (OWN, "imports it as it is")):
        path = write(header, own_rows(30))
        result = invoke(path, "--look")
        assert result.exit_code == 0
        assert said in result.stdout
        assert "40, with 7.5 payments each" in result.stdout
        assert [one.name for one in path.parent.iterdir()] == ["f.csv"]


def test_a_look_as_json_is_one_document(invoke, write):
    """For a script: what was seen, what is proposed, what is to be decided."""
    path = write(("id", "time", "user_id", "account_id", "amount", "class"), two_customers(own_rows(30)))
    told = json.loads(invoke(path, "--look", "--json").stdout)
    assert (told["rows"], told["proposal"]["columns"]["is_fraud"]) == (300, ["class"])
    assert told["questions"][0]["section"] == "columns"
    assert told["readiness"]["state"] == "not yet"
    assert told["columns"][0]["name"] == "id"


@pytest.mark.parametrize("is_agreed", [True, False])
def test_on_a_terminal_a_person_is_asked(write, screen, is_agreed):
    """And a no imports nothing."""
    asked = []

    def ask(text):
        asked.append(text)
        return is_agreed

    path = write(FOREIGN, own_rows(30))
    options = settle(path, ImportOptions(), screen, Ways(ask=ask, is_somebody_here=lambda: True))
    assert asked == ["Import it like this?"]
    assert (options is not None) is is_agreed
    if options:
        assert options.description.columns["amount"] == ("amt",)


@pytest.mark.parametrize("width", [80, 120])
def test_a_look_fits_its_screen_and_hides_nothing(write, width):
    """At the widths that people have; a file's own words are never taken for markup or for orders to a terminal."""
    rows = [[*row[:2], f"[red]{row[2]}", "\x1b[31mshop", *row[4:]] for row in own_rows(30)]
    screen = Screen(Console(record=True, width=width, force_terminal=False))
    show_look(looked(write(("trans_num", "time", "cc_num", "[b]shop", "amt", "Class"), rows)), screen)
    text = screen.console.export_text()
    table = text.split("\n\n")[1]
    assert max(map(len, table.splitlines())) <= width
    for expected in ("trans_num", "occurred_at", "[red]c0", "[b]shop", "not used", "frauds a week"):
        assert expected in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["--currency", "EURO"], "--currency: must be three capital letters"),
        (["--timezone", "Mars/Olympus"], "Mars/Olympus"),
        (["--map", "amount=absent"], "the file has no column `absent`"),
        (["--file-currency", "ZZZ"], "ZZZ"),
        (["--encoding", "klingon"], "klingon"),
        (["--dataset", "absent.toml"], "absent.toml cannot be read"),
    ],
)
def test_what_was_typed_wrong_is_a_sentence(invoke, write, told, said):
    """Before and after a look."""
    result = invoke(write(FOREIGN, own_rows(30)), "--yes", *told)
    assert result.exit_code == 2, result.exception
    assert said in " ".join(result.stderr.split())


NUMBERS = ("", "0", "1", "2", "12.50", "1,250", "$3", "-4", "7.125", "1772357400")
CELLS = st.sampled_from([*NUMBERS, "yes", "fraud", "t7", "03/04/2026", "13.04.2026 10:00", "é"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    header=st.lists(st.sampled_from([*FOREIGN, *OWN, "date", "step", "status", "currency", ""]), min_size=2, max_size=8),
    data=st.data(),
    encoding=st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
def test_no_file_ends_an_import_with_a_traceback(invoke, tmp_path, header, data, encoding):
    """It is imported, or a sentence says why not."""
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), min_size=1, max_size=6))
    path = tmp_path / "any.csv"
    path.with_name(FILE_NAME).unlink(missing_ok=True)
    path.write_bytes(text_of(header, rows).encode(encoding))
    result = invoke(path, "--yes")
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert result.exit_code == 0 or (result.exit_code == 2 and "error: " in result.stderr)


def test_a_folder_that_cannot_be_written_to_is_named(write, screen, monkeypatch):
    """With what to do."""
    path = write(FOREIGN, own_rows(30))
    monkeypatch.setattr(Path, "open", _refused(Path.open))
    with pytest.raises(InputError, match="cannot be written: Permission denied"):
        settle(path, ImportOptions(), screen, Ways(is_yes=True))


def _refused(opened):
    def open_but_not_new(self, mode="r", **more):
        if mode == "x":
            raise PermissionError(13, "Permission denied")
        return opened(self, mode, **more)

    return open_but_not_new


@pytest.mark.parametrize(("line", "column"), [("no_customer = true", "customer_id"), ("generate_ids = true", "transaction_id")])
def test_a_description_that_denies_a_column_that_is_there_is_refused(tmp_path, line, column):
    """It was proposed for another file."""
    (tmp_path / "dataset.toml").write_text(f"[rows]\n{line}\n", encoding="utf-8")
    head = "transaction_id,occurred_at,customer_id,terminal_id,amount,is_fraud\n"
    (tmp_path / "f.csv").write_text(f"{head}t1,2026-03-01T12:00:00Z,c1,m1,12.50,0\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["import", str(tmp_path / "f.csv"), "--check"])
    assert result.exit_code == 2
    assert f"the file has a column `{column}`" in " ".join(result.output.split())
