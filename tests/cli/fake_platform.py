"""A platform that answers from what a test puts into it; no AWS, no processes."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from greenfraud.canonical import sha256_hex

EXECUTION_ARN = "arn:aws:states:eu-north-1:123456789012:execution:fraud-detection-pipeline:one"
BEGIN = datetime(2026, 4, 1, tzinfo=UTC)


class NoSuchKey(Exception):
    """S3's."""


class FakeS3:
    """Objects by key, whatever the bucket."""

    exceptions = SimpleNamespace(NoSuchKey=NoSuchKey)

    def __init__(self) -> None:
        self.objects: dict[str, dict] = {}

    def get_object(self, *, Bucket, Key):
        if Key not in self.objects:
            raise NoSuchKey
        body = json.dumps(self.objects[Key]).encode()
        return {"Body": io.BytesIO(body), "ETag": sha256_hex(body)}

    def put_object(self, *, Bucket, Key, Body, IfMatch=None):
        assert IfMatch in (None, sha256_hex(json.dumps(self.objects.get(Key)).encode()))
        self.objects[Key] = json.loads(Body)

    def get_paginator(self, _):
        def pages(*, Bucket, Prefix):
            yield {"Contents": [{"Key": key, "LastModified": n} for n, key in enumerate(self.objects) if key.startswith(Prefix)]}

        return SimpleNamespace(paginate=pages)


class NoSuchExecution(Exception):
    """Step Functions'."""


class FakeStepFunctions:
    """One execution that has the given statuses, one per look, None where there is none; `on_look` may change the world."""

    exceptions = SimpleNamespace(ExecutionDoesNotExist=NoSuchExecution, InvalidArn=NoSuchExecution)

    def __init__(self) -> None:
        self.statuses = ["SUCCEEDED"]
        self.answer: dict[str, str] = {"output": "{}"}
        self.on_look = lambda: None
        self.started: list[dict] = []
        self.stopped: list[str] = []

    def start_execution(self, **request):
        self.started.append(json.loads(request["input"]))
        return {"executionArn": EXECUTION_ARN}

    def stop_execution(self, *, executionArn, error, cause):
        self.stopped.append(executionArn)

    def describe_execution(self, *, executionArn):
        self.on_look()
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status is None:
            raise NoSuchExecution
        return {"status": status, "startDate": BEGIN, **self.answer}

    def get_paginator(self, _):
        events = [
            {"id": 1, "type": "TaskStateEntered", "timestamp": BEGIN, "stateEnteredEventDetails": {"name": "Promote"}},
            {
                "id": 2,
                "previousEventId": 1,
                "type": "TaskStateExited",
                "timestamp": BEGIN + timedelta(seconds=2),
                "stateExitedEventDetails": {"name": "Promote"},
            },
        ]
        return SimpleNamespace(paginate=lambda **_: [{"events": events}])


class FakeSageMaker:
    """Training jobs by name: status and, where it failed, the reason."""

    def __init__(self) -> None:
        self.jobs: dict[str, tuple[str, str | None]] = {}

    def get_paginator(self, _):
        def pages(*, NameContains):
            found = [
                {"TrainingJobName": name, "TrainingJobStatus": status}
                for name, (status, _) in self.jobs.items()
                if NameContains in name
            ]
            yield {"TrainingJobSummaries": found}

        return SimpleNamespace(paginate=pages)

    def describe_training_job(self, *, TrainingJobName):
        status, reason = self.jobs[TrainingJobName]
        times = {"CreationTime": BEGIN, "TrainingStartTime": BEGIN, "TrainingEndTime": BEGIN + timedelta(seconds=3)}
        return {"TrainingJobStatus": status, **times, **({"FailureReason": reason} if reason else {})}


class FakePlatform:
    """Stands in for a Target."""

    endpoint = "http://127.0.0.1:1"
    region = "eu-north-1"

    def __init__(self) -> None:
        self.s3, self.stepfunctions, self.sagemaker = FakeS3(), FakeStepFunctions(), FakeSageMaker()
        self.outputs = {
            "StateMachineArn": "machine",
            "ArtifactsBucket": "artifacts",
            "LakeBucket": "lake",
            "IdTokens": "off",
        }

    def client(self, service):
        return getattr(self, service)
