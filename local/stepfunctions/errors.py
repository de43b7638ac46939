"""Error names: States.* errors cross Map and Parallel unchanged, and States.ALL does not catch two of them."""

from __future__ import annotations

from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName

from local.patches import replace

# Both are terminal: only their own names catch them.
TERMINAL = ("States.Runtime", "States.DataLimitExceeded")


def install() -> None:
    """Replace how error names are made and matched."""

    def name_any_error(name: CustomErrorName, error_name: str | None) -> None:
        # Moto refuses the prefix "States." here, which turns an inner failure into an uncatchable States.Runtime.
        ErrorName.__init__(name, error_name)

    def match(declared: ErrorEqualsDecl, env: Any) -> None:
        raised = getattr(env.stack[-1], "error_name", None)
        if raised not in TERMINAL:
            original(declared, env)
            return
        env.stack.pop()
        env.stack.append(any(name.error_name == raised for name in declared.error_names))

    replace(CustomErrorName, "__init__", name_any_error)
    original = replace(ErrorEqualsDecl, "_eval_body", match)
