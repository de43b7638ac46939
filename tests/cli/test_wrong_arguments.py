"""Every command with wrong endpoints, files and names: one clear line, exit code 1 or 2, and never a traceback."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from card_rows import HEADER, ROWS
from typer.main import get_command
from typer.testing import CliRunner

from cli.main import app

PAYMENT = {
    "transaction_id": "a",
    "occurred_at": "2026-01-01T10:00:00Z",
    "customer_id": "c",
    "amount": "1.00",
    "currency": "EUR",
}
GOOD = {"payments.csv": "\n".join([HEADER, *ROWS]), "payment.json": json.dumps(PAYMENT)}
GOOD |= {"rates.csv": "date,currency,rate\n2026-01-01,USD,0.9\n", "labels.csv": "transaction_id,label\na1,fraud\n"}
# Each command that asks a platform, with arguments that nothing is wrong with.
OF_A_PLATFORM = {
    "import": ["payments.csv"],
    "rates": ["rates.csv"],
    "label": ["labels.csv"],
    "retrain": [],
    "console": [],
    "status": [],
    "score": ["payment.json"],
    "explain": ["1"],
    "promote": ["light/1", "--reason", "x"],
    "rollback": ["--reason", "x"],
    "shadow": ["light/1", "--reason", "x"],
    "canary": ["5", "--reason", "x"],
    "history": [],
    "proposals": [],
    "approve": ["1", "--reason", "x"],
    "withdraw": ["1", "--reason", "x"],
    "forget": ["c1"],
    "report": [],
    "redrive": [],
    "rebuild": [],
    "restore-day": ["2026-01-01"],
    "policy apply": ["policy.toml", "--why", "x"],
    "policy diff": ["policy.toml"],
    "policy backtest": ["policy.toml"],
    "policy undo": ["--why", "x"],
    "policy history": [],
    "policy show": [],
    "reviews": [],
    "reviews claim": ["1"],
    "reviews unclaim": ["1"],
    "reviews note": ["1", "x"],
    "reviews release": ["1"],
    "reviews fraud": ["1"],
    "audit verify": [],
    "audit export": [],
    "webhooks test": [],
    "webhooks redrive": [],
}
# What a platform that is up knows more of, or nobody needs one for.
OTHERS = {"run", "compare", "doctor", "dashboard", "mlflow-ui", "emissions", "policy check"}
# Commands that read a file, by what stands before its name.
OF_A_FILE = {
    "import": ["import"],
    "import --look": ["import", "--look"],
    "import --check": ["import", "--check"],
    "import --dataset": ["import", "payments.csv", "--check", "--dataset"],
    "import --labels": ["import", "payments.csv", "--check", "--labels"],
    "import --rates": ["import", "payments.csv", "--check", "--rates"],
    "run": ["run", "--exit", "--data"],
    "rates": ["rates", "--check"],
    "label": ["label", "--check"],
    "compare": ["compare", "--score", "amount", "--data"],
    "score": ["score"],
    "policy check": ["policy", "check"],
    "policy apply": ["policy", "apply", "--why", "x"],
}
BAD_FILES = {
    "absent": None,
    "binary": bytes(range(256)) * 8,
    "parquet in name alone.parquet": b"PAR1 this is none",
    "json list": b"[1, 2, 3]",
    "nested": b"[" * 100_000,
    "gzip in name alone.csv.gz": b"\x1f\x8bnothing of the kind",
}


UNUSED = [
    ["run", "--rates", "rates.csv"],
    ["run", "--data", "payments.csv", "--seed", "7"],
    ["import", "payments.csv", "--check", "--aws"],
    ["import", "payments.csv", "--check", "--append"],
    ["import", "payments.csv", "--look", "--yes"],
    ["import", "payments.csv", "--look", "--stage", "dev"],
    ["rates", "rates.csv", "--check", "--region", "eu-north-1"],
    ["label", "labels.csv", "--check", "--receipt", "x.csv"],
    ["doctor", "--aws", "--port", "4566"],
    ["score", "payment.json", "--amount", "5"],
    ["shadow", "--reason", "x"],
    ["shadow", "light/1", "--reason", "x", "--days", "3"],
    ["canary", "--yes"],
    ["canary", "5", "--reason", "x", "--json", "x.json"],
    ["emissions", "--region", "eu-north-1"],
    ["dashboard", "--stage", "prod"],
    ["policy", "show", "--default", "--aws"],
    ["reviews", "--limit", "5", "claim", "1"],
]


def commands(group, path=()):
    """All commands by name, those of groups too."""
    for name, command in group.commands.items():
        named = " ".join((*path, name))
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        if not hasattr(command, "commands") or command.invoke_without_command:
            yield named, command


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    """Run `greenfraud` in a folder with good files, with nothing up and no credentials that lead anywhere."""
    monkeypatch.chdir(tmp_path)
    for name, text in GOOD.items():
        Path(name).write_text(text, encoding="utf-8")
    Path("policy.toml").write_text(CliRunner().invoke(app, ["policy", "show", "--default"]).stdout, encoding="utf-8")
    Path("cdk.out").mkdir()
    Path("cdk.out/manifest.json").write_text("{}")
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "GREENFRAUD_API_URL", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    def run(*words):
        return CliRunner().invoke(app, list(words))

    return run


@pytest.fixture(scope="module")
def stranger():
    """A server that answers everything, and is no platform."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("content-length") or 0))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>hello</title>")

        do_GET = do_PUT = do_POST

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def check_told(result, *expected):
    """A fault is told in words, by an exit code that a script can tell from success, and nothing of it is ours."""
    told = result.output + result.stderr
    assert result.exit_code in (1, 2), told
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert "Traceback" not in told
    assert told.strip(), "nothing was said"
    for words in expected:
        assert words in told


