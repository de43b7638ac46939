"""What every page needs: the platform, the person, and how a page is made of a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from cli.api import call_api
from cli.console.bars import bars_of
from cli.console.card_numbers import masked, without_card_number
from cli.console.part import Part, part_of
from cli.console.session import Session
from cli.console.words import in_query, nothing
from cli.explain import wording as explained
from cli.reviews import wording as reviewed
from cli.steps.wording import duration, told
from cli.steps.wording import name_of as name_of_step
from cli.target import LOCAL_KEY, Target
from greenfraud.callers import name_of
from reporting.units import energy, grams, moment

TEMPLATES = Path(__file__).with_name("templates")
PAGES = (
    ("/", "Today"),
    ("/reviews", "Reviews"),
    ("/score", "Score"),
    ("/customer", "Customer"),
    ("/policy", "Policy"),
    ("/executions", "Executions"),
    ("/emissions", "Emissions"),
    ("/links", "More"),
)


@dataclass(frozen=True)
class Console:
    """One person's view of one platform."""

    target: Target
    session: Session

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The API's answer to this person. Raises as `call_api`."""
        return call_api(self.target, method, path, body)

    def page(self, request: Request, name: str, /, *, status: int = 200, fault: str | None = None, **values: Any) -> HTMLResponse:
        """The page of a template; `fault` is what did not work of what was just asked for."""
        told = {"path": request.url.path, "fault": fault and masked(fault), "said": self.session.told(), **values}
        return HTMLResponse(self._templates.get_template(f"{name}.html").render(told), status)

    @cached_property
    def who(self) -> Part:
        """What colleagues call the person."""
        if self.target.endpoint is not None:
            return Part(LOCAL_KEY)
        return part_of(lambda: name_of(self.target.client("sts").get_caller_identity()["Arn"]))

    @cached_property
    def _templates(self) -> Environment:
        """Every text is escaped, and what a page forgot to tell is a mistake of ours."""
        made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        made.filters |= {
            "bars": bars_of,
            "without_card_number": without_card_number,
            "grams": grams,
            "in_query": in_query,
            "moment": moment,
        }
        made.filters |= {
            "duration": duration,
            "energy": energy,
            "masked": masked,
            "name_of_step": name_of_step,
            "told_of_step": told,
        }
        place = "this machine" if self.target.endpoint else f"AWS, {self.target.region}"
        made.globals |= {"pages": PAGES, "token": self.session.token, "place": place, "console": self}
        made.globals |= {"reviewed": reviewed, "explained": explained, "nothing": nothing}
        return made
