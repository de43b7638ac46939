"""Starting, stopping and refusing to start."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from local import pins
from local.__main__ import allowed_hosts
from local.patches import PatchError


def test_a_port_in_use_is_named_with_the_way_out():
    """The message names the port, the flag and the variable."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "local", "serve", "--port", port]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 2
    assert all(word in refused.stderr for word in (port, "--port", "GREENFRAUD_PORT"))


def test_another_moto_is_refused(monkeypatch):
    """Its internals are patched, so the version is pinned to the letter."""
    monkeypatch.setattr(pins, "version", lambda _: "5.3.0")
    with pytest.raises(PatchError, match=r"5\.3\.0.*5\.2\.5"):
        pins.check()


def test_the_assets_bucket_and_the_bootstrap_version_are_there(embedded):
    """What the CDK looks for before it deploys."""
    parameter = embedded.client("ssm").get_parameter(Name="/cdk-bootstrap/hnb659fds/version")["Parameter"]
    assert int(parameter["Value"]) >= 6
    embedded.client("s3").head_bucket(Bucket="cdk-hnb659fds-assets-123456789012-eu-north-1")


def test_allowed_hosts_come_from_the_option_or_else_from_the_variable(monkeypatch):
    """As docker compose sets it for the platform's container."""
    monkeypatch.setenv("GREENFRAUD_ALLOW_HOST", "platform,other")
    assert allowed_hosts(None) == ("platform", "other")
    assert allowed_hosts(["Third"]) == ("third",)
    monkeypatch.delenv("GREENFRAUD_ALLOW_HOST")
    assert allowed_hosts(None) == ()
