"""The platform's image: ready to run `make run` without fetching anything but the functions' layers."""

from __future__ import annotations


def test_it_was_built_with_its_environments_and_its_template(container_of):
    """The command line answers, and there is a template to deploy."""
    container = container_of("platform")
    assert (container.root / "greenfraud/cdk.out/manifest.json").exists()
    assert "retrain" in container.run(".venv/bin/greenfraud", "--help").stdout
    assert container.declared["Cmd"] == ["docker/run-platform.sh"]
    assert not (container.root / "greenfraud/.git").exists()
