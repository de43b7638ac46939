"""What an operator can do something about.

CommandError            a fault with a way to mend it; the command ends with exit code 1
└── InputError          the person's own input cannot be used; exit code 2
"""

from __future__ import annotations


class CommandError(Exception):
    """A fault that is shown as one message, without a traceback; the message says how to mend it."""

    exit_code = 1


class InputError(CommandError):
    """A file, column, row or option that cannot be used; nothing has been written when it is raised."""

    exit_code = 2
