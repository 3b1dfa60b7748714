"""Chunks in worker processes on one machine or many, by Ray: actors, each with models of its own.

Only the driver writes. Ray Data is not used: chunks are few and large, their results no rows, and their order known; what
it would do beyond actors (reading, shuffling, blocks of tables) nobody needs here.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from xaesthetic.core.execution import Prepare, Work
from xaesthetic.execution._cluster import cluster, need_ray
from xaesthetic.execution._parcel import pack
from xaesthetic.execution._surroundings import Surroundings
from xaesthetic.execution._team import Team
from xaesthetic.execution._worker import Stage

_USUAL = 2


@dataclass(slots=True, eq=False)
class RayEngine:
    """An executor (`xaesthetic.core.execution.Executor`) whose workers stay from one stage to the next.

    Closed when the block ends that it is opened in; a worker that dies has its chunk redone by another.

    Parameters
    ----------
    address
        Of a running cluster; where it is empty that of RAY_ADDRESS, and without that one is begun on this machine.
    patience
        Seconds to wait for the first worker to start.

    Raises
    ------
    PluginError
        If Ray is not installed.

    Examples
    --------
    >>> with RayEngine() as engine:  # doctest: +SKIP
    ...     xa.compare("photographs", execution=xa.Execution(workers=2, executor=engine))
    """

    address: str = ""
    patience: float = 300.0
    _open: ExitStack = field(default_factory=ExitStack)
    _ray: Any = None
    _cpus: int = 0
    """Of the cluster, if it was begun here; 0 where there is none yet."""
    _team: Team | None = None

    def __post_init__(self) -> None:
        need_ray()

    def __enter__(self) -> "RayEngine":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the workers, and the cluster if it was begun here."""
        self._dismiss()
        self._cpus = 0
        self._open.close()

    def __call__(self, numbers: Sequence[int], prepare: Prepare, work: Work, workers: int) -> Iterator[tuple[int, Any]]:
        """Give chunks' results as they come.

        Parameters
        ----------
        numbers
            Of the chunks.
        prepare, work
            As `xaesthetic.run.stage.compute` has them; they are sent to the workers, with all that they refer to.
        workers
            How many processes, each with models of its own; 0 for two, as each has a core for every thread of torch's.

        Raises
        ------
        EngineError
            If the work cannot be sent, the cluster not be reached, no worker starts, or too many die.
        """
        if not numbers:
            return
        team = self._assembled(workers or _USUAL)
        finished = False
        try:
            yield from team.results(team.ray.put(pack(team.ray, Stage(prepare, work))), numbers)
            finished = True
        finally:
            if not finished:
                self._dismiss()

    def _assembled(self, workers: int) -> Team:
        surroundings = Surroundings.here()
        if self._team is not None and self._team.surroundings == surroundings and self._team.size == workers:
            return self._team
        self._dismiss()
        cpus = workers * surroundings.threads
        if cpus > self._cpus:
            self._open.close()
            self._ray, self._cpus = self._open.enter_context(cluster(self.address, cpus)), cpus
        self._team = Team(self._ray, workers, surroundings, self.patience)
        return self._team

    def _dismiss(self) -> None:
        if self._team is not None:
            self._team.dismiss()
            self._team = None
