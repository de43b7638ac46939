"""What takes a canary away that does harm, and takes a fresh promotion back: a function that alarms call."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk.components.alerts import NAMESPACE, alarm
from cdk.components.buckets import Buckets
from cdk.components.control import MEMORY_MB, allow_replacing, production_stores
from cdk.components.function import ServiceFunction
from cdk.components.granted import granted
from cdk.components.grants import allow_listing, allow_objects
from cdk.components.layers import Layers
from cdk.components.network import Network
from cdk.components.tables import Tables
from cdk.settings import Settings

SECONDS = 60
MINUTES = 15
# Of fewer payments in a quarter of an hour a share says little.
ENOUGH = 200
# So many alerts beyond a limit, counted on the payments of the side that had fewer, are chance at most once in 200,000 quarters of
# an hour where alerts come alone, once in 50 where always by fives. A share would be chance far more often where alerts are many.
BEYOND = 20
CANARYS, PRODUCTIONS = "c / c_n", "p / p_n"


def _more(one: str, other: str) -> str:
    return f"IF({one} >= {other}, {one}, {other})"


# Neither side's chance is multiplied.
CLEARLY = f"{BEYOND} / IF(c_n <= p_n, c_n, p_n)"
HALVED = f"{PRODUCTIONS} - 2 * {CANARYS} - {CLEARLY}"
DOUBLED = f"{CANARYS} - 2 * {PRODUCTIONS} - {CLEARLY}"
APART = _more(f"{CANARYS} - {PRODUCTIONS}", f"{PRODUCTIONS} - {CANARYS}")
# What is watched, from sums of both sides (c_ the canary's, p_ production's): a figure, above how much it rings, and why. Where
# there is a limit on each side, the figure is by how much the canary lies beyond one of them.
WATCHED: dict[str, tuple[str, str, float, str]] = {
    "Degraded": (
        "ArmDegraded",
        f"{CANARYS} - {PRODUCTIONS}",
        0.05,
        "many more of its answers are degraded than production's.",
    ),
    "Alerts": (
        "ArmAlerts",
        _more(DOUBLED, HALVED),
        0,
        "it alerts on more than twice the share that production does, or on less than half.",
    ),
    "Shift": (
        "ArmProbability",
        _more(f"{APART} - 0.1", HALVED),
        0,
        "its mean score is far from production's, or less than half of it.",
    ),
    "Slow": ("ArmMilliseconds", f"{CANARYS} - 2 * {PRODUCTIONS}", 5.0, "it takes more than twice production's time."),
}


class Guard(Construct):
    """The function, the alarms of a canary, and what it may."""

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        layers: Layers,
        buckets: Buckets,
        tables: Tables,
        topic: sns.ITopic,
        of_production: Iterable[cloudwatch.Alarm],
        network: Network | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._topic = topic
        self.guard = ServiceFunction(
            self,
            "Act",
            name="control.guard",
            layers=layers,
            architecture=settings.architecture,
            memory_mb=MEMORY_MB,
            timeout_seconds=SECONDS,
            environment={**production_stores(tables, buckets), "ARTIFACTS_BUCKET": buckets.artifacts.bucket_name},
            log_retention_days=settings.log_retention_days,
        )
        allow_replacing(self.guard.role, tables, buckets)
        if network:
            network.run_function(self.guard.function)
        self.alarms = [self._of_canary(id_, *watched) for id_, watched in WATCHED.items()]
        acting = list(self.alarms)
        if settings.automatic_rollback:  # what stood before is verified before it is put back
            allow_listing(self.guard.role, buckets.artifacts)
            allow_objects(self.guard.role, buckets.artifacts, ["s3:GetObject"], "models/")
            acting += of_production
        for one in acting:
            one.add_alarm_action(actions.LambdaAction(self.guard.function, use_unique_permission_id=True))
        granted(self, ["lambda:InvokeFunction"], [self.guard.function.function_arn])  # by each alarm

    def _of_canary(self, id_: str, name: str, figure: str, above: float, why: str) -> cloudwatch.Alarm:
        metrics = {
            f"{side}{ending}": _sum(metric, arm)
            for side, arm in (("c", "canary"), ("p", "production"))
            for ending, metric in (("", name), ("_n", "ArmDecisions"))
        }
        expression = cloudwatch.MathExpression(
            expression=f"IF(c_n >= {ENOUGH}, IF(p_n >= {ENOUGH}, {figure}, 0), 0)",
            label=f"Canary{id_}",
            using_metrics=metrics,
            period=Duration.minutes(MINUTES),
        )
        return alarm(
            self, f"Canary{id_}", metric=expression, above=above, why=f"The canary is taken away: {why}", topic=self._topic
        )


def _sum(name: str, arm: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=NAMESPACE, metric_name=name, statistic="Sum", period=Duration.minutes(MINUTES), dimensions_map={"Arm": arm}
    )
