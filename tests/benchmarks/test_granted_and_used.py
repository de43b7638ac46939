"""`make permissions`: a grant is used, broader than its use, never used, or accepted with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.permissions import __main__ as command

ROLE = "GreenFraud-Serving/Score/Role"
GRANTED = [
    {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:table"},
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:bucket/models/*"},
    {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:bucket/models/*"},
]
USED = [["dynamodb:GetItem", "arn:table"], ["s3:GetObject", "arn:bucket/models/light/1"]]
BROADER = (
    f'[[acknowledged]]\nkind = "broader"\nrole = "{ROLE}"\naction = "s3:GetObject"\nresource = "*"\nreason = "Versions are many."\n'
)


def report(
    folder: Path, monkeypatch: pytest.MonkeyPatch, acknowledged: str = "", denied: list[dict[str, object]] | None = None
) -> int:
    """The exit code over one record of one role."""
    (folder / "cdk.out").mkdir()
    resource = {"Type": "AWS::IAM::Role", "Metadata": {"aws:cdk:path": f"{ROLE}/Resource"}}
    (folder / "cdk.out/one.template.json").write_text(json.dumps({"Resources": {"Role": resource}}))
    (folder / "records").mkdir()
    record = {"roles": {ROLE: {"name": "role", "granted": GRANTED, "used": USED}}, "denied": denied or []}
    (folder / "records/1.json").write_text(json.dumps(record))
    (folder / "accepted.toml").write_text(acknowledged)
    words = ["make permissions", "--records", str(folder / "records"), "--acknowledged", str(folder / "accepted.toml")]
    monkeypatch.setattr(command, "ROOT", folder)
    monkeypatch.setattr(command, "publish", lambda *_: None)
    monkeypatch.setattr("sys.argv", words)
    return command.main()


def test_what_is_broader_or_never_used_is_told_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """With what was used of it, and exit code 1."""
    assert report(tmp_path, monkeypatch) == 1
    said = capsys.readouterr().out
    assert f"never used: {ROLE}: s3:PutObject on arn:bucket/models/*" in said
    assert f"broader than used: {ROLE}: s3:GetObject on arn:bucket/models/*" in said
    assert "dynamodb:GetItem" not in said


def test_an_accepted_line_is_told_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The others are."""
    assert report(tmp_path, monkeypatch, BROADER) == 1
    said = capsys.readouterr().out
    assert "s3:GetObject" not in said
    assert "s3:PutObject" in said


def test_an_acceptance_of_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The file does not outlive what it accepts."""
    report(tmp_path, monkeypatch, BROADER.replace("s3:GetObject", "s3:GetObjectTagging"))
    assert "acknowledges nothing: broader" in capsys.readouterr().out


def test_without_a_record_nothing_is_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Exit code 2, and what leaves one."""
    monkeypatch.setattr("sys.argv", ["make permissions", "--records", str(tmp_path)])
    assert command.main() == 2
    assert "run `make test`" in capsys.readouterr().err
