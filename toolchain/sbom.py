"""`make sbom`: a bill of materials (CycloneDX) for each thing that is installed or deployed: `.venv/bin/python -m toolchain.sbom`.

Made from the pins, which is what gets installed, byte for byte. Of a package with builds for several machines a bill holds the
hashes of all of them: what lies on one machine has one of these. The same pins give the same bill, but for its serial number and
its time.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from toolchain.pins import blocks

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / ".local/sbom"
SCHEMA = SchemaVersion.V1_6
APPLICATION, CONTAINER = ComponentType.APPLICATION, ComponentType.CONTAINER
RUNTIME, TORCH = "layers/runtime/requirements.txt", "requirements/torch-cpu.txt"
BASE = re.compile(r"^FROM (?P<name>[a-z]+):(?P<tag>\S+)@sha256:(?P<digest>[0-9a-f]{64})", re.MULTILINE)


@dataclass(frozen=True)
class Target:
    """One bill: what it is of, the pins that were installed, for which processor, and what was taken out again."""

    name: str
    kind: ComponentType
    requirements: tuple[str, ...] = ()
    dockerfile: str | None = None
    lock: str | None = None
    processor: str = "x86_64"
    removed: frozenset[str] = frozenset()

    def installs(self, requirement: Requirement) -> bool:
        """Whether its machine, Linux with Python 3.13, gets this package."""
        machine = {"platform_machine": self.processor, "sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
        python = {"python_version": "3.13", "python_full_version": "3.13.0", "platform_python_implementation": "CPython"}
        chosen = requirement.marker is None or requirement.marker.evaluate({**machine, **python, "implementation_name": "cpython"})
        return chosen and canonicalize_name(requirement.name) not in self.removed


TARGETS = (
    Target("functions", APPLICATION, (RUNTIME,), processor="aarch64"),
    Target(
        "training-image",
        CONTAINER,
        ("requirements/training.txt", TORCH),
        "training/Dockerfile",
        removed=frozenset({"mypy"}),
    ),
    Target("api-server-image", CONTAINER, (RUNTIME, "docker/api-server.txt"), "docker/api-server.Dockerfile"),
    Target("host-environment", APPLICATION, ("requirements/host.txt", TORCH, "requirements/uv.txt")),
    Target("cdk-environment", APPLICATION, ("requirements/cdk.txt", "requirements/uv.txt")),
    Target("docs-environment", APPLICATION, ("requirements/docs.txt", "requirements/uv.txt")),
    Target("npm", APPLICATION, lock="package-lock.json"),
)


def python_packages(target: Target) -> Iterator[Component]:
    """What the target installs by its requirements files."""
    for file in target.requirements:
        for block in blocks((ROOT / file).read_text(encoding="utf-8")):
            requirement = Requirement(block.split("\\")[0])
            if target.installs(requirement):
                name, version = canonicalize_name(requirement.name), str(requirement.specifier).removeprefix("==")
                hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", block)
                yield library("pypi", None, name, version, [HashType(alg=HashAlgorithm.SHA_256, content=one) for one in hashes])


def node_packages(lock: str) -> Iterator[Component]:
    """What npm installs by the lock; an integrity is a SHA-512 in base64."""
    for path, package in json.loads((ROOT / lock).read_text(encoding="utf-8"))["packages"].items():
        if path:
            group, _, name = path.rpartition("node_modules/")[2].rpartition("/")
            digest = base64.b64decode(package["integrity"].removeprefix("sha512-")).hex()
            yield library("npm", group or None, name, package["version"], [HashType(alg=HashAlgorithm.SHA_512, content=digest)])


def library(kind: str, group: str | None, name: str, version: str, hashes: Iterable[HashType]) -> Component:
    """A package, known by its package URL."""
    purl = PackageURL(kind, group, name, version)
    return Component(name=name, group=group, version=version, purl=purl, bom_ref=str(purl), hashes=hashes)


def base_image(dockerfile: str) -> Component:
    """What the image stands on; ValueError when its digest is not written down."""
    found = BASE.search((ROOT / dockerfile).read_text(encoding="utf-8"))
    if not found:
        raise ValueError(f"{dockerfile} names no base image by its digest")
    purl = PackageURL("docker", None, found["name"], f"sha256:{found['digest']}", qualifiers={"tag": found["tag"]})
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=found["digest"])]
    return Component(name=found["name"], version=found["tag"], type=CONTAINER, purl=purl, bom_ref=str(purl), hashes=hashes)


def bill(target: Target) -> str:
    """The bill as JSON; ValueError when it is not as the schema of CycloneDX wants it."""
    root = Component(name=f"greenfraud-{target.name}", type=target.kind, bom_ref=f"greenfraud-{target.name}")
    parts = {str(part.bom_ref.value): part for part in python_packages(target)}
    if target.lock:
        parts |= {str(part.bom_ref.value): part for part in node_packages(target.lock)}
    if target.dockerfile:
        image = base_image(target.dockerfile)
        parts[str(image.bom_ref.value)] = image
    document = Bom(components=parts.values())
    document.metadata.component = root
    document.register_dependency(root, parts.values())
    text = make_outputter(document, OutputFormat.JSON, SCHEMA).output_as_string(indent=1)
    if error := JsonStrictValidator(SCHEMA).validate_str(text):
        raise ValueError(f"the bill of {target.name} is not CycloneDX: {error}")
    return text + "\n"


def main() -> int:
    """Write every bill; returns the exit code."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for target in TARGETS:
        text = bill(target)
        (OUTPUT / f"{target.name}.cdx.json").write_text(text, encoding="utf-8")
        print(f".local/sbom/{target.name}.cdx.json: {len(json.loads(text)['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main())
