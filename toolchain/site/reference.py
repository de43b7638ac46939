"""The reference: pages that are made of what the code itself says, so that they cannot say anything else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from toolchain.site.alarms_page import alarms_page
from toolchain.site.api_page import api_page
from toolchain.site.commands_page import commands_page
from toolchain.site.features_page import features_page
from toolchain.site.settings_page import settings_page

MANIFEST = "layers/greenfraud/python/greenfraud/features/manifest.json"


def reference(root: Path) -> dict[str, str]:
    """Every generated page by its path. The template must have been synthesised: FileNotFoundError otherwise."""
    return {
        "docs/reference/commands.md": commands_page(),
        "docs/reference/api.md": api_page(_json(root / "docs/openapi.json")),
        "docs/reference/settings.md": settings_page((root / "cdk/settings.py").read_text(encoding="utf-8")),
        "docs/reference/alarms.md": alarms_page(_templates(root / "cdk.out")),
        "docs/reference/features.md": features_page(_json(root / MANIFEST)),
    }


def _templates(assembly: Path) -> Iterable[dict[str, object]]:
    found = sorted(assembly.glob("*.template.json"))
    if not found:
        raise FileNotFoundError(f"{assembly} holds no template. Run `make synth` first")
    return [_json(path) for path in found]


def _json(path: Path) -> dict[str, object]:
    document: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return document
