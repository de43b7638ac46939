"""Whether a caller may do something, and what AWS answers when not.

The order is AWS's: whatever denies wins; then the resource's own policy or one of the caller's allows; else the answer is no.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from local.context import ACCOUNT
from local.permissions import record
from local.permissions.callers import INTERNAL, Caller, caller_of_role, iam, role_named
from local.permissions.documents import Document, Request, Verdict, parse
from local.permissions.needs import Need
from local.permissions.resource_policies import policy_of

# Requests stay on the loopback, which stands for TLS; the account is the only one.
ALWAYS = {"aws:SecureTransport": "true"} | dict.fromkeys(
    ("aws:PrincipalAccount", "aws:ResourceAccount", "aws:SourceOwner", "s3:ResourceAccount"), ACCOUNT
)
OF_SERVICES = {"aws:SourceAccount": ACCOUNT}  # on whose behalf a service calls; who calls for himself has no such key


class AccessDeniedError(Exception):
    """A permission is missing; the message is AWS's own: who, which action, which resource, and which kind of policy."""


def check(caller: Caller, need: Need) -> None:
    """Return when the caller may; else raise AccessDeniedError. Either way it is recorded."""
    if caller == INTERNAL:
        return
    known = {**ALWAYS, **(OF_SERVICES if caller.service else {}), **need.context}
    reason = refusal(Request(caller, need.action, need.resource, known))
    record.add(caller, need, refusal=reason)
    if reason is not None:
        raise AccessDeniedError(reason)


def check_all(caller: Caller, needs: Iterable[Need]) -> None:
    """`check` each of them."""
    for need in needs:
        check(caller, need)


def refusal(request: Request) -> str | None:
    """Why the request is refused, in AWS's words; None when it is allowed."""
    text = policy_of(request.resource)
    resource_says = Verdict.SILENT if text is None else parse(text).verdict(request)
    if resource_says is Verdict.DENIED:
        return words(request, "with an explicit deny in a resource-based policy")
    if request.caller.is_operator:
        return None
    if request.caller.service is not None:
        return None if resource_says is Verdict.ALLOWED else words(request, None)
    return refusal_by_identity(request, granted=resource_says is Verdict.ALLOWED)


def refusal_by_identity(request: Request, *, granted: bool) -> str | None:
    """What the caller's own policies have against it; `granted` says that the resource's policy allows it already."""
    says, boundary = together(request, identity_documents(request.caller)), boundary_of(request.caller)
    if says is Verdict.DENIED:
        return words(request, "with an explicit deny in an identity-based policy")
    if not granted and says is not Verdict.ALLOWED:
        return words(request, f"because no identity-based policy allows the {request.action} action")
    if boundary is not None and boundary.verdict(request) is not Verdict.ALLOWED:
        return words(request, f"because no permissions boundary allows the {request.action} action")
    return None


def together(request: Request, documents: Iterable[Document]) -> Verdict:
    """What several documents say as one."""
    verdicts = {document.verdict(request) for document in documents}
    return next((one for one in (Verdict.DENIED, Verdict.ALLOWED) if one in verdicts), Verdict.SILENT)


def words(request: Request, why: str | None) -> str:
    """The message; a service in its own name is told apart from a user."""
    who = f"User: {request.caller.arn}" if request.caller.service is None else f"Resource: {request.caller.arn}"
    said = f"{who} is not authorized to perform: {request.action} on resource: {request.resource}"
    return f"{said} {why}" if why else said


def identity_documents(caller: Caller) -> list[Document]:
    """The policies of the role or user, inline and attached."""
    holder: Any = role_named(caller.role) if caller.role else iam().users.get(caller.user)
    if holder is None:
        return []
    inline = holder.policies.values() if isinstance(holder.policies, Mapping) else ()
    attached = [default_version(policy) for policy in holder.managed_policies.values()]
    return [parse(text) for text in (*inline, *attached)]


def default_version(policy: Any) -> str:
    """The text of a managed policy's version in force."""
    return str(next(version.document for version in policy.versions if version.is_default))


def boundary_of(caller: Caller) -> Document | None:
    """The role's permissions boundary."""
    role = role_named(caller.role) if caller.role else None
    arn = getattr(role, "permissions_boundary_arn", None)
    return parse(default_version(iam().get_policy(arn))) if arn else None


class RoleNotAssumableError(Exception):
    """A role does not exist or does not trust the service that would take it on."""


def check_trusted(caller: Caller, role_arn: str) -> None:
    """Raise AccessDeniedError unless the role lets the caller take it on, by name or by leaving that to the account."""
    role = role_named(role_arn.rsplit("/", 1)[-1])
    request = Request(caller, "sts:AssumeRole", role_arn, ALWAYS)
    trust = None if role is None or role.arn != role_arn else parse(role.assume_role_policy_document)
    if trust is None or (trust.verdict(request) is not Verdict.ALLOWED and not trust.delegates):
        raise AccessDeniedError(words(request, None))


def take_on(role_arn: str, service: str, session: str, *, source_arn: str = "") -> Caller:
    """The caller that a service becomes by a role. Raises RoleNotAssumableError unless the role trusts the service."""
    role = role_named(role_arn.rsplit("/", 1)[-1])
    role = None if role is not None and role.arn != role_arn else role  # a path, or another account, is another role
    caller = Caller(service, service=service)
    request = Request(caller, "sts:AssumeRole", role_arn, {**ALWAYS, **OF_SERVICES, "aws:SourceArn": source_arn})
    if role is None or parse(role.assume_role_policy_document).verdict(request) is not Verdict.ALLOWED:
        words = f"{service} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
        record.add(caller, Need("sts:AssumeRole", role_arn), refusal=words)
        raise RoleNotAssumableError(words)
    return caller_of_role(role_arn, session)
