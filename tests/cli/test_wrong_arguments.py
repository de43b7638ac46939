"""Every command where no platform is, or something else: one clear line, exit code 1 or 2, and never a traceback."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.main import get_command
from wrong_words import check_told

from cli.main import app

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


def commands(group, path=()):
    """All commands by name, those of groups too."""
    for name, command in group.commands.items():
        named = " ".join((*path, name))
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        if not hasattr(command, "commands") or command.invoke_without_command:
            yield named, command


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
