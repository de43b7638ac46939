"""Synthesises the template through the CDK command line, unless nothing it depends on changed: `python3 -m toolchain.synthesis`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from toolchain.content import content_key

ROOT = Path(__file__).resolve().parents[1]
SOURCES = (
    "cdk",
    "cdk.json",
    "package-lock.json",
    "package.json",
    "requirements",
    "pyproject.toml",
    "functions",
    "intake",
    "layers",
    "reporting",
    "training",
    "feature_repo",
    "toolchain/synthesis.py",
)
RECORD = ROOT / ".local/synth.json"


def recorded_key() -> str | None:
    """The content key of the last completed synthesis, if its output still lies there as it was left."""
    if not RECORD.exists() or not (ROOT / "cdk.out/manifest.json").exists():
        return None
    record: dict[str, str] = json.loads(RECORD.read_text(encoding="utf-8"))
    # `cdk ls` and its like write to the same folder, without building the layer.
    return record.get("key") if record.get("output") == output_key() else None


def output_key() -> str:
    """The content key of the templates and manifests in cdk.out, which name the assets."""
    return content_key(ROOT, sorted(f"cdk.out/{path.name}" for path in (ROOT / "cdk.out").glob("*.json")))


def synthesise() -> int:
    """Run `cdk synth` with the project's own Node and Python; returns its exit code."""
    tools = ROOT / ".venv-cdk/bin"
    env = {**os.environ, "PATH": f"{tools}{os.pathsep}{ROOT / '.venv/bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    if "PIP_FIND_LINKS" in env:
        env.setdefault("UV_FIND_LINKS", env["PIP_FIND_LINKS"])
    command = [tools / "node", ROOT / "node_modules/aws-cdk/bin/cdk", "synth", "--quiet", "--no-notices"]
    finished = subprocess.run([str(part) for part in command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if finished.returncode:
        print(finished.stdout, finished.stderr, sep="\n", file=sys.stderr)
    return finished.returncode


def main() -> int:
    """Synthesise into cdk.out when needed; returns the exit code."""
    key = content_key(ROOT, SOURCES)
    if recorded_key() == key:
        return 0
    print("  synthesising cdk/ …", flush=True)
    started = time.monotonic()
    RECORD.unlink(missing_ok=True)
    code = synthesise()
    if code == 0:
        seconds = round(time.monotonic() - started, 1)
        RECORD.parent.mkdir(exist_ok=True)
        RECORD.write_text(json.dumps({"key": key, "output": output_key(), "seconds": seconds}), encoding="utf-8")
        print(f"  cdk.out ready in {seconds} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
