"""What runs in a process of Ray's: one worker, with the models that were sent to it."""

import platform
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

from xaesthetic.core.errors import EngineError
from xaesthetic.core.plugins import one_line
from xaesthetic.core.sight import watching
from xaesthetic.execution._cluster import need_ray
from xaesthetic.execution._surroundings import Surroundings

TOGETHER = 2
"""Chunks at once: while the network works on one, the other is prepared."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The work on chunks, and what prepares them; models are in it. Sent once to each worker."""

    prepare: Any
    work: Any


class Worker:
    """Does chunks: prepares them in the threads that call, works on them in one thread of its own."""

    def __init__(self, surroundings: Surroundings) -> None:
        surroundings.enter()
        self._network = ThreadPoolExecutor(1, initializer=surroundings.set_threads)
        self._lock = Lock()
        self._held: tuple[Any, Stage] | None = None

    def node(self) -> str:
        """Return the name of the machine: an answer says that the worker has started."""
        return platform.node()

    def compute(self, stage: list[Any], number: int, settled: bool = False) -> Any:
        """Return a chunk's results.

        Parameters
        ----------
        stage
            Ray's reference to a pickled `Stage`; in a list, so that Ray hands over the reference.
        number
            The chunk's.
        settled
            Whether the driver sees no more than this machine: what is not there then is gone.

        Raises
        ------
        UnseenError
            If a file cannot be read here and it is not settled.
        EngineError
            If the work cannot be loaded here.
        """
        loaded = self._load(stage[0])
        with watching("" if settled else self.node()):
            ready = loaded.prepare(number)
        return self._network.submit(loaded.work, number, ready).result()

    def _load(self, reference: Any) -> Stage:
        ray: Any = need_ray()
        with self._lock:
            if self._held is None or self._held[0] != reference:
                self._held = None  # before the next: two sets of models may be more than there is memory for
                try:
                    self._held = reference, ray.cloudpickle.loads(ray.get(reference))
                except Exception as error:  # a module that is not installed here, another version of Python
                    raise EngineError(
                        f"{self.node()}: a worker cannot load the work ({one_line(error)}); install the same packages on "
                        "every node."
                    ) from error
            return self._held[1]
