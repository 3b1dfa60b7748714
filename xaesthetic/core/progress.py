"""Progress on long work: a bar with rate and remaining time on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterable, Iterator
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


def lines(items: Iterable[T], what: str, total: int) -> Iterator[T]:
    """A line on standard error about every ten seconds, for logs."""
    started = said = time.monotonic()
    for count, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if now - said > 10 or count == total:
            print(f"{visible(what)}: {count} of {total}, {now - started:.0f} s", file=sys.stderr, flush=True)
            said = now


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
    )
    with Progress(*columns, console=Console(stderr=True), transient=False) as progress:
        task = progress.add_task(visible(what), total=total, rate="")
        for item in items:
            yield item
            progress.advance(task)
            progress.update(task, rate=_rate(progress.tasks[0].speed))


def _rate(speed: float | None) -> str:
    """What is known of the speed after two items, in whichever way is the larger number."""
    if not speed:
        return ""
    return f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each"


def choose(quiet: bool) -> Track:
    """What suits where standard error goes."""
    if quiet:
        return silent
    return bar if sys.stderr.isatty() else lines
