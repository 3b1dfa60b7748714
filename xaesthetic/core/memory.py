"""Memory of large arrays: freed blocks are kept for the next ones, and how it is known that there is no more."""

import ctypes
from contextlib import suppress

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4  # as malloc.h numbers them
_LARGEST = 2**31 - 1


def keep_freed_memory() -> None:
    """Have the C library keep what is freed, where it is glibc; a process of one's own may want that.

    A network's activations are large blocks, which glibc gives back to the system at once and fetches anew, page by page
    and zeroed, for the next batch. The process then holds on to the most that it ever needed, until it ends.
    """
    with suppress(OSError, AttributeError, TypeError):  # no glibc
        option = ctypes.CDLL(None).mallopt
        option(_MMAP_MAX, 0)
        option(_TRIM_THRESHOLD, _LARGEST)
        option(_TOP_PAD, 1 << 26)


_WORDS = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory", "alloc_failed")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory did not suffice: said by the error, or by one that it was raised from.

    Parameters
    ----------
    error
        Python's and NumPy's `MemoryError`, torch's `OutOfMemoryError`, or the `RuntimeError` by which torch, cuDNN and
        others say it in words.

    Examples
    --------
    >>> is_out_of_memory(MemoryError()), is_out_of_memory(RuntimeError("shapes differ"))
    (True, False)
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError) or type(seen).__name__ == "OutOfMemoryError":
            return True
        if isinstance(seen, RuntimeError) and any(word in str(seen).lower() for word in _WORDS):
            return True
        seen = seen.__cause__
    return False
