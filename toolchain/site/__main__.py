"""`make docs`: writes the pages, then the site: `.venv/bin/python -m toolchain.site`.

The generators import our code, so they run in the environment of everything else; MkDocs has one of its own, which nothing that
runs or is deployed needs, and which is made here once per content of its pins.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from toolchain.content import content_key
from toolchain.environments import PINNED, ROOT, SetupError, current, ensure, install, new_environment, uv_settings
from toolchain.site.pages import write_pages
from toolchain.site.reference import reference

FOLDER = ROOT / ".venv-docs"
REQUIREMENTS = "requirements/docs.txt", "requirements/uv.txt"
CONFIGURATION = Path(__file__).parent / "mkdocs.yml"
ASSETS = Path(__file__).parent / "assets"
# Workers for pages that are opened as files: the search needs them there, and the theme would load this from elsewhere.
WORKERS = ROOT / "node_modules/iframe-worker/shim/index.js"
SITE = ROOT / ".local/site"  # pages/ is what mkdocs.yml reads, html/ what it writes


def key() -> str:
    """What the environment was made for."""
    return content_key(ROOT, REQUIREMENTS, sys.version)


def is_installed() -> bool:
    """Whether the environment is there, for these pins."""
    return current(FOLDER, key())


def make_environment() -> None:
    """MkDocs, its theme, and what they need, byte for byte as pinned."""
    install(new_environment(FOLDER), *PINNED, "--requirement", REQUIREMENTS[0], env=uv_settings())


def prepare(pages: Path) -> None:
    """Write all that MkDocs reads into the new folder `pages`."""
    shutil.rmtree(pages, ignore_errors=True)
    write_pages(ROOT, pages, reference(ROOT))
    shutil.copytree(ASSETS, pages / "assets")
    shutil.copyfile(WORKERS, pages / "assets/iframe-worker.js")


def build(*arguments: str) -> None:
    """Make the site from the pages. SetupError with what MkDocs warns of, such as a broken link, or a page in no menu."""
    # Not --quiet: with it, a warning no longer fails.
    command = [str(FOLDER / "bin/mkdocs"), "build", "--strict", "--config-file", str(CONFIGURATION), *arguments]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    finished = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if finished.returncode:
        said = [line for line in finished.stderr.splitlines() if line and not line.startswith("INFO")]
        raise SetupError("the site was not made:\n" + "\n".join(said[-40:]))


def main() -> int:
    """Make the environment if needed, then the site; returns the exit code."""
    try:
        ensure("MkDocs, for the pages", FOLDER, key(), make_environment)
        prepare(SITE / "pages")
        build()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"  {(SITE / 'html/index.html').relative_to(ROOT)} is the first page; any browser opens it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
