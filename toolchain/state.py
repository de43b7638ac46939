"""What is made ready and what is stale, without making anything: `.venv/bin/python -m toolchain.state` prints it as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from toolchain import synthesis
from toolchain.content import content_key
from toolchain.environments import CDK, HOST, ROOT, cdk_key, current, host_key


def environment(folder: Path, key: str) -> str:
    """Whether an environment is there, for its requirements: `current`, `stale` or `missing`."""
    if not (folder / "bin/python").exists():
        return "missing"
    return "current" if current(folder, key) else "stale"


def template() -> str:
    """Whether cdk.out was synthesised from what lies here: `current`, `stale` or `missing`."""
    if not (ROOT / "cdk.out/manifest.json").exists():
        return "missing"
    return "current" if synthesis.recorded_key() == content_key(ROOT, synthesis.SOURCES) else "stale"


def node() -> str:
    """The version of the environment's Node; `missing` where it, or the CDK's command line, is not there."""
    program = CDK / "bin/node"
    if not program.exists() or not (ROOT / "node_modules/aws-cdk/bin/cdk").exists():
        return "missing"
    done = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "missing"


def main() -> int:
    """Print a JSON object of place and state."""
    found = {HOST.name: environment(HOST, host_key()), CDK.name: environment(CDK, cdk_key()), "node": node(), "cdk.out": template()}
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
