"""Names shared by all rooms: executions, versions, and the keys of what programs read in the two buckets.

Keys and prefixes never start with a slash; prefixes end with one.
"""

from __future__ import annotations

from datetime import date

from greenfraud.canonical import sha256_hex

DATASET_KEY = "dataset.json"
WEEKS_KEY = "weeks.json"  # in the lake: how many frauds of each week can be judged
QUARANTINE = "quarantine/"  # in the lake: the chunks whose data are at fault
RATES_KEY = "rates/rates.csv"  # among the artifacts: what other currencies are worth in the platform's
SHORT = 8  # digits of an execution in a model's version
EXECUTIONS = "executions/"  # among the artifacts
LOOKS = "holdouts/"  # among the artifacts: which executions judged on which chunk
RUNS = "runs/"  # among the artifacts: what each execution cost and brought
GENESIS = "genesis"  # the version of a family's first parent, which says that there is none
PROFILE = "profile.json"  # beside a chunk's features


def execution_key(execution_arn: str) -> str:
    """Return the 12 hexadecimal digits that stand for a state machine execution.

    >>> execution_key("arn:aws:states:eu-north-1:123456789012:execution:fraud-detection-pipeline:first")
    '958129eb2b17'
    """
    return sha256_hex(execution_arn)[:12]


def job_key(execution: str, family: str, chunk: str) -> str:
    """Return 12 hexadecimal digits, one per training job, so that a job name never repeats within 63 letters."""
    return sha256_hex(f"{execution}{family}{chunk}")[:12]


def version_of(chunk: str, execution: str) -> str:
    """Return the version of a model: what it last learned, and in which execution.

    >>> version_of("20180501-20180508", "0123456789ab")
    '20180501-20180508-01234567'
    """
    return f"{chunk}-{execution[:SHORT]}"


def execution_of(version: str) -> str:
    """Return the first digits of the execution that made a model.

    >>> execution_of("20180501-20180508-01234567")
    '01234567'
    """
    return version.rpartition("-")[2]


def transactions_prefix(day: date) -> str:
    """Return where the transactions of one day lie in the lake."""
    return f"transactions/dt={day.isoformat()}/"


def labels_prefix(day: date) -> str:
    """Return where the labels observed on one day lie in the lake."""
    return f"labels/dt={day.isoformat()}/"


def releases_prefix(day: date) -> str:
    """Return where the payments released on one day lie in the lake."""
    return f"releases/dt={day.isoformat()}/"


def day_prefix(kind: str, day: date) -> str:
    """Return where the lake's records of one kind and day lie.

    >>> day_prefix("labels", date(2018, 5, 1)) == labels_prefix(date(2018, 5, 1))
    True
    """
    return f"{kind}/dt={day.isoformat()}/"


def features_root(manifest_version: str) -> str:
    """Return where the feature chunks of one manifest version lie in the lake."""
    return f"features/{manifest_version}/"


def features_prefix(manifest_version: str, chunk: str) -> str:
    """Return where the features of one chunk lie in the lake."""
    return f"{features_root(manifest_version)}chunk={chunk}/"


def features_key(manifest_version: str, chunk: str) -> str:
    """Return the Parquet file of one chunk's features."""
    return f"{features_prefix(manifest_version, chunk)}part.parquet"


def profile_key(manifest_version: str, chunk: str) -> str:
    """Return what is known of one chunk's data beside its features: counts, shares, and what is wrong with them."""
    return f"{features_prefix(manifest_version, chunk)}{PROFILE}"


def quarantine_key(chunk: str) -> str:
    """Return the key in the lake that keeps a chunk from learning, and who let it through."""
    return f"{QUARANTINE}{chunk}.json"


def emissions_key(day: date, stage: str, record_id: str) -> str:
    """Return the key of one emissions record in the lake."""
    return f"emissions/dt={day.isoformat()}/{stage}-{record_id}.json"


def decisions_key(day: date, batch_id: str) -> str:
    """Return the key of one batch of decisions in the lake."""
    return f"decisions/dt={day.isoformat()}/{batch_id}.jsonl"


