"""A copy of the project to change: what a person edits, compiles and synthesises, away from the tree that is tested."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from greenfraud.features.manifest import Manifest
from toolchain.copied_tree import ROOT, copy_tree, environ_of

COMPILING = """
import sys
sys.modules["torch"] = None  # which Feast imports where it can
from toolchain import compile_features
assert compile_features.main([]) == 0
"""
CUSTOMER_DECLARATIONS, TERMINAL_DECLARATIONS = "feature_repo/customer.py", "feature_repo/terminal.py"


class WorkingCopy:
    """The sources in a folder of their own, run by the environment of the tests."""

    def __init__(self, folder: Path) -> None:
        """Copy the sources; the synthesised template comes along where there is one, its assets as links."""
        self.folder = folder
        copy_tree(folder, rooms=["tests"])
        self._take_template(folder / "cdk.out")

    @property
    def environ(self) -> dict[str, str]:
        """Variables under which every Python finds the copy before the installed project."""
        return environ_of(self.folder)

    @property
    def manifest(self) -> Manifest:
        """The compiled manifest as it is now."""
        path = self.folder / "layers/greenfraud/python/greenfraud/features/manifest.json"
        return Manifest.from_json(json.loads(path.read_text(encoding="utf-8")))

    def edit(self, path: str, old: str, new: str) -> None:
        """Put `new` in the place of `old`, which stands there once."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} holds {text.count(old)} times {old!r}"
        (self.folder / path).write_text(text.replace(old, new), encoding="utf-8")

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the copy, as on a developer's machine: it takes no processor from the platform under test."""
        command = ["nice", sys.executable, *arguments]
        return subprocess.run(command, cwd=self.folder, env=self.environ, capture_output=True, text=True, check=False)

    def manifest_test(self) -> subprocess.CompletedProcess[str]:
        """Run the tests of the declarations, the one of the compiled manifest among them."""
        return self.python("-m", "pytest", "tests/feature_repo/test_declarations.py", "-q", "-p", "no:cacheprovider")

    def compile(self) -> None:
        """What `make features` runs."""
        compiled = self.python("-m", "toolchain.compile_features")
        assert compiled.returncode == 0, compiled.stdout + compiled.stderr

    def compile_and(self, script: str, *arguments: str) -> str:
        """Compile, and run a script in the same process, which has imported Feast once; the last line that it printed."""
        (self.folder / "compiled.py").write_text(COMPILING + script, encoding="utf-8")
        ran = self.python("compiled.py", *arguments)
        assert ran.returncode == 0, ran.stdout[-2_000:] + ran.stderr[-2_000:]
        return ran.stdout.splitlines()[-1]

    def synthesise(self) -> None:
        """What `make synth` runs once the environments are there."""
        synthesised = self.python("-m", "toolchain.synthesis")
        assert synthesised.returncode == 0, synthesised.stdout + synthesised.stderr

    def _take_template(self, assembly: Path) -> None:
        assembly.mkdir()
        for entry in (ROOT / "cdk.out").glob("*"):
            if entry.is_dir():
                (assembly / entry.name).symlink_to(entry)
            else:
                shutil.copy(entry, assembly / entry.name)
