"""What an operator can do something about: the errors of the files that were read, and of everything else a command does."""

from intake.errors import CommandError, InputError

__all__ = ["CommandError", "InputError"]