def rebuild_report_key(name: str) -> str:
    """Return the key in the lake of what comparing every online state with the lake has found."""
    return f"reports/rebuild/{name}.json"


def quality_key(chunk: str) -> str:
    """Return the key in the lake of a chunk's estimated quality, beside which the truth is put when it is known."""
    return f"reports/quality/{chunk}.json"


def models_prefix(family: str, version: str) -> str:
    """Return where the files of one model bundle lie among the artifacts."""
    return f"models/{family}/{version}/"


def checkpoint_prefix(family: str, version: str) -> str:
    """Return where one training checkpoint lies among the artifacts."""
    return f"checkpoints/{family}/{version}/"


def genesis_prefix(family: str) -> str:
    """Return the parent of a family's first model: a place that says that there is none."""
    return checkpoint_prefix(family, GENESIS)


def execution_prefix(execution: str) -> str:
    """Return where the small results of one execution lie among the artifacts."""
    return f"{EXECUTIONS}{execution}/"


def plan_key(execution: str) -> str:
    """Return the key of the plan of an execution."""
    return f"{execution_prefix(execution)}plan.json"


def start_key(execution: str) -> str:
    """Return the key of when an execution that might wait was to start, and why then."""
    return f"{execution_prefix(execution)}start.json"


def waiting_key(execution: str) -> str:
    """Return the key of what an execution saved by waiting."""
    return f"{execution_prefix(execution)}waiting.json"


def chunk_list_key(execution: str, last_chunk: str) -> str:
    """Return the key of the list of files that a full refit learns, as SageMaker reads it."""
    return f"{execution_prefix(execution)}up-to-{last_chunk}.manifest"


def full_refit_key(family: str) -> str:
    """Return the key of what a family's newest full refit cost."""
    return f"checkpoints/{family}/full-refit.json"


def train_result_key(execution: str, family: str, chunk: str) -> str:
    """Return the key of the result of training one family on one chunk."""
    return f"{execution_prefix(execution)}train/{family}/{chunk}.json"


def train_tracking_key(execution: str, family: str, chunk: str) -> str:
    """Return the key of what MLflow is to know of training one family on one chunk; beside its result, and no result."""
    return f"{execution_prefix(execution)}train/{family}/{chunk}.tracking"


def mlflow_key(execution: str) -> str:
    """Return the key of what MLflow knows of an execution: the id of its run, and whether that is all."""
    return f"{execution_prefix(execution)}mlflow.json"


def evaluation_key(execution: str) -> str:
    """Return the key of the evaluation of an execution."""
    return f"{execution_prefix(execution)}evaluation.json"


def curves_key(execution: str) -> str:
    """Return the key of the curves behind the evaluation of an execution."""
    return f"{execution_prefix(execution)}curves.json"


def decision_key(execution: str) -> str:
    """Return the key of the gate's decision of an execution."""
    return f"{execution_prefix(execution)}decision.json"


def report_key(execution: str) -> str:
    """Return the key of the report of an execution."""
    return f"{execution_prefix(execution)}report.json"


def run_key(ended_at: str, execution: str) -> str:
    """Return the key of the record of an execution; keys sort as the moments, which are written in the same way.

    >>> run_key("2026-11-29T01:30:00Z", "0123456789ab")
    'runs/2026-11-29T01:30:00Z-0123456789ab.json'
    """
    return f"{RUNS}{ended_at}-{execution}.json"


def looks_prefix(chunk: str) -> str:
    """Return where the executions are noted that judged challengers on a chunk."""
    return f"{LOOKS}{chunk}/"


def look_key(chunk: str, execution: str) -> str:
    """Return the key that notes one of them.

    >>> look_key("20180501-20180508", "0123456789ab")
    'holdouts/20180501-20180508/0123456789ab.json'
    """
    return f"{looks_prefix(chunk)}{execution}.json"


def s3_uri(bucket: str, key: str) -> str:
    """Return the address of a key or prefix.

    >>> s3_uri("lake", plan_key("0123456789ab"))
    's3://lake/executions/0123456789ab/plan.json'
    """
    return f"s3://{bucket}/{key}"
