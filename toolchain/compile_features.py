"""`make features`: compile feature_repo, through a Feast registry, into the manifest that everything else reads.

    python -m toolchain.compile_features [--check]

With --check nothing is written, and the exit status is 1 when the committed manifest is out of date.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from greenfraud.errors import ContractError
from greenfraud.features.compilation import compile_manifest
from greenfraud.features.declaration import (
    NEWEST_REPORT_TAGS,
    NEWEST_TAGS,
    FeatureDeclaration,
    SeriesDeclaration,
    ViewDeclaration,
)
from greenfraud.features.groups import Group
from greenfraud.features.manifest import MANIFEST_PATH, Manifest

# Named as text, as Feast itself finds a repository: nothing else here knows feature_repo.
REPOSITORY = "feature_repo.definitions"
SERVING, TRAINING = "fraud_serving", "fraud_training"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the manifest; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m toolchain.compile_features", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only tell whether the manifest is up to date")
    text = serialise(compile_repository())
    if parser.parse_args(arguments).check:
        return _check(text)
    MANIFEST_PATH.write_text(text, encoding="utf-8")
    print(f"{MANIFEST_PATH.name}: version {json.loads(text)['version']}")
    return 0


def serialise(manifest: Mapping[str, Any]) -> str:
    """Return the one spelling of a manifest: sorted keys, a line per value, so that reviews see what changed."""
    return json.dumps(manifest, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def compile_repository() -> dict[str, Any]:
    """Return the manifest of feature_repo as a Feast registry stores it."""
    # Feast configures logging when it is imported; configuring first keeps the output to what we print.
    logging.basicConfig(level=logging.WARNING)
    repo = importlib.import_module(REPOSITORY)
    with tempfile.TemporaryDirectory() as folder:
        registry = _registry(repo, Path(folder) / "registry.db")
        return _compile(registry, repo.PROJECT)


def _registry(repo: Any, path: Path) -> Any:
    """Register every object without touching any store, and without the trial run that `feast apply` makes.

    The trial run computes features by the manifest that is about to be replaced.
    """
    from feast.infra.registry.registry import Registry
    from feast.repo_config import RegistryConfig

    registry = Registry(repo.PROJECT, RegistryConfig(path=str(path)), None)
    for entity in (*repo.ENTITIES, repo.transaction):
        registry.apply_entity(entity, repo.PROJECT)
    for view in (*repo.STATE_VIEWS, repo.transaction_features, repo.declared_features):
        registry.apply_feature_view(view, repo.PROJECT)
    for service in (repo.fraud_serving, repo.fraud_training):
        registry.apply_feature_service(service, repo.PROJECT)
    return registry


def refuse_shared_columns(manifest: Manifest) -> None:
    """Raise ContractError when two views store a value under one name.

    The score and training know whose value it is. Feast hands an on-demand view one column per name, the last view's,
    whatever names it is asked to answer with.
    """
    stored = Counter(name for view in manifest.views.values() for name in view.columns)
    shared = sorted(name for name, views_of_it in stored.items() if views_of_it > 1)
    if shared:
        raise ContractError(f"more than one view stores {', '.join(shared)}: Feast would read one for the other, so rename one")


def _compile(registry: Any, project: str) -> dict[str, Any]:
    """Read what is served from one service, and its declarations from the other, which must have the same names."""
    served = registry.get_feature_service(SERVING, project).feature_view_projections[0]
    trained = registry.get_feature_service(TRAINING, project).feature_view_projections[0]
    if [field.name for field in served.features] != [field.name for field in trained.features]:
        raise ContractError(f"{SERVING} and {TRAINING} do not offer the same features in the same order")
    on_demand = registry.get_on_demand_feature_view(served.name, project)
    sources = on_demand.source_feature_view_projections.values()
    views = [_view(registry.get_feature_view(source.name, project)) for source in sources]
    features = [FeatureDeclaration.from_tags(field.name, field.description, field.tags) for field in trained.features]
    groups = [Group.from_json(json.loads(tag)) for tag in registry.get_feature_service(TRAINING, project).tags.values()]
    compiled = compile_manifest(project, views, features, groups)
    refuse_shared_columns(Manifest.from_json(compiled))
    return compiled


def _view(view: Any) -> ViewDeclaration:
    newest = [field.name for field in view.features if field.tags == NEWEST_TAGS]
    newest_report = [field.name for field in view.features if field.tags == NEWEST_REPORT_TAGS]
    tiles = [field for field in view.features if field.name not in (*newest, *newest_report)]
    return ViewDeclaration(
        name=view.name,
        join_key=view.entity_columns[0].name,
        series=tuple(SeriesDeclaration.from_tags(field.name, field.tags) for field in tiles),
        last=newest[0],
        last_report=newest_report[0] if newest_report else None,
        is_personal=view.tags.get("is_personal") != "no",
    )


def _check(text: str) -> int:
    if MANIFEST_PATH.exists() and MANIFEST_PATH.read_text(encoding="utf-8") == text:
        return 0
    print(f"{MANIFEST_PATH.name} is out of date with feature_repo: run `make features`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.modules["torch"] = None  # type: ignore[assignment]  # Feast would import it, for tensors that nobody asks for: seconds
    sys.exit(main())
