"""Tests that share a platform run in one worker, and the longest do not start last."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from tests.scheduling import GROUP, LONGEST, group_of, put_longest_first

TESTS = Path(__file__).resolve().parents[1]
SCHEDULING = """
from tests.scheduling import GroupScheduling

def pytest_xdist_make_scheduler(config, log):
    return GroupScheduling(config, log)
"""
WAITS_FOR_EVER = """
import threading
import pytest

@pytest.mark.parametrize("number", range(5))
def test_one_waits(number):
    assert number != 2 or threading.Event().wait()
"""
SETTINGS = """
[pytest]
faulthandler_timeout = 5
faulthandler_exit_on_timeout = true
"""


def test_files_of_one_group_stay_together():
    """All that need the deployed platform, which takes a minute to make; the slow walks bring their own."""
    files = {*TESTS.glob("e2e/test_*.py"), TESTS / "test_readme_lines.py"}
    shared = {file for file in files if "Deployment(" not in file.read_text(encoding="utf-8")}
    assert len(shared) > 8
    assert {group_of(file) for file in shared} == {"e2e"}


def test_a_file_without_a_group_is_one_of_its_own():
    """Its fixtures are made once."""
    assert group_of(Path(__file__)) == __file__


def test_every_group_can_be_read():
    """A mark written in another way would be overlooked."""
    others = [file for file in TESTS.rglob("test_*.py") if file != Path(__file__)]
    marked = [file for file in others if "mark.xdist_group" in file.read_text(encoding="utf-8")]
    assert [file for file in marked if not GROUP.search(file.read_text(encoding="utf-8"))] == []


def test_the_longest_groups_start_first():
    """Then files of many tests; within a group tests stay in their order."""
    names = ("toolchain/test_scheduling.py", "e2e/test_accounting.py", "deploy/test_cdk_cli.py", "e2e/test_state_kept.py")
    items = [SimpleNamespace(path=TESTS / name, number=number) for number, name in enumerate([*names, "toolchain/test_content.py"])]
    items.append(SimpleNamespace(path=TESTS / "toolchain/test_content.py", number=5))
    put_longest_first(items)
    assert [item.number for item in items] == [1, 3, 2, 4, 5, 0]


def test_every_group_that_starts_first_is_there():
    """Under the name that its files give it."""
    assert set(LONGEST) <= {group_of(file) for file in TESTS.rglob("test_*.py")}


def test_a_test_that_waits_for_ever_fails_once_and_the_others_run(tmp_path):
    """Else a run of everything would end with its machine's time, and tell nothing."""
    for name, text in {"conftest.py": SCHEDULING, "test_waiting.py": WAITS_FOR_EVER, "pytest.ini": SETTINGS}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", f"--rootdir={tmp_path}", str(tmp_path)]
    ran = subprocess.run(words, cwd=TESTS.parent, capture_output=True, text=True, timeout=120, check=False)
    assert "1 failed, 4 passed" in ran.stdout
    assert "test_one_waits[2]" in ran.stdout
    assert "threading.py" in ran.stdout + ran.stderr, "where it waits is told"
