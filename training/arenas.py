"""Where the C library keeps freed memory: by default up to eight places per processor, each for its own threads alone.

Threads come and go with every stretch of history. What one of them freed, another must find again, or memory grows with
each stretch.
"""

from __future__ import annotations

import ctypes
import platform

M_ARENA_MAX = -8  # of glibc's malloc.h
ARENAS = 2


def keep_few_arenas() -> None:
    """Let all threads share two arenas, as MALLOC_ARENA_MAX=2 would; does nothing without glibc."""
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
