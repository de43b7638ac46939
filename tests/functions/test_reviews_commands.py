"""`greenfraud reviews`: an analyst's day on a terminal, over the API's own answers."""

from __future__ import annotations

import json
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from desk_world import ANA, BEN, CLAIM, HELD_MINOR, MemoryWorld, Person, note
from rich.console import Console
from typer.testing import CliRunner

from cli.console import words
from cli.errors import InputError
from cli.main import app
from cli.reviews import wording
from cli.reviews.showing import show
from cli.screen import Screen
from functions.score import reviews
from functions.score.review_action import FIELD_OF, action_of
from greenfraud.outcomes import BLOCK
from greenfraud.policy import Judgement
from tests.docs.pages import ROOT, Page

DAY = "2018-05-20"
PAGE = Page(ROOT / "docs/reviews.md")


class Terminal:
    """Where Ana types; `named` is the platform that each command was sent to."""

    def __init__(self, world: MemoryWorld, monkeypatch) -> None:
        self.world, self.named = world, []
        monkeypatch.setattr("cli.target.find_target", self._find)
        monkeypatch.setattr("cli.api.call_api", self._call)

    def type(self, *words: str, code: int = 0) -> str:
        """What `greenfraud reviews` says, on one line."""
        shown = CliRunner().invoke(app, ["reviews", *words])
        assert shown.exit_code == code, shown.output
        return shown.output

    def _find(self, **named):
        self.named.append(named)
        return SimpleNamespace()

    def _call(self, _, method: str, path: str, body=None):
        parts = urlsplit(path)
        if method == "GET":
            return self.world.http.get(path).json()
        (name,) = parse_qs(parts.query)["transaction_id"]
        status, answer = Person(self.world, ANA).act(body, name, by_query=True)
        if status >= 400:
            raise InputError(answer["detail"])
        return answer


@pytest.fixture
def world() -> MemoryWorld:
    """A service that held two payments, one with an id that a path would change."""
    world = MemoryWorld()
    world.score(transaction_id="a/1", amount_minor=HELD_MINOR)
    world.score(transaction_id="[bold]T2", amount_minor=2 * HELD_MINOR, occurred_at="2018-05-20T13:00:00Z")
    return world


@pytest.fixture
def terminal(world, monkeypatch) -> Terminal:
    """Ana's."""
    return Terminal(world, monkeypatch)


def shown(world: MemoryWorld, width: int, **query: str) -> list[str]:
    """The list's lines on a terminal of some columns, without those that are empty."""
    console = Console(width=width, record=True, highlight=False, soft_wrap=True)
    show(Screen(console), world.http.get("/v1/reviews", params={"day": DAY, **query}).json())
    return [line.rstrip() for line in console.export_text().splitlines() if line.strip()]


def test_an_analysts_day_from_the_list_to_the_last_decision(terminal):
    """Take one, note something, let it go; the list gets shorter, and tells with --all what became of what."""
    said = terminal.type("--day", DAY)
    assert said.splitlines()[0] == f"2 payments of {DAY}. What is expected to lose most comes first."
    assert said.index("[bold]T2") < said.index("a/1")
    assert terminal.type("claim", "a/1").startswith("a/1 is yours until 20")
    assert terminal.type("note", "a/1", "called, it was him") == "a/1 has 1 note.\n"
    assert "ana has it until" in terminal.type("--day", DAY)
    assert terminal.type("unclaim", "a/1") == "a/1 is nobody's.\n"
    assert terminal.type("release", "a/1") == "a/1 is legitimate, and released.\n"
    assert "was released before" in terminal.type("release", "a/1")
    assert terminal.type("fraud", "[bold]T2") == "[bold]T2 is confirmed as fraud.\n"
    assert terminal.type("--day", DAY) == f"Nothing of {DAY} waits for a person.\n"
    said = " ".join(terminal.type("--day", DAY, "--all").split())
    assert ("legitimate, by ana" in said, "fraud, by ana" in said, "called, it was him" in said) == (True, True, True)
    assert "by ana at" in terminal.type("fraud", "a/1", code=2)


def test_the_list_as_json_is_what_the_api_tells(terminal, world):
    """To work on with other tools."""
    told = world.http.get("/v1/reviews", params={"day": DAY, "limit": 1}).json()
    assert json.loads(terminal.type("--day", DAY, "--limit", "1", "--json")) == told
    assert (told["more"], len(told["reviews"])) == (True, 1)


def test_a_list_that_nobody_read_to_its_end_does_not_say_that_nothing_waits(terminal, monkeypatch):
    """Where what was decided did not leave the index, a day by itself is read further."""
    monkeypatch.setattr(reviews, "MOST_LOOKED_AT", 0)
    assert terminal.type("--day", DAY).startswith("What stands first was decided, and nobody looked at the rest")


def test_nothing_to_do_is_said_and_how_to_see_another_day(terminal):
    """The payments of this world are long gone."""
    assert "`greenfraud reviews --day` lists another day" in terminal.type()


@pytest.mark.parametrize(
    "words", [("--aws", "--region", "eu-west-1", "claim", "a/1"), ("claim", "a/1", "--aws", "--region", "eu-west-1")]
)
def test_the_platform_is_the_one_that_is_named_before_or_behind_the_command(terminal, words):
    """Nobody decides about a payment on another platform than he named."""
    terminal.type(*words)
    assert terminal.named == [{"aws": True, "region": "eu-west-1"}]


def test_a_wide_terminal_shows_a_table_and_a_narrow_one_blocks(world, monkeypatch):
    """All of it either way: amount, moment, state, why, who, what is known of him, notes; no text is markup."""
    Person(world, BEN).act(CLAIM, "a/1", by_query=True)
    Person(world, BEN).act(note("[red]call again"), "a/1", by_query=True)
    monkeypatch.setattr("functions.score.verdict.judge", lambda *_: Judgement(BLOCK, "rules"))
    world.score(transaction_id="declined", amount_minor=100)
    wide, narrow = shown(world, 160), shown(world, 60)
    assert wide[1].split() == [
        "expected",
        "loss",
        "payment",
        "amount,",
        "when",
        "state",
        "why,",
        "and",
        "what",
        "was",
        "known",
        "of",
        "the",
        "customer",
    ]
    assert max(map(len, wide)) <= 160
    assert max(map(len, narrow[1:-1])) <= 60
    for lines in (wide, narrow):
        text = " ".join(" ".join(lines).split())
        for part in ("up to 1,800.00", "[bold]T2", "900.00 EUR", "2018-05-20 12:00", "no model answered", "C1: ", "declined"):
            assert part in text
        assert "ben has it until" in text
        assert "ben, 20" in text
        assert "[red]call again" in text


def test_the_guides_bodies_are_those_that_the_api_takes():
    """Every action there is."""
    (actions,) = [json.loads(body) for language, body in PAGE.blocks if language == "json" and body.startswith("[")]
    assert {action_of(body).name for body in actions} == set(FIELD_OF)


@pytest.mark.parametrize("nothing", [wording.nothing, words.nothing], ids=["command", "console"])
def test_a_team_that_can_do_nothing_is_not_told_that_all_is_decided(nothing):
    """The list is empty because the policy says so."""
    told = {"reviews": [], "more": True, "capacity": 0, "day": DAY, "since": DAY}
    assert "reviews_a_day = 0" in nothing(told)
    assert "nobody looked at the rest" in nothing({**told, "capacity": 60})
