"""`make release`: all that a deployment needs, in one file known by its digest: `.venv/bin/python -m toolchain.release`.

In it: the synthesised assembly with its assets, the images it names, built, the lock by which npm installs the CDK's command line,
the bills of materials, and what all of it was made from. The folders that images are built from stay out: who deploys this file
can build nothing, so none of our code runs where the right to deploy is held. The CDK takes an image from the engine instead of
building it where one of the name `cdkasset-ID` is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from toolchain import sbom

ROOT = Path(__file__).resolve().parents[1]
RELEASE = Path(".local/release")
FILE, IMAGES, ORIGIN = "release.tar", "images.tar", "origin.json"
LOCK = ("package.json", "package-lock.json", ".npmrc")
# What GitHub says of a run, by the name it has in the file.
RUN = {"repository": "GITHUB_REPOSITORY", "commit": "GITHUB_SHA", "ref": "GITHUB_REF", "run": "GITHUB_RUN_ID"}


class ReleaseError(Exception):
    """The release could not be made; the message says what is missing."""


def sources(assembly: Path, kind: str) -> dict[str, Mapping[str, Any]]:
    """What every asset of a kind, `files` or `dockerImages`, is made from, by the asset's id."""
    manifests = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(assembly.glob("*.assets.json"))]
    return {asset: entry["source"] for manifest in manifests for asset, entry in manifest.get(kind, {}).items()}


def build_command(name: str, source: Mapping[str, Any], assembly: Path) -> list[str]:
    """How Docker builds an image as the CDK would; ReleaseError for an option that is not known here."""
    if unknown := source.keys() - {"directory", "dockerBuildArgs", "dockerFile", "platform"}:
        raise ReleaseError(f"the image {name} is built with {', '.join(sorted(unknown))}, which toolchain/release.py does not know")
    arguments = [word for key, value in source.get("dockerBuildArgs", {}).items() for word in ("--build-arg", f"{key}={value}")]
    folder = str(assembly / source["directory"])
    return [
        "docker",
        "build",
        "--tag",
        name,
        *arguments,
        "--file",
        f"{folder}/{source['dockerFile']}",
        "--platform",
        source["platform"],
        folder,
    ]


def engine(command: list[str]) -> str:
    """Run Docker and return what it printed; ReleaseError when it is missing or fails."""
    # SageMaker takes a plain image, and no list of an image with its attestations.
    environment = {**os.environ, "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    except FileNotFoundError:
        raise ReleaseError("a release needs Docker to build the training image, and there is none on PATH") from None
    if done.returncode:
        raise ReleaseError(f"{' '.join(command[:4])} … ended with {done.returncode}; what it said stands above")
    return done.stdout.strip()


def build_images(assembly: Path, target: Path) -> dict[str, str]:
    """Build the images of the assembly into one archive; the digest of each one's configuration, by name."""
    # The names under which the CDK looks for them.
    found = {f"cdkasset-{asset.lower()}": source for asset, source in sources(assembly, "dockerImages").items()}
    for name, source in found.items():
        engine(build_command(name, source, assembly))
    engine(["docker", "save", "--output", str(target), *found])
    return {name: engine(["docker", "inspect", "--format", "{{.Id}}", name]) for name in found}


def contents(root: Path) -> Iterator[tuple[str, Path]]:
    """Name in the release and path of every file, in a stable order; of cdk.out what its manifests name, and no earlier asset."""
    assembly = root / "cdk.out"
    assets = {source["path"] for source in sources(assembly, "files").values()}
    for path in sorted([*assembly.glob("*"), *(inner for asset in assets for inner in (assembly / asset).rglob("*"))]):
        if path.is_file():
            yield f"cdk.out/{path.relative_to(assembly).as_posix()}", path
    yield from ((name, root / name) for name in LOCK)
    yield from ((f"sbom/{path.name}", path) for path in sorted((root / ".local/sbom").glob("*.cdx.json")))
    yield from ((name, root / RELEASE / name) for name in (IMAGES, ORIGIN))


def pack(root: Path) -> str:
    """Write the release; the sha256 of its bytes. The same contents give the same bytes."""
    target = root / RELEASE / FILE
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
        for name, path in contents(root):
            entry = archive.gettarinfo(path, name)
            entry.uid = entry.gid = entry.mtime = 0
            entry.uname = entry.gname = ""
            entry.mode = 0o755 if entry.mode & 0o100 else 0o644
            with path.open("rb") as file:
                archive.addfile(entry, file)
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> int:
    """Make the release; returns the exit code."""
    (ROOT / RELEASE).mkdir(parents=True, exist_ok=True)
    try:
        built = build_images(ROOT / "cdk.out", ROOT / RELEASE / IMAGES)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    sbom.main()
    origin = {name: os.environ.get(variable) for name, variable in RUN.items()} | {"images": built}
    (ROOT / RELEASE / ORIGIN).write_text(json.dumps(origin, indent=1) + "\n", encoding="utf-8")
    digest = pack(ROOT)
    print(f"{RELEASE / FILE}: sha256 {digest}")
    if output := os.environ.get("GITHUB_OUTPUT"):
        with Path(output).open("a", encoding="utf-8") as file:
            file.write(f"digest={digest}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
