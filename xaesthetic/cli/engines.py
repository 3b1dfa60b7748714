"""Who carries work out, and with how many workers: options of several commands, and what they make."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from xaesthetic.core.execution import Execution

ENGINES = ("local", "ray")


def _parse_workers(text: str | int) -> int:
    """0 for `auto`, which is the default."""
    if text in ("auto", 0):
        return 0
    if not str(text).isdecimal() or int(text) < 1:
        raise typer.BadParameter(f"{text!r} is neither 'auto' nor a whole number from 1.")
    return int(text)


Workers = Annotated[
    int,
    typer.Option(
        parser=_parse_workers,
        metavar="auto|N",
        show_default="auto",
        help="Threads that decode photographs, auto for one a core; with --engine ray, processes with models, auto for two.",
    ),
]
Engine = Annotated[
    str, typer.Option(metavar="local|ray", help="Who computes: this process, or workers of Ray's, on one machine or many.")
]
Address = Annotated[
    str,
    typer.Option(
        metavar="HOST:PORT|auto",
        help="Of a running Ray cluster. Default: RAY_ADDRESS, and without that one on this machine, which ends with the "
        "command.",
        show_default=False,
    ),
]
CacheSize = Annotated[
    str,
    typer.Option(
        metavar="SIZE",
        help="Of photographs and shards that are fetched from addresses, how much is kept, as 50GB. Default: 20GB.",
        show_default=False,
    ),
]


def execution(workers: int, quiet: bool, device: str = "auto", trust: bool = False, cache_size: str = "") -> "Execution":
    """Return how work is carried out: in this process, with progress unless it is to be quiet."""
    if cache_size:
        from xaesthetic.data.cache import VARIABLE, parse_size

        os.environ[VARIABLE] = str(parse_size(cache_size))  # processes that are started learn it as well
    from xaesthetic.core.execution import Execution
    from xaesthetic.core.progress import choose as choose_progress
    from xaesthetic.execution.local import local

    return Execution(workers, device, choose_progress(quiet), local, trust)


@contextmanager
def carried_out(
    workers: int, quiet: bool, engine: str = "local", address: str = "", trust: bool = False, cache_size: str = ""
) -> "Iterator[Execution]":
    """How work is carried out by an engine, which ends with the block."""
    if engine not in ENGINES:
        raise typer.BadParameter(f"{engine!r} is neither {' nor '.join(ENGINES)}.", param_hint="--engine")
    if address and engine == "local":
        raise typer.BadParameter("is a Ray cluster's; add --engine ray.", param_hint="--address")
    local = execution(workers, quiet, trust=trust, cache_size=cache_size)
    if engine == "local":
        yield local
        return
    from xaesthetic.execution.ray import RayEngine

    with RayEngine(address) as executor:
        yield replace(local, executor=executor)
