"""Physical names that are the same after every start, so that saved state finds its bucket or table again."""

from __future__ import annotations

import hashlib

# Longest name AWS accepts, by type; 128 is safe for every other type.
NAME_LIMITS = {
    "AWS::IAM::Role": 64,
    "AWS::Lambda::Function": 64,
    "AWS::S3::Bucket": 63,
    "AWS::SQS::Queue": 80,
    "AWS::Scheduler::Schedule": 64,
    "AWS::StepFunctions::StateMachine": 80,
}
DEFAULT_LIMIT = 128


def physical_name(type_: str, stack: str, logical_id: str, generation: int = 0) -> str:
    """Stack and logical id, cut to what AWS allows, with a digest of both; `generation` counts replacements."""
    digest = hashlib.sha256(f"{stack}/{logical_id}/{generation}".encode()).hexdigest()[:8]
    room = NAME_LIMITS.get(type_, DEFAULT_LIMIT) - len(digest) - 1
    name = f"{stack}-{logical_id}"[:room].rstrip("-") + f"-{digest}"
    return name.lower() if type_ == "AWS::S3::Bucket" else name
