"""What is done about an alarm: a canary is taken away, and a promotion of the last day is taken back; never to the rules."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from functions.control.asked import Asked
from functions.control.beside import Beside
from functions.control.guard.alarms import Alarm
from functions.control.guard.blame import Entries, canary_since, is_on, is_on_canary, newest_of_production
from functions.control.ledger import RULES
from functions.control.production import Production
from functions.control.stage import Stage
from greenfraud.control import ControlDocument
from greenfraud.errors import BundleError, ContractError, NotFound
from greenfraud.items.ledger import PROMOTE

logger = logging.getLogger(__name__)
FRESH = timedelta(hours=24)
Done = Literal["nothing", "canary off", "rolled back"]


@dataclass(frozen=True)
class Guard:
    """The stores behind what is done."""

    stage: Stage
    beside: Beside
    production: Production

    def act(self, alarm: Alarm) -> Done:
        """Do what an alarm calls for, once, to what it rang about.

        An alarm that goes on ringing does not call again: one about all answers takes away both, a canary and a fresh promotion.
        Raises StateConflict when a change came first. Where what stood before cannot be put back, it raises why, and the canary
        is gone all the same.
        """
        if not alarm.is_ringing:
            return "nothing"
        current, entries = self.stage.current(), self.stage.entries()
        asked = Asked(actor=alarm.arn, reasons=alarm.reasons, revision=current.revision)
        if not alarm.is_of_canary and self._is_to_be_taken_back(alarm, entries):
            try:
                self.production.roll_back(asked, to=self.production.behind())  # which ends a canary, too
            except (BundleError, ContractError, NotFound):
                self._take_canary_away(alarm, entries, current, asked)
                raise
            return "rolled back"
        return "canary off" if self._take_canary_away(alarm, entries, current, asked) else "nothing"

    def _take_canary_away(self, alarm: Alarm, entries: Entries, current: ControlDocument, asked: Asked) -> bool:
        is_to_go = self._is_canary_to_go(alarm, entries, current)
        if is_to_go:
            self.beside.canary(None, 0, asked)
        return is_to_go

    def _is_canary_to_go(self, alarm: Alarm, entries: Entries, current: ControlDocument) -> bool:
        if current.canary is None:
            return False
        is_met = is_on_canary(alarm, entries, current) if alarm.is_of_canary else is_on(canary_since(entries, current), alarm)
        if not is_met:
            logger.warning("%s rang on minutes that are not those of the canary %s: it stays", alarm.name, current.canary.name)
        return is_met

    def _is_to_be_taken_back(self, alarm: Alarm, entries: Entries) -> bool:
        """Tell whether the newest change of production is a promotion of the last day, and to blame."""
        newest = newest_of_production(entries)
        if newest is None or newest["verb"] != PROMOTE:
            return False
        promoted_at = datetime.fromisoformat(newest["at"])
        if alarm.at - promoted_at >= FRESH:
            return False
        if not is_on(promoted_at, alarm):
            logger.warning("%s rang on minutes that are not those of what was promoted at %s: it stays", alarm.name, newest["at"])
            return False
        if self.production.behind() == RULES:
            logger.warning("%s rang, and nothing but the rules stands behind what was promoted: a person decides", alarm.name)
            return False
        return True