def test_every_command_is_driven():
    """A new one stands here, too."""
    assert {name for name, _ in commands(get_command(app))} == set(OF_A_PLATFORM) | OTHERS


@pytest.mark.parametrize("command", OF_A_PLATFORM)
def test_a_command_says_that_its_platform_is_not_there(invoke, monkeypatch, command, stranger):
    """Nothing is up, nobody listens where it should be, or something else answers every request."""
    words = [*command.split(), *OF_A_PLATFORM[command]]
    check_told(invoke(*words), "Run `make run` first, or give --aws")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    check_told(invoke(*words), "127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL", stranger)
    monkeypatch.setenv("GREENFRAUD_API_URL", stranger)
    check_told(invoke(*words))


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "GREENFRAUD_API_URL"])
@pytest.mark.parametrize("address", ["nonsense", "http://", "ftp://127.0.0.1", "http://127.0.0.1:99999", "http://[", "http://a:b"])
def test_an_address_that_is_none_is_told_by_its_variable(invoke, monkeypatch, variable, address):
    """Before anything is asked."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv(variable, address)
    for words in (["status"], ["status", "--aws"]):
        check_told(invoke(*words), f"{variable} is '{address}', expected an address such as http://127.0.0.1:4566")


@pytest.mark.parametrize("content", ["[]", "null", "{", '{"endpoint": 5}', '{"endpoint": ""}', "\udcff", "{}"])
def test_a_damaged_note_of_what_is_up_is_none(invoke, content):
    """`.local/serving.json` is a file that anybody may have touched."""
    Path(".local").mkdir()
    Path(".local/serving.json").write_bytes(content.encode(errors="surrogateescape"))
    check_told(invoke("status"), "nothing is up here")


def test_every_command_that_knows_aws_says_which_platform_alike():
    """Without a line of its own."""
    found = {name: {option for one in command.params for option in one.opts} for name, command in commands(get_command(app))}
    for name, options in found.items():
        assert ("--aws" in options) == ({"--region", "--profile", "--stage"} <= options), name


@pytest.mark.parametrize("command", [["status"], ["reviews", "claim", "1"], ["policy", "show"]], ids=" ".join)
def test_a_wrong_place_is_told(invoke, monkeypatch, command):
    """A stage, profile or region that does not exist, and a profile without AWS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    check_told(invoke(*command, "--stage", "production"), "--stage is 'production', choose one of dev, prod")
    check_told(invoke(*command, "--stage", "dev"), "Is the platform up at http://127.0.0.1:9?")
    check_told(invoke(*command, "--aws", "--profile", "absent"), "--profile absent: your AWS configuration has no such profile")
    check_told(invoke(*command, "--profile", "absent"), "give --aws too")
    check_told(invoke(*command, "--aws", "--region", "not a region"))
    monkeypatch.setenv("AWS_PROFILE", "absent")
    check_told(invoke(*command), "The config profile (absent) could not be found")


def test_a_group_and_its_command_are_told_one_place(invoke):
    """`reviews --stage x claim` means the same as `reviews claim --stage x`."""
    check_told(invoke("reviews", "--stage", "production", "claim", "1"), "--stage is 'production'")


@pytest.mark.parametrize("bad", [*BAD_FILES, "a folder"])
@pytest.mark.parametrize("command", OF_A_FILE)
def test_a_file_that_cannot_be_read_is_told(invoke, monkeypatch, command, bad):
    """By its name."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    if bad == "a folder":
        Path(bad).mkdir()
    elif (content := BAD_FILES[bad]) is not None:
        Path(bad).write_bytes(content)
    check_told(invoke(*OF_A_FILE[command], bad))
    assert not Path(".local").exists()


@pytest.mark.parametrize("words", UNUSED, ids=" ".join)
def test_an_option_that_would_change_nothing_is_refused(invoke, words):
    """Before anything is started, and by its name."""
    check_told(invoke(*words), "leave out", next(word for word in reversed(words) if word.startswith("--")))
