"""Why a model thinks so: what each group of features adds to the log odds of fraud, in a sentence a person reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from greenfraud.features.groups import Beside
from greenfraud.features.manifest import Feature, Manifest
from greenfraud.features.wording import spelled
from greenfraud.money import EURO, digits_of
from greenfraud.reasons import MONEY_KINDS, REASONS_PER_ANSWER, Direction, Reason, in_units

LEAST_LOG_ODDS = 0.01  # what changes the odds by less than a hundredth is no reason
AGAINST = "Speaks against fraud: "


class Contribution(NamedTuple):
    """What a group of features adds to the log odds of fraud, and which of its features says most."""

    group: str
    log_odds: float
    feature: str


@dataclass(frozen=True)
class Explained:
    """The payment that is explained: its values, the currency of money, and whose past is not known.

    `unknown` holds a sentence for "customer" or "terminal": a default that stands for nothing known is never told as a value.
    """

    manifest: Manifest
    values: Mapping[str, float | None]
    unknown: Mapping[str, str] = field(default_factory=dict)
    currency: str = EURO

    def reasons(self, contributions: Sequence[Contribution]) -> list[Reason]:
        """Return the groups that move the log odds most: what speaks for fraud, the strongest first, then what against."""
        weighty = [one for one in contributions if abs(one.log_odds) >= LEAST_LOG_ODDS]
        strongest = sorted(weighty, key=lambda one: -abs(one.log_odds))
        told = strongest[:REASONS_PER_ANSWER]
        for_fraud = next((one for one in strongest if one.log_odds > 0.0), None)
        if for_fraud is not None and for_fraud not in told:
            told[-1] = for_fraud
        return [self.reason(one) for one in sorted(told, key=lambda one: (one.log_odds < 0.0, -abs(one.log_odds)))]

    def reason(self, contribution: Contribution) -> Reason:
        """Return the reason of a group: a sentence on its feature that says most, with what is usual beside it."""
        feature = self.manifest.feature(contribution.feature)
        group = self.manifest.group_of(feature.name)
        told, sentence = self._told(feature)
        beside = ", ".join(self._beside(group.beside, feature, sentence))
        text = f"{sentence}; {beside}." if beside else f"{sentence}."
        direction: Direction = "for" if contribution.log_odds > 0.0 else "against"
        if direction == "against":
            text = AGAINST + _within(text)
        return Reason(group.code, feature.name, told, contribution.log_odds, text, direction, group.label)

    def sentence_of(self, name: str) -> str:
        """Return what a person reads of one feature's value. Raises NotFound."""
        return f"{self._told(self.manifest.feature(name))[1]}."

    def _told(self, feature: Feature) -> tuple[float | None, str]:
        """Return a feature's value in the units that a person reads, and its sentence without the point."""
        why_unknown = self._why_unknown(feature)
        if why_unknown is not None:
            return None, why_unknown
        told = in_units(feature, self.values[feature.name], self.currency)
        sentence = feature.sentence(told, self._with_currency(feature, feature.reason_text))
        return told if feature.tells(told) else None, sentence.removesuffix(".")

    def _beside(self, beside: Sequence[Beside], said: Feature, sentence: str) -> list[str]:
        """Return the parts that stand beside a sentence; what it says itself is not said again."""
        parts = []
        for one in beside:
            feature = self.manifest.feature(one.feature)
            value = in_units(feature, self.values[one.feature], self.currency)
            if (why_unknown := self._why_unknown(feature)) is not None:
                part = "" if why_unknown == sentence else _within(why_unknown)
            elif one.feature == said.name and one.over == 1.0:
                part = ""
            else:
                part = one.missing if value is None else spelled(self._with_currency(feature, one.text), value / one.over)
            parts.append(part)
        return [part for part in parts if part]

    def _why_unknown(self, feature: Feature) -> str | None:
        return self.unknown.get(self.manifest.entity_of(feature) or "")

    def _with_currency(self, feature: Feature, text: str) -> str:
        if feature.kind not in MONEY_KINDS:
            return text
        return text.replace("{value:.2f}", f"{{value:.{digits_of(self.currency)}f}} {self.currency}")


def of_score(probability: float) -> Reason:
    """Return the reason where a model asks for a person, and no group of features speaks for fraud more than it usually does."""
    text = f"The model gives a fraud probability of {100.0 * probability:.0f} %; nothing about the payment stands out by itself."
    return Reason("FRAUD_PROBABILITY", "fraud_probability", probability, None, text, label="the model's probability")


def _within(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
