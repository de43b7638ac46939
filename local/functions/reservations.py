"""How many invocations run at once: of the account, and of a function that has some of them reserved.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend, lambda_backends

from local.context import ACCOUNT, REGION
from local.limits import figure
from local.patches import replace


class ThrottledError(Exception):
    """No place, or no execution environment, is free."""


def reservations() -> dict[str, int]:
    """What each function has reserved, for all its versions together."""
    functions = lambda_backends[ACCOUNT][REGION].list_functions()
    return {one.function_name: int(one.reserved_concurrency) for one in functions if one.reserved_concurrency is not None}


class Places:
    """Counts the invocations that run, or wait here for what on AWS would have started at once."""

    def __init__(self, account: int) -> None:
        self._account = account
        self._running: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def place(self, function: str, reserved: Mapping[str, int]) -> Iterator[None]:
        """One invocation while the block runs; ThrottledError at once when the function's places are taken."""
        with self._lock:
            self._check(function, reserved)
            self._running[function] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[function] -= 1

    def _check(self, function: str, reserved: Mapping[str, int]) -> None:
        if function in reserved:
            if self._running[function] >= reserved[function]:
                raise ThrottledError("ReservedFunctionConcurrentInvocationLimitExceeded")
            return
        shared = sum(count for name, count in self._running.items() if name not in reserved)
        if shared >= self._account - sum(reserved.values()):
            raise ThrottledError("ConcurrentInvocationLimitExceeded")


def install(account: int) -> None:
    """Refuse a reservation that leaves the other functions of an account of so many places too little."""
    least = min(figure("lambda_unreserved_concurrency"), account)

    def put_function_concurrency(backend: LambdaBackend, function_name: str, reserved_concurrency: str) -> int:
        function = backend.get_function(function_name)
        others = sum(places for name, places in reservations().items() if name != function.function_name)
        if account - others - int(reserved_concurrency) < least:
            message = (
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
                f"below its minimum value of [{least}]."
            )
            raise InvalidParameterValueException(message)
        function.reserved_concurrency = int(reserved_concurrency)
        return int(reserved_concurrency)

    replace(LambdaBackend, "put_function_concurrency", put_function_concurrency)
