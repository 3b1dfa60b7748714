"""How long work is carried out: how many threads, on which device, who is told, and by which executor."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from xaesthetic.core.errors import DataError
from xaesthetic.core.progress import Track, silent

_MOST = 16
Prepare = Callable[[int], Any]
"""Takes a chunk's number and gives what the work on it needs; runs ahead, in threads."""
Work = Callable[[int, Any], Any]
"""Takes a chunk's number and what was prepared, and gives its results; one at a time."""


@runtime_checkable
class Executor(Protocol):
    """Computes chunks, in any order; one that comes twice must come equal."""

    def __call__(self, numbers: Sequence[int], prepare: Prepare, work: Work, workers: int) -> Iterator[tuple[int, Any]]:
        """Give each chunk's number and results as they are ready."""


@dataclass(frozen=True, slots=True)
class Execution:
    """How a stage is carried out. None of it changes results; the device may, in the last bits."""

    workers: int = 0
    """Threads that decode photographs and measure maps; 0 for as many as the executor finds right: in this process one for
    each core that it may use. Their number changes no byte."""
    device: str = "auto"
    """`auto`, `cpu`, `cuda` or `mps`. An experiment's own device goes before it."""
    track: Track = silent
    """Shows the progress."""
    executor: Executor | None = None
    """Who computes the chunks; None for this process (`xaesthetic.execution.local`)."""
    trust: bool = False
    """Whether a model folder's own Python file may run."""

    def __post_init__(self) -> None:
        """Refuse what is no number of workers."""
        if type(self.workers) is not int or self.workers < 0:
            raise DataError(
                f"workers are {self.workers!r}; a whole number from 1 was wanted, or 0 for as many as are right."
            )

    @property
    def threads(self) -> int:
        """Return how many threads of this process do what needs no network."""
        return threads(self.workers)


def threads(workers: int) -> int:
    """Return how many threads prepare chunks in this process; 0 stands for one a core that it may use.

    They are not processes: Pillow decodes and resizes without Python's lock, so that threads came out as fast (64 JPEGs of a
    megapixel on two cores), share models' memory, and end with the process. More than `_MOST` would only hold photographs.

    Parameters
    ----------
    workers
        A number, or 0.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return workers or min(_MOST, cores)
