"""Commands speak the platform's currency; a table of rates is checked before it is stored where the API converts by it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cli import main
from cli.currency import agreed, currency_of_assembly, store_rates
from cli.errors import InputError
from cli.target import Target
from greenfraud.naming import RATES_KEY
from greenfraud.rates import RateTable

RATES = "date,currency,rate\n2026-01-01,USD,0.85\n2026-01-02,USD,0.86\n"
ROW = "a1,2026-01-01T10:00:00Z,c1,{amount},0"
HEADER = "transaction_id,occurred_at,customer_id,amount,is_fraud"


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    """Run `greenfraud` in an empty folder, with nothing up."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    return lambda *arguments, **kwargs: CliRunner().invoke(main.app, list(arguments), **kwargs)


@pytest.fixture
def rates(tmp_path):
    """A table of rates into EUR."""
    path = tmp_path / "rates.csv"
    path.write_text(RATES)
    return path


def test_a_table_is_checked_and_told_in_few_words(invoke, rates):
    """Which currencies, how many rates, and the version that answers will name."""
    result = invoke("rates", str(rates), "--check")
    assert json.loads(result.stdout) == {
        "currency": "EUR",
        "currencies": ["USD"],
        "rates": 2,
        "version": RateTable.parse(RATES.encode(), "EUR").version,
    }


def test_a_table_that_cannot_be_used_is_refused_with_its_line(invoke, rates):
    """Before anything is stored."""
    rates.write_text(RATES + "2026-01-03,USD,nothing\n")
    result = invoke("rates", str(rates), "--check")
    assert result.exit_code == 2
    assert "line 4: the rate must be a decimal above 0" in result.stderr.replace("\n", " ")


def test_a_checked_table_is_stored_byte_for_byte(s3, rates, monkeypatch, invoke):
    """Where the API looks for it."""
    target = Target(None)
    target.outputs = {"ArtifactsBucket": "lake", "Currency": "EUR"}
    target._clients["s3"] = s3
    store_rates(target, RATES.encode())
    assert s3.get_object(Bucket="lake", Key=RATES_KEY)["Body"].read() == RATES.encode()


def test_a_file_is_checked_in_the_currency_that_is_asked_for(invoke, write_csv):
    """Digits as ISO 4217 has them."""
    good = write_csv(ROW.format(amount="1250"), header=HEADER)
    assert json.loads(invoke("import", str(good), "--check", "--currency", "JPY", "--json").stdout)["currency"] == "JPY"
    assert json.loads(invoke("import", str(good), "--check", "--json").stdout)["currency"] == "EUR"
    result = invoke("import", str(good), "--check", "--currency", "EURO")
    assert (result.exit_code, "--currency: must be three capital letters" in result.stderr) == (2, True)


def test_a_platform_has_one_currency_and_another_is_refused():
    """By both names, and with the way that there is."""
    assert agreed("", "SEK") == agreed("SEK", "SEK") == "SEK"
    with pytest.raises(InputError, match="--currency USD: this platform's currency is SEK"):
        agreed("USD", "SEK")


def test_a_run_speaks_the_currency_of_its_template(tmp_path):
    """Another one is a setting of the deployment."""
    assert currency_of_assembly(tmp_path, "") == "EUR"
    template = {"Outputs": {"Currency": {"Value": "SEK"}}}
    (tmp_path / "GreenFraud-Data.template.json").write_text(json.dumps(template))
    assert currency_of_assembly(tmp_path, "") == "SEK"
    with pytest.raises(InputError, match=r'is for SEK. Write "currency": "NOK" and "review_above"'):
        currency_of_assembly(tmp_path, "NOK")


def test_a_transaction_is_checked_in_its_own_currency_before_it_is_sent(invoke):
    """Whether it can be converted, the platform knows."""
    given = {"transaction_id": "a", "occurred_at": "2026-01-01T10:00:00Z", "customer_id": "c", "amount": "1.5", "currency": "JPY"}
    result = invoke("score", "-", input=json.dumps(given))
    assert result.exit_code == 2
    assert "amount: must be a decimal string without decimals in JPY" in result.stderr.replace("\n", " ")
