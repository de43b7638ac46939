"""A checkout of its own, the project's CDK command line in it, and the transcript of what was typed and answered."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.cloudformation import assets
from local.context import ACCOUNT, REGION
from toolchain.content import content_key
from toolchain.synthesis import SOURCES, recorded_key

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
NODE, CDK = ROOT / ".venv-cdk/bin/node", ROOT / "node_modules/aws-cdk/bin/cdk"
SECONDS = 300  # a busy machine; a command that hangs fails the test instead of stopping it
ADMINISTRATOR = {"AWS_ACCESS_KEY_ID": "embedded", "AWS_SECRET_ACCESS_KEY": "embedded"}
# What of the CDK's many lines belongs into a transcript: results, what was kept or changed, failures.
KEY_LINES = re.compile(r"✅|❌|_SKIPPED|UPDATE_COMPLETE|IMPORT_COMPLETE|_FAILED|\.(ApiUrl|DataOnDestroy|ScoreFunction) = ")
TIMES = re.compile(r"\| *\d+(/\d+)? *\| \d\d?:\d\d:\d\d [AP]M ")


def missing_tool() -> str | None:
    """Why the CDK command line cannot run here, or None."""
    absent = [str(path.relative_to(ROOT)) for path in (NODE, CDK) if not path.exists()]
    return f"{' and '.join(absent)} is not there: run `make install`" if absent else None


@dataclass
class Transcript:
    """Commands and the key lines of their output, in order; on disk after each, so that a failure leaves its beginning."""

    path: Path
    entries: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """A remark, for steps that are no command."""
        self._add(f"# {text}")

    def add(self, command: str, output: str) -> None:
        """A command and what it answered."""
        self._add("\n".join([f"$ {command}", *output.rstrip().splitlines()]))

    def _add(self, entry: str) -> None:
        self.entries.append(entry)
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text("\n\n".join(self.entries) + "\n", encoding="utf-8")


@dataclass
class Checkout:
    """A copy of the sources with their synthesised assembly, where a person works: edits, deploys, asks."""

    folder: Path
    transcript: Transcript
    endpoint: str = ""
    person: dict[str, str] = field(default_factory=lambda: ADMINISTRATOR)  # variables of the shell: who types

    def cdk(self, *arguments: str) -> str:
        """Run the CDK command line; everything it said. AssertionError when it fails."""
        done = self._run([str(NODE), str(CDK), *arguments, "--no-notices"])
        said = done.stdout + done.stderr
        shown = [TIMES.sub("| ", line).strip() for line in said.splitlines() if KEY_LINES.search(line)]
        self.transcript.add("cdk " + " ".join(arguments), "\n".join(shown))
        assert done.returncode == 0, said
        return said

    def paste(self, line: str, *, code: int = 0, **variables: str) -> str:
        """Run a line of the guide in a shell as it stands; what it printed."""
        here = line.replace(".venv/bin/", f"{BIN}/")
        done = self._run(["bash", "-c", here], variables)
        self.transcript.add(line, done.stdout + done.stderr)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def record_image(self, ecr: Any) -> None:
        """Stand in for the container engine: record in ECR, as `python -m local deploy` does, that the image is there."""
        substitute = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws"}
        for manifest in (self.folder / "cdk.out").glob("*.assets.json"):
            assets.register_images(manifest, ecr, substitute)
        self.transcript.say(
            "No container engine here: the tag of the training image is recorded in ECR, so that the CDK takes it for published."
        )

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace text in a source file, once."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} no longer holds {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        self.transcript.say(f"edited {name}: {old.strip()} -> {new.strip()}")

    def _run(self, command: list[str], variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        environment = self.environment() | (variables or {})
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )

    def environment(self) -> dict[str, str]:
        """The credentials of who types, our AWS, the CDK's Python first on PATH, and nothing of one's own AWS settings."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
        return inherited | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "eu-north-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "CDK_DISABLE_CLI_TELEMETRY": "1",
            "HOME": str(self.folder),  # where the CDK remembers which account a key belongs to
            "NODE_COMPILE_CACHE": str(ROOT / ".local/cache/node"),
            "PATH": os.pathsep.join([str(NODE.parent), os.environ.get("PATH", ""), str(BIN)]),
            "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache/uv")),
            **self.person,
        }


def make_checkout(folder: Path, transcript: Path) -> Checkout:
    """Copy the sources with what was synthesised from them; what was synthesised from others is synthesised anew."""
    for name in {*SOURCES, "toolchain"} - {"toolchain/synthesis.py"}:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    if (ROOT / "cdk.out").exists():
        shutil.copytree(ROOT / "cdk.out", folder / "cdk.out", copy_function=link, ignore=shutil.ignore_patterns(".cache"))
    checkout = Checkout(folder, Transcript(transcript))
    if content_key(folder, SOURCES) != recorded_key():
        checkout.cdk("synth", "--quiet")
    return checkout


def link(source: str, target: str) -> None:
    """A hard link where the file system allows it and the file is not one that a synthesis writes again."""
    if not re.search(r"cdk\.out/[^/]+$", source):
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return
    shutil.copy2(source, target)
