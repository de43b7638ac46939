"""Work is repeated when content changes, and only then."""

from pathlib import Path

from toolchain.content import content_key


def test_a_changed_byte_changes_the_key(tmp_path: Path):
    """Editing a file below a named folder is seen."""
    (tmp_path / "cdk").mkdir()
    (tmp_path / "cdk/app.py").write_text("a")
    before = content_key(tmp_path, ["cdk"])
    (tmp_path / "cdk/app.py").write_text("b")
    assert before != content_key(tmp_path, ["cdk"])


def test_a_touched_file_and_a_cache_leave_the_key_alone(tmp_path: Path):
    """Clocks and compiled files are not content."""
    (tmp_path / "cdk/__pycache__").mkdir(parents=True)
    (tmp_path / "cdk/app.py").write_text("a")
    before = content_key(tmp_path, ["cdk"])
    (tmp_path / "cdk/app.py").touch()
    (tmp_path / "cdk/__pycache__/app.pyc").write_text("compiled")
    assert before == content_key(tmp_path, ["cdk"])


def test_a_renamed_file_changes_the_key(tmp_path: Path):
    """The same bytes under another name are other content."""
    (tmp_path / "a.py").write_text("x")
    before = content_key(tmp_path, ["a.py"])
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert before != content_key(tmp_path, ["b.py"])
