"""Who a request comes from: the operator, a role that a service took on, a user, or a service in its own name.

Services take on roles by `keys_of`, as AWS does behind the scenes; each role has one set of credentials per service, so
that what is started with them can be compared and kept.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

from moto.iam.models import IAMBackend, Role, iam_backends
from moto.sts.models import sts_backends

from local.context import ACCESS_KEY, ACCOUNT, INTERNAL_KEYS, Keys

CREDENTIAL = re.compile(r"Credential=([^/,\s]+)")
OPERATOR_ARN = f"arn:aws:iam::{ACCOUNT}:user/{ACCESS_KEY}"


@dataclass(frozen=True)
class Caller:
    """The principal of a request: `role` is the name of the role it acts by, `service` set for a service in its own name."""

    arn: str
    role: str | None = None
    user: str | None = None
    service: str | None = None

    @property
    def is_operator(self) -> bool:
        """Whether this is the account's administrator."""
        return self.arn == OPERATOR_ARN

    @property
    def role_arn(self) -> str | None:
        """The ARN by which policies name the role."""
        role = None if self.role is None else role_named(self.role)
        return None if role is None else str(role.arn)


class UnknownKeyError(Exception):
    """Nobody has this access key."""


ISSUED = ("AKIA", "ASIA")  # what keys of users and of roles begin with
OPERATOR = Caller(OPERATOR_ARN)
_SALT = secrets.token_hex(16)

INTERNAL = Caller("the embedded AWS")
_taken_on: dict[str, tuple[Caller, Keys]] = {}


def iam() -> IAMBackend:
    """Moto's store of users, roles and policies."""
    return iam_backends[ACCOUNT]["aws"]


def role_named(name: str) -> Role | None:
    """The role of that name, if there is one."""
    return next((role for role in list(iam().roles.values()) if role.name == name), None)


def caller_of_role(role_arn: str, session: str) -> Caller:
    """Somebody who acts by a role."""
    name = role_arn.rsplit("/", 1)[-1]
    return Caller(f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}", role=name)


def keys_of(role_arn: str, session: str) -> Keys:
    """The keys of a service's session of a role: the same for the same session, known to nobody outside."""
    caller = caller_of_role(role_arn, session)
    key = "ASIA" + hashlib.sha256(f"{_SALT}{caller.arn}".encode()).hexdigest()[:16].upper()
    if key not in _taken_on:
        secret = hashlib.sha256(f"{_SALT}secret{caller.arn}".encode()).hexdigest()
        token = hashlib.sha256(f"{_SALT}token{caller.arn}".encode()).hexdigest()
        _taken_on[key] = caller, Keys(key, secret, token)
    return _taken_on[key][1]


def caller_of(authorization: str, token: str | None) -> Caller:
    """Who signed, by the headers of a request. Raises UnknownKeyError for nobody known, and where a role's token is not its own."""
    found = CREDENTIAL.search(authorization)
    if found is None:
        raise UnknownKeyError("no signature")
    key = found.group(1)
    if (key in _taken_on and _taken_on[key][1].token != token) or (key.startswith("ASIA") and not token):
        raise UnknownKeyError(f"{key} without its token")
    return secret_of(key)[0]


def secret_of(access_key: str) -> tuple[Caller, str]:
    """Whose access key it is, and its secret.

    A key that cannot be AWS's, such as `embedded` or `test`, is the operator's, with the same word as its secret: any dummy
    credentials will do. One that could be is somebody's or nobody's: UnknownKeyError, so that real ones never work here.
    """
    if access_key in _taken_on:
        caller, keys = _taken_on[access_key]
        return caller, keys.secret_key
    if access_key == INTERNAL_KEYS.access_key:
        return INTERNAL, INTERNAL_KEYS.secret_key
    assumed = sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(access_key)
    if assumed is not None:
        return caller_of_role(assumed.role_arn, assumed.session_name), assumed.secret_access_key
    for user in iam().users.values():
        for key in user.access_keys:
            if key.access_key_id == access_key and key.status == "Active":
                return Caller(user.arn, user=user.name), key.secret_access_key
    if access_key.startswith(ISSUED):
        raise UnknownKeyError(access_key)
    return OPERATOR, access_key
