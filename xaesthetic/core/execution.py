"""How long work is carried out: how many threads, on which device, who is told, and by which executor."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from xaesthetic.core.progress import Track, silent

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

    workers: int = 2
    """Threads that decode photographs and measure maps."""
    device: str = "auto"
    """`auto`, `cpu`, `cuda` or `mps`. An experiment's own device goes before it."""
    track: Track = silent
    """Shows the progress."""
    executor: Executor | None = None
    """Who computes the chunks; None for this process (`xaesthetic.execution.local`)."""
    trust: bool = False
    """Whether a model folder's own Python file may run."""
