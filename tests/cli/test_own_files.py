"""A file is read in the encoding it has, packed or not, and every message tells the line where a person finds the row."""

import gzip
import io
import zipfile

import pytest
from typer.testing import CliRunner

from cli.errors import InputError
from cli.main import app

HEADER = "transaction_id,occurred_at,customer_id,amount,is_fraud"
ROW = "a1,2026-03-01T09:30:00Z,Müller,12.50,0"
TEXT = f"{HEADER}\n{ROW}\n"


def packed(content: bytes) -> bytes:
    """Packed by gzip, to the same bytes at any time: they name a test."""
    return gzip.compress(content, mtime=0)


def zipped(*names: str, content: bytes = TEXT.encode()) -> bytes:
    """A zip with a file of each name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # of no time
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "typed"),
    [
        (TEXT.encode(), {}),
        (TEXT.encode("utf-8-sig"), {}),
        (TEXT.replace("\n", "\r\n").encode(), {}),
        (TEXT.encode("cp1252"), {"encoding": "cp1252"}),
        (TEXT.encode("utf-16"), {"encoding": "utf-16"}),
        (packed(TEXT.encode()), {}),
        (packed(TEXT.encode("cp1252")), {"encoding": "cp1252"}),
        (packed(TEXT[:40].encode()) + packed(TEXT[40:].encode()), {}),
        (zipped("f.csv"), {}),
        (zipped("__MACOSX/._f.csv", "folder/f.csv"), {}),
        (TEXT.replace(",", "|").encode(), {}),
        (TEXT.replace(",", "\t").encode(), {"delimiter": "tab"}),
        (TEXT.replace(HEADER, " transaction_id , occurred_at,customer_id ,amount, is_fraud").encode(), {}),
        (TEXT.replace("amount", '"amount"').encode(), {}),
    ],
)
def test_the_same_row_is_read_however_it_is_stored(read, content, typed):
    """As it is, without a hand."""
    assert [row["customer_id"] for row in read(content, **typed)] == ["Müller"]


@pytest.mark.parametrize(
    ("content", "typed", "said"),
    [
        (f"{HEADER}\n{ROW.replace('ü', 'u')}\n{ROW}\n".encode("cp1252"), {}, "line 3 is not utf-8.*--encoding cp1252"),
        (TEXT.encode("utf-16"), {}, "It is utf-16: --encoding utf-16"),
        (TEXT.replace("amount", "Beträge").encode("cp1252"), {}, "neither Parquet nor CSV in utf-8.*--encoding cp1252"),
        (TEXT.encode(), {"encoding": "utf-9"}, "file.encoding = `utf-9` is no encoding"),
        (TEXT.encode(), {"encoding": "base64"}, "file.encoding = `base64` is no encoding"),
        (TEXT.encode(), {"encoding": "utf-16"}, "in utf-16.*--encoding cp1252"),
        (f"{TEXT}x,Müll\n".encode("latin-1").replace(b"M\xfcller", b"Muller"), {"skip_bad": True}, "line 3 is not utf-8"),
        (TEXT.encode(), {"delimiter": "x"}, "file.delimiter = `x` cannot be used"),
        (zipped("a.csv", "b.csv"), {}, r"holds 2 files \(a.csv, b.csv\)"),
        (zipped("a.csv")[:-40], {}, "cannot be unpacked as zip"),
        (packed(TEXT.encode())[:-12], {}, "cannot be unpacked as gzip"),
        (packed(b"PAR1 and more"), {}, "cannot be read as Parquet.*Unpack it"),
        (f"{HEADER},amount\n{ROW},7\n".encode(), {}, "2 columns `amount`"),
        (TEXT.encode(), {"mapping": "amount=Amount, gross"}, r"`gross` is not field=column.*'amount=\"Amount, gross\"'"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_remedy(read, content, typed, said):
    """The encoding's for an encoding."""
    with pytest.raises(InputError, match=said):
        read(content, **typed)


def test_names_with_commas_quotes_and_apostrophes_can_be_mapped(read):
    """In double quotes where there is a comma."""
    text = TEXT.replace("customer_id", "Client's id").replace("amount", '"Amount, gross"').replace("is_fraud", '"the ""bad"" one"')
    mapping = """customer_id=Client's id, amount="Amount, gross",is_fraud="the ""bad"" one\""""
    assert [row["amount_minor"] for row in read(text, mapping=mapping)] == [1250]


def test_one_column_may_be_two_fields(read):
    """Each customer one payment."""
    rows = read(
        "user,when,price,bad\nu1,2026-03-01T09:30:00Z,1,0\n",
        mapping="transaction_id=user,customer_id=user,occurred_at=when,amount=price,is_fraud=bad",
    )
    assert (rows[0]["transaction_id"], rows[0]["customer_id"]) == ("u1", "u1")


def test_a_line_is_the_files_also_below_quoted_breaks_and_empty_lines(read):
    """Where a person's editor shows it."""
    text = f'{HEADER},note\na1,2026-03-01T09:30:00Z,c1,1,0,"two\nlines"\n\n\na2,2026-03-01T09:30:00Z,c1,x,0,\n'
    with pytest.raises(InputError, match=r"mine\.csv: column `amount`, row 2 \(line 6\): `x`"):
        read(text)


@pytest.mark.parametrize(
    ("customer", "said"),
    [("123.0", "with .0 behind"), ("4.11E+15", "a spreadsheet's notation"), (" c1", "with blanks around"), ("'c1'", "in quotes")],
)
def test_ids_that_a_tool_may_have_changed_are_told_and_kept(read, customer, said):
    """Their owner knows."""
    assert read(TEXT.replace("Müller", customer))[0]["customer_id"] == customer
    line = read.said[0]
    assert line.startswith(f"column `customer_id`: 1 ids such as `{customer}` are ")
    assert said in line


def test_a_file_cut_off_while_it_was_packed_is_refused(read):
    """Also far behind what is looked at first."""
    rows = "".join(f"a{n},2026-03-01T09:30:00Z,c{n * 7919 % 100_003},12.50,0\n" for n in range(20_000))
    with pytest.raises(InputError, match="cannot be unpacked as gzip"):
        read(packed(f"{HEADER}\n{rows}".encode())[:-2_000])


def test_what_is_said_of_a_file_without_a_file_is_not_ignored():
    """A run of the generated world has none."""
    shown = CliRunner().invoke(app, ["run", "--time-format", "epoch-s"])
    assert shown.exit_code == 2
    assert "--data <file>" in shown.output
