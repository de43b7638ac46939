"""S3 objects of a saved state, served alone: what MLflow's pages read of a platform that has stopped.

Nothing is deployed, nothing runs and nothing is saved: the state on disk stays as it is.
"""

from __future__ import annotations

import json
from pathlib import Path

from local.context import ACCOUNT, REGION
from local.loopback import Door
from local.server import check_port, listen, prepare_environment, until_signalled


def serve(state_dir: Path, *, port: int, prefix: str) -> int:
    """Serve the objects below a prefix of every saved bucket until SIGTERM or SIGINT; the exit code."""
    check_port(port, "--port", "GREENFRAUD_PORT")
    stopping = until_signalled()
    prepare_environment(port)
    put_back(state_dir, prefix)
    listen(port, Door())
    print(json.dumps({"ready": True, "endpoint": f"http://127.0.0.1:{port}"}), flush=True)
    stopping.wait()
    return 0


def put_back(state_dir: Path, prefix: str) -> None:
    """Make each saved bucket, with its objects below the prefix."""
    from moto.s3.models import s3_backends

    from local.tables.state import SavedState, put_objects

    saved = SavedState(state_dir, ACCOUNT, REGION)
    for index in sorted((state_dir / "s3").glob("*.jsonl")):
        s3_backends[ACCOUNT]["aws"].create_bucket(index.stem, REGION)
        put_objects(saved, index.stem, prefix)
