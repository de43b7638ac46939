"""Synthesises the templates of every setting and has cfn-lint read them, unless none changed: `python3 -m toolchain.templates`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from toolchain.content import content_key

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("cdk", "cdk.json", "requirements", ".cfnlintrc", "toolchain/templates.py")
FOLDER = ROOT / ".local/templates"
RECORD = FOLDER / "linted.key"


def commands() -> list[list[str | Path]]:
    """What is run, in order: the synthesis by the CDK's environment, cfn-lint as .cfnlintrc says by the other one."""
    return [[ROOT / ".venv-cdk/bin/python", "-m", "cdk.every_setting", FOLDER], [ROOT / ".venv/bin/cfn-lint"]]


def main() -> int:
    """Synthesise and lint when needed; returns the exit code of the first that fails, after showing what it said."""
    key = content_key(ROOT, SOURCES)
    if RECORD.exists() and RECORD.read_text(encoding="ascii") == key:
        return 0
    shutil.rmtree(FOLDER, ignore_errors=True)
    env = {**os.environ, "PATH": f"{ROOT / '.venv-cdk/bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    for command in commands():
        run = subprocess.run([str(part) for part in command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        if run.returncode:
            print(run.stdout, run.stderr, sep="\n", file=sys.stderr)
            return run.returncode
    RECORD.write_text(key, encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
