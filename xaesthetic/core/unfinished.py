"""What must go from the disk even where a process ends in the middle of something: half-written files, files of locks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_REMOVE: list[Callable[[], object]] = []


@contextmanager
def unfinished(remove: Callable[[], object]) -> Iterator[None]:
    """Have something removed by `remove_all` as long as this is open; otherwise it is the caller's to remove."""
    _REMOVE.append(remove)
    try:
        yield
    finally:
        _REMOVE.remove(remove)


def remove_all() -> None:
    """Remove whatever is unfinished: the process ends at once."""
    for remove in list(_REMOVE):
        with suppress(Exception):  # one that cannot be removed keeps nothing else
            remove()
