"""Pages never fail a job: what cannot be read, drawn or kept is logged, and said on the page where there is one."""

from __future__ import annotations

from typing import Any

from tests.reporting.recorded import EXECUTION, documents, manifest_of
from training.pages.gathering import Gathering
from training.pages.writing import pages_of, write_pages


class Shelf:
    """A bucket that keeps pages, but for those whose key has a word in it."""

    name = "artifacts"

    def __init__(self, refuses: str = "nothing") -> None:
        self.pages: dict[str, str] = {}
        self._refuses = refuses

    def put_page(self, key: str, page: str) -> None:
        """Keep it, or refuse."""
        if self._refuses in key:
            raise PermissionError("C0815")
        self.pages[key] = page


NAMES = ["report", *(f"{family}-{page}" for family in ("baseline", "light", "heavy") for page in ("card", "validation"))]


def test_a_report_and_two_pages_for_each_challenger_are_kept():
    """Below the execution, side by side, as their links expect."""
    assert list(pages_of(documents())) == [f"reports/{EXECUTION}/{name}.html" for name in NAMES]


def test_a_page_that_cannot_be_kept_is_logged_and_the_others_are_there(caplog, monkeypatch):
    """By the class of the fault."""
    monkeypatch.setattr("training.pages.writing.pages_of", lambda _: {name: lambda: "<p>" for name in NAMES})
    shelf = Shelf(refuses="light-card")
    write_pages(shelf, documents)  # type: ignore[arg-type]
    assert list(shelf.pages) == [name for name in NAMES if name != "light-card"]
    assert "light-card is not there: PermissionError" in caplog.text
    assert "C0815" not in caplog.text


def test_what_cannot_be_gathered_fails_nothing(caplog):
    """Nor does a document that is not what it was."""

    def gather() -> Any:
        raise ValueError("C0815")

    shelf = Shelf()
    write_pages(shelf, gather)  # type: ignore[arg-type]
    assert shelf.pages == {}
    assert "no page can be made: ValueError" in caplog.text
    assert "C0815" not in caplog.text


class Bucket:
    """Both buckets, of which only manifests can be had."""

    def __init__(self, name: str) -> None:
        self.name = name

    def get_json(self, key: str) -> dict[str, Any]:
        """A manifest, or a refusal."""
        if not key.startswith("models/"):
            raise PermissionError(key)
        return manifest_of("light").to_json()

    def keys(self, prefix: str) -> list[str]:
        """No weeks yet."""
        return []

    def get_many(self, keys: list[str]) -> list[bytes]:
        """Nothing of nothing."""
        return [key.encode() for key in keys]


def test_what_cannot_be_read_is_named_on_the_page_and_the_rest_is_there(monkeypatch):
    """Curves, data set and ledger are away, and one record of emissions is none."""
    from types import SimpleNamespace

    monkeypatch.setattr("training.pages.gathering.Bucket", Bucket)
    monkeypatch.setattr("training.pages.gathering.client", lambda _: None)
    gathering = Gathering(SimpleNamespace(artifacts_bucket="a", lake_bucket="l", ledger_table="t"))  # type: ignore[arg-type]
    full = documents()
    given = {"evaluation": full.evaluation, "decision": full.decision}
    found = gathering.documents({"execution": EXECUTION}, {}, given, {}, [{"not": "a record"}])
    assert found.manifests.keys() == {one.name for one in full.models}
    assert [line.partition(":")[0] for line in found.missing] == [
        "the curves behind the evaluation",
        "the lake's dataset.json",
        "the emissions of its jobs",
        "the promotion ledger",
    ]
