"""S3's permissions: by object, by bucket, and for what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote
from xml.parsers.expat import ExpatError

import xmltodict  # type: ignore[import-untyped]
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends
from moto.s3.responses import S3Response

from local.context import ACCOUNT
from local.permissions.callers import UnknownKeyError, caller_of
from local.permissions.decision import AccessDeniedError, check_all
from local.permissions.needs import Need

# What policies call what moto calls otherwise.
ACTIONS = {"HeadBucket": "ListBucket", "PutPublicAccessBlock": "PutBucketPublicAccessBlock", "PutBucketCORS": "PutBucketCORS"}
# A bucket's settings, by the part of the query that names them: moto takes those it does not list for a new bucket.
SETTINGS = {
    "encryption": "EncryptionConfiguration",
    "lifecycle": "LifecycleConfiguration",
    "object-lock": "BucketObjectLockConfiguration",
    "ownershipControls": "BucketOwnershipControls",
    "publicAccessBlock": "BucketPublicAccessBlock",
}
VERBS = {"GET": "Get", "PUT": "Put", "DELETE": "Put"}
WITH_OBJECT = {"x-amz-acl": "PutObjectAcl", "x-amz-tagging": "PutObjectTagging"}  # headers of a PUT that do more than put


class ObjectDeniedError(S3ClientError):  # type: ignore[misc]
    """S3's answer to a request that no policy allows."""


def authorize(self: S3Response, bucket_name: str | None = None, key_name: str | None = None) -> None:
    """Replaces `ActionAuthenticatorMixin._authenticate_and_authorize_s3_action`, which moto's handlers call."""
    if "Authorization" not in self.headers and is_public(self, bucket_name, key_name):
        return
    try:
        check_all(
            caller_of(self.headers.get("Authorization", ""), self.headers.get("X-Amz-Security-Token")),
            needs_of_request(self, bucket_name, key_name),
        )
    except UnknownKeyError as unknown:
        code, words = "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."
        raise ObjectDeniedError(code, words) from unknown
    except AccessDeniedError as denial:
        raise ObjectDeniedError("AccessDenied", str(denial)) from denial


def is_public(request: S3Response, bucket: str | None, key: str | None) -> bool:
    """Whether anybody may read the object: its access list says so."""
    if key is None or request._get_action() != "GetObject":
        return False
    backend = s3_backends[ACCOUNT]["aws"]
    block = backend.get_bucket(bucket).public_access_block
    if block is not None and str(block.ignore_public_acls).lower() == "true":
        return False
    found = backend.get_object(bucket, key)
    return bool(found is not None and found.acl is not None and found.acl.public_read)


def needs_of_request(request: S3Response, bucket: str | None, key: str | None) -> Iterator[Need]:
    """Every permission the request needs."""
    named = str(request._get_action())
    action = ACTIONS.get(named, named)
    if key is None:
        yield from needs_of_bucket(request, action, bucket)
        return
    if action == "GetObject" and "versionId" in request.querystring:
        action = "GetObjectVersion"
    yield Need(f"s3:{action}", arn_of(bucket, key))
    if request.method == "PUT":
        yield from (Need(f"s3:{more}", arn_of(bucket, key)) for header, more in WITH_OBJECT.items() if request.headers.get(header))
    source = request.headers.get("x-amz-copy-source")
    if source:
        path, _, version = unquote(source).lstrip("/").partition("?")
        yield Need("s3:GetObjectVersion" if version else "s3:GetObject", arn_of(path))
    elif action == "GetObject" and not exists(bucket, key):
        yield Need("s3:ListBucket", arn_of(bucket))  # without it a missing object reads as a refused one


def needs_of_bucket(request: S3Response, action: str, bucket: str | None) -> Iterator[Need]:
    """What a request to a bucket needs; one that deletes many objects needs it for each."""
    if action == "DeleteObject":
        for entry in entries_of(request.body):
            versioned = "Version" if entry.get("VersionId") else ""
            yield Need(f"s3:DeleteObject{versioned}", arn_of(bucket, entry["Key"]))
        return
    setting = next((SETTINGS[name] for name in request.querystring if name in SETTINGS), None)
    yield Need(f"s3:{VERBS[request.method] + setting if setting else action}", arn_of(bucket) if bucket else "*")


def entries_of(body: bytes) -> list[dict[str, str]]:
    """The objects that a request deletes together, as moto reads them; what it cannot read it refuses."""
    try:
        found: list[dict[str, str]] = xmltodict.parse(body, force_list=["Object"])["Delete"]["Object"]
    except (ExpatError, KeyError, TypeError):
        return [{"Key": "*"}]
    return found


def arn_of(*parts: str | None) -> str:
    """The ARN of a bucket or of an object in it."""
    return f"arn:aws:s3:::{'/'.join(part for part in parts if part)}"


def exists(bucket: str | None, key: str) -> bool:
    """Whether the object is there; a bucket that is not is told by S3 itself."""
    found = s3_backends[ACCOUNT]["aws"].buckets.get(bucket)
    return found is None or key in found.keys
