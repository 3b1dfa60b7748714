"""What must go from the disk even where a process ends in the middle of something: half-written files, files of locks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_REMOVE: list[Callable[[], object]] = []


@contextmanager
def unfinished(remove: Callable[[], object]) -> Iterator[None]:
    """Have something removed where the process ends while this is open; otherwise it is the caller's to remove.

    A process ends by `remove_all`, or by an exception that is no error: a signal may come between any two steps, so that
    the caller does not know yet what it has to remove.

    Parameters
    ----------
    remove
        Removes it, if it is there; its errors are passed over.
    """
    _REMOVE.append(remove)
    try:
        yield
    except BaseException as ending:
        if not isinstance(ending, Exception):
            with suppress(Exception):
                remove()
        raise
    finally:
        _REMOVE.remove(remove)


def remove_all() -> None:
    """Remove whatever is unfinished: the process ends at once."""
    for remove in list(_REMOVE):
        with suppress(Exception):  # one that cannot be removed keeps nothing else
            remove()
