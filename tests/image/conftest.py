"""Images that `make test-image` built, run without an engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.image.containers import Container, buildah


@pytest.fixture(scope="session")
def container_of() -> Iterator[Callable[[str], Container]]:
    """A container of an image; skips where the image was not asked for."""
    made: list[Container] = []

    def container_of(image: str) -> Container:
        if image != "base" and image not in os.environ.get("IMAGES", "").split():
            pytest.skip(f"needs buildah and root: `make test-image IMAGES={image}` builds the image and runs this")
        if os.geteuid() or not shutil.which("buildah"):
            pytest.skip("needs buildah and root")
        made.append(Container.of(image))
        return made[-1]

    yield container_of
    for container in made:
        buildah("rm", container.name)
