"""What wakes somebody about answers, and what takes a new version of the scoring function back."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk.components.alerts import alarm, our_metric
from cdk.components.scoring_api import ScoringApi
from cdk.settings import Settings

# A canary has a tenth of the traffic: one that fails always shows as a tenth of all answers. Half of that is a fault.
TOLERATED_SHARE = 0.05
ENOUGH_TO_JUDGE = 20  # answers a minute; of fewer, one that is bad would be a share that takes a deployment back
LASTING = 3  # periods of five minutes in a row


class ScoreAlarms(Construct):
    """Shares of bad answers, which also stop a deployment; trouble that lasts, slowness, refusals, models that cannot be had.

    A share rings within two minutes where there is traffic. Where there is little, a single bad answer wakes nobody, and one in
    each of three periods of five minutes does: it will not pass by itself.
    """

    def __init__(  # noqa: PLR0913
        self, scope: Construct, id_: str, *, http: ScoringApi, function: lambda_.IFunction, topic: sns.ITopic, settings: Settings
    ) -> None:
        super().__init__(scope, id_)
        self._http, self._topic = http, topic
        # Mangum turns exceptions into answers of 500, so Lambda's own error count stays silent: the answers are watched.
        self.of_shares = [
            self._share("ServerErrorShare", http.server_errors(), http.requests(), "Too many answers of the API are errors."),
            self._share("DegradedShare", our_metric("Degraded"), our_metric("Decisions"), "Too many decisions are degraded."),
        ]
        slow = self._slow(settings.score_latency_ms)
        self.of_answers = [*self.of_shares, slow]  # what a bad model does to them
        self.all = [*self.of_shares, *self._lasting(), *self._refusals(function), slow]
        self.all += [
            self._single("BundleLoadFailed", our_metric("BundleLoadFailed"), "A promoted bundle was refused, or its fallback."),
            self._single(
                "PolicyLoadFailed",
                our_metric("PolicyLoadFailed"),
                "The policy that was applied cannot be read: another one decides.",
            ),
            self._single("EmergencyChange", our_metric("EmergencyChange"), "Somebody changed what serves without a second person."),
            self._single(
                "LedgerUnarchived", our_metric("LedgerUnarchived"), "An entry of the ledger has no copy that cannot be overwritten."
            ),
            self._single("ControlFault", our_metric("ControlFault"), "Copies of the control document are gone, damaged or differ."),
        ]

    def _share(self, id_: str, bad: cloudwatch.Metric, every: cloudwatch.Metric, why: str) -> cloudwatch.Alarm:
        share = cloudwatch.MathExpression(
            expression=f"IF(every >= {ENOUGH_TO_JUDGE}, bad / every, 0)",
            label=id_,
            using_metrics={"bad": bad, "every": every},
            period=Duration.minutes(1),
        )
        return alarm(self, id_, metric=share, above=TOLERATED_SHARE, why=why, topic=self._topic)

    def _lasting(self) -> list[cloudwatch.Alarm]:
        watched = {
            "ServerErrors": (self._http.server_errors(minutes=5), "The API goes on answering with errors."),
            "Degraded": (our_metric("Degraded", minutes=5), "Decisions go on being degraded: state or model cannot be read."),
        }
        return [
            alarm(self, id_, metric=metric, above=0, why=why, topic=self._topic, periods=LASTING)
            for id_, (metric, why) in watched.items()
        ]

    def _refusals(self, function: lambda_.IFunction) -> list[cloudwatch.Alarm]:
        throttles = function.metric_throttles(period=Duration.minutes(5))
        return [
            self._single("Throttled", throttles, "Lambda refused to run a score: concurrency is used up."),
            self._single("Refused", self._http.refused, "The API refused requests above its rate with 429."),
        ]

    def _slow(self, milliseconds: int) -> cloudwatch.Alarm:
        why = f"A hundredth of the answers takes longer than {milliseconds} ms."
        return alarm(self, "Slow", metric=self._http.latency(), above=milliseconds, why=why, topic=self._topic, periods=LASTING)

    def _single(self, id_: str, metric: cloudwatch.IMetric, why: str) -> cloudwatch.Alarm:
        return alarm(self, id_, metric=metric, above=0, why=why, topic=self._topic)
