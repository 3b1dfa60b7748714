"""Progress on long work: a bar with rate and remaining time on a terminal, plain lines elsewhere.

What takes long inside one item (the passes of a method) is shown beside the bar or line that runs: `counted`.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import repeat
from typing import Protocol, TypeVar, runtime_checkable

from xaesthetic.core.text import visible

T = TypeVar("T")


@runtime_checkable
class Track(Protocol):
    """Go through `items`, telling how far it is."""

    def __call__(self, items: Iterable[T], what: str, total: int) -> Iterator[T]:
        """Yield every item."""
        ...


def silent(items: Iterable[T], what: str, total: int) -> Iterator[T]:  # noqa: ARG001  # the protocol's names
    """Say nothing."""
    yield from items


def _nothing(text: str) -> None:
    """Say nothing; nobody listens."""
    del text


_beside: ContextVar[Callable[[str], None]] = ContextVar("beside", default=_nothing)
"""Says a few words beside the progress that runs in this context; nothing where none does."""


@contextmanager
def _saying(say: Callable[[str], None]) -> Iterator[None]:
    before = _beside.get()
    _beside.set(say)
    try:
        yield
    finally:
        _beside.set(before)


def counted(items: Iterable[T], what: str, total: int, step: int = 1) -> Iterator[T]:
    """Go through the parts of one item's work, and have the progress that runs say how far it is.

    Parameters
    ----------
    items
        The parts.
    what
        What is done: ``"rise of 8 photographs"``.
    total
        How many passes it takes.
    step
        How many of them a part is.
    """
    say = _beside.get()
    for number, item in enumerate(items):
        say(f"{what}: {min(number * step, total)} of {total} passes")
        yield item
    say("")


class _Lines:
    """A line about every ten seconds; `count` items are done."""

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total, self.count = visible(what), total, 0
        self.started = self.said = time.monotonic()

    def say(self, inside: str = "", always: bool = False) -> None:
        now = time.monotonic()
        if always or now - self.said > 10:
            more = f" ({inside})" if inside else ""
            print(
                f"{self.what}: {self.count} of {self.total}{more}, {now - self.started:.0f} s", file=sys.stderr, flush=True
            )
            self.said = now


def lines(items: Iterable[T], what: str, total: int) -> Iterator[T]:
    """A line on standard error about every ten seconds, for logs."""
    written = _Lines(what, total)
    with _saying(written.say):
        for item in items:
            yield item
            written.count += 1
            written.say(always=written.count == total)


def bar(items: Iterable[T], what: str, total: int) -> Iterator[T]:
    """A bar on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<28}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.fields[inside]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=False) as progress:
        task = progress.add_task(visible(what), total=total, rate="", inside="")
        with _saying(lambda text: progress.update(task, inside=text)):
            for item in items:
                yield item
                progress.advance(task)
                progress.update(task, rate=_rate(progress.tasks[0].speed))


def _rate(speed: float | None) -> str:
    """What is known of the speed after two items, in whichever way is the larger number."""
    if not speed:
        return ""
    return f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each"


def by_size(track: Track, items: Iterable[T], what: str, size: Callable[[T], int], total: int) -> Iterator[T]:
    """Go through chunks, telling how many of what they hold is done: photographs, where chunks are batches of them.

    Parameters
    ----------
    track
        How it is told.
    items
        Chunks.
    what
        What is done.
    size
        Of a chunk.
    total
        Of all chunks.
    """

    def parts() -> Iterator[tuple[bool, T]]:
        for item in items:
            yield True, item
            yield from repeat((False, item), size(item) - 1)  # after the chunk's own work is done

    for is_first, item in track(parts(), what, total):
        if is_first:
            yield item


def choose(quiet: bool) -> Track:
    """What suits where standard error goes."""
    if quiet:
        return silent
    return bar if sys.stderr.isatty() else lines
