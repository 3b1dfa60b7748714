"""Workers that do chunks between them: who is free gets the next, and what a dead one had is done by another."""

import os
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from warnings import warn

from xaesthetic.core.errors import EngineError, XaestheticWarning
from xaesthetic.core.plugins import one_line
from xaesthetic.core.sight import UnseenError
from xaesthetic.execution._surroundings import Surroundings
from xaesthetic.execution._worker import TOGETHER, Worker

LIVES = 3
"""How many workers may die over one chunk, or in a row before they start."""


@dataclass(slots=True, eq=False)
class Team:
    """Workers of Ray's, in which models stay from one call to the next."""

    ray: Any
    size: int
    surroundings: Surroundings
    patience: float
    """Seconds to wait for the first worker."""
    joining: dict[Any, Any] = field(default_factory=dict)
    """Workers that have not started yet, by the reference of their first answer."""
    nodes: dict[Any, str] = field(default_factory=dict)
    """Where the workers are that have started."""
    running: dict[Any, tuple[int, Any]] = field(default_factory=dict)
    """Which chunk is done by whom, by the reference of the result."""
    deaths: Counter[int] = field(default_factory=Counter)
    """By chunk; -1 stands for the start."""

    def results(self, stage: Any, numbers: Sequence[int]) -> Iterator[tuple[int, Any]]:
        """Give chunks' results as they come; no more than two a worker are under way.

        Raises
        ------
        EngineError
            If no worker starts, or too many die.
        """
        waiting, settled = deque(numbers), set[int]()
        self.deaths.clear()
        while len(self.nodes) + len(self.joining) < min(self.size, len(numbers)):
            self._hire()
        since = time.monotonic()
        while waiting or self.running:
            self._hand_out(stage, waiting, settled)
            done, _ = self.ray.wait([*self.joining, *self.running], num_returns=1, timeout=1)  # so that signals are heard
            if done or self.running:
                since = time.monotonic()
            elif time.monotonic() - since > self.patience:
                raise EngineError(self._nobody())
            for reference in done:
                if reference in self.joining:
                    self._welcome(reference)
                else:
                    yield from self._collect(reference, waiting, settled)

    def dismiss(self) -> None:
        """End all workers at once, whatever they are doing."""
        for worker in {*self.nodes, *self.joining.values()}:
            self.ray.kill(worker)
        self.joining.clear()
        self.nodes.clear()
        self.running.clear()

    def _hire(self) -> None:
        needs = {"num_cpus": self.surroundings.threads, "num_gpus": self.surroundings.gpus, "max_concurrency": TOGETHER}
        worker = self.ray.remote(**needs)(Worker).remote(self.surroundings)
        self.joining[worker.node.remote()] = worker

    def _welcome(self, reference: Any) -> None:
        worker = self.joining.pop(reference)
        try:
            self.nodes[worker] = self.ray.get(reference)
        except self.ray.exceptions.RayError as error:
            self._mourn(-1, f"a worker does not start ({_last_line(error)}); install the same packages on every node.")
            self._hire()

    def _hand_out(self, stage: Any, waiting: deque[int], settled: set[int]) -> None:
        busy = Counter(worker for _, worker in self.running.values())
        for _ in range(TOGETHER):  # one each first
            for worker in self.nodes:
                if waiting and busy[worker] < TOGETHER:
                    busy[worker] += 1
                    number = waiting.popleft()
                    self.running[worker.compute.remote([stage], number, number in settled)] = number, worker

    def _collect(self, reference: Any, waiting: deque[int], settled: set[int]) -> Iterator[tuple[int, Any]]:
        number, worker = self.running.pop(reference)
        try:
            value = self.ray.get(reference)
        except self.ray.exceptions.RayTaskError as error:
            if not isinstance(error.cause, UnseenError) or os.access(error.cause.path, os.R_OK):
                raise (error.cause or error) from None
            settled.add(number)  # it is gone here too
            waiting.appendleft(number)
        except self.ray.exceptions.RayError as error:  # dead, or its node is
            where = self.nodes.pop(worker, "")
            self._mourn(number, f"chunk {number}: {LIVES} workers died over it, the last on {where} ({_last_line(error)}).")
            waiting.appendleft(number)
            if where:  # of its chunks the first
                warn(f"ray: a worker on {where} has died; its chunks are done again.", XaestheticWarning, stacklevel=2)
                self.ray.kill(worker)
                self._hire()
        else:
            yield number, value

    def _mourn(self, number: int, sentence: str) -> None:
        self.deaths[number] += 1
        if self.deaths[number] >= LIVES:
            raise EngineError(f"ray: {sentence}")

    def _nobody(self) -> str:
        needs = f"{self.surroundings.threads} CPUs" + (" and a GPU" if self.surroundings.gpus else "")
        free = self.ray.available_resources()
        return (
            f"ray: no worker has started within {self.patience:.0f} s: each needs {needs}, and {free.get('CPU', 0):.0f} "
            f"CPUs and {free.get('GPU', 0):.0f} GPUs are free; set OMP_NUM_THREADS to a smaller number, or add nodes."
        )


def _last_line(error: BaseException) -> str:
    """What Ray says of a death, whose last line is the exception that was its cause, or the story."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:300] if lines else one_line(error)
