"""Chunks in this process: threads prepare some ahead while the network works on one."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from xaesthetic.core.execution import Execution, Prepare, Work, threads


def local(numbers: Sequence[int], prepare: Prepare, work: Work, workers: int) -> Iterator[tuple[int, Any]]:
    """Give the chunks in their order; at most one more than there are threads are prepared and wait.

    Parameters
    ----------
    numbers
        Of the chunks.
    prepare, work
        As `xaesthetic.run.stage.compute` has them.
    workers
        Threads that prepare; 0 for one a core.
    """
    count = threads(workers)
    left = iter(numbers)
    waiting: deque[tuple[int, Future[Any]]] = deque()
    pool = ThreadPoolExecutor(count)
    try:
        for number in numbers:
            while len(waiting) <= count and (ahead := next(left, None)) is not None:
                waiting.append((ahead, pool.submit(prepare, ahead)))
            yield number, work(number, waiting.popleft()[1].result())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def locally(execution: Execution) -> Execution:
    """Return how work is carried out: in this process where no executor is named."""
    return execution if execution.executor else replace(execution, executor=local)
