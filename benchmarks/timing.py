"""Ratios of running times within one process, on machines that others use too."""

import statistics
import time
from collections.abc import Callable, Mapping


def times(jobs: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Seconds of every job, interleaved; each runs once before that to warm up."""
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for repeat in range(repeats + 1):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            if repeat:
                taken[name].append(time.perf_counter() - start)
    return taken


def ratio(found: list[float], base: list[float]) -> float:
    """The median over repeats of one job's time by the other's."""
    return statistics.median(one / other for one, other in zip(found, base, strict=True))


def core_seconds(job: Callable[[], object]) -> float:
    """Seconds of this process, user and system: who else uses the machine hardly counts."""
    start = time.process_time()
    job()
    return time.process_time() - start
