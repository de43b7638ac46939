"""What is done about an alarm: a canary is taken away, or else a promotion of the last day is taken back; never to the rules."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from functions.control.asked import Asked
from functions.control.beside import Beside
from functions.control.guard.alarms import Alarm
from functions.control.production import RULES, Production
from functions.control.stage import Stage
from greenfraud.items.ledger import PROMOTE, ROLL_BACK

logger = logging.getLogger(__name__)
FRESH = timedelta(hours=24)
Done = Literal["nothing", "canary off", "rolled back"]


@dataclass(frozen=True)
class Guard:
    """The stores behind what is done."""

    stage: Stage
    beside: Beside
    production: Production
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def act(self, alarm: Alarm) -> Done:
        """Do what an alarm calls for, once: what rings again finds nothing to do. Raises StateConflict when a change came first."""
        if not alarm.is_ringing:
            return "nothing"
        current = self.stage.current()
        asked = Asked(actor=alarm.arn, reasons=alarm.reasons, revision=current.revision)
        if current.canary is not None:
            self.beside.canary(None, 0, asked)
            return "canary off"
        if alarm.is_of_canary or not self._is_fresh(self.stage.entries()):
            return "nothing"
        behind = self.production.behind()
        if behind == RULES:
            logger.warning("%s rang, and nothing but the rules stands behind what was promoted: a person decides", alarm.name)
            return "nothing"
        self.production.roll_back(asked, to=behind)
        return "rolled back"

    def _is_fresh(self, entries: Sequence[dict[str, Any]]) -> bool:
        """Tell whether the newest change of production is a promotion of the last day."""
        changes = [entry for entry in entries if entry["verb"] in (PROMOTE, ROLL_BACK)]
        if not changes or changes[-1]["verb"] != PROMOTE:
            return False
        return self.now() - datetime.fromisoformat(changes[-1]["at"]) < FRESH
