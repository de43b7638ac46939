"""The README says what is inert and what is patched, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

from local.cloudformation.providers import INERT_TYPES
from local.pins import MOTO_VERSION

LOCAL = Path(__file__).parents[2] / "local"
README = (LOCAL / "README.md").read_text()


def test_every_inert_type_is_listed():
    """The honest list is complete."""
    assert set(re.findall(r"^\| `(AWS::\S+)` \|", README, re.MULTILINE)) == INERT_TYPES


def test_every_module_that_patches_moto_is_listed():
    """Each with what it patches and why; the interpreter's modules say so themselves."""
    patching = {
        path for path in LOCAL.rglob("*.py") if re.search(r"^from local\.patches import replace", path.read_text(), re.MULTILINE)
    }
    modules = {str(path.relative_to(LOCAL)) for path in patching}
    listed = set(re.findall(r"`([a-z_]+/[a-z0-9_]*(?:\.py)?)`", README.partition("## Which moto internals")[2]))
    assert {re.sub(r"^stepfunctions/.*", "stepfunctions/", module) for module in modules} == listed


def test_every_module_the_readme_names_is_there():
    """A module that moved is followed."""
    assert [name for name in re.findall(r"`([a-z_]+/[a-z0-9_/]+\.(?:py|toml))`", README) if not (LOCAL / name).exists()] == []


def test_the_pinned_version_is_named():
    """A new pin comes with a new look at the patches."""
    assert f"**{MOTO_VERSION}**" in README
