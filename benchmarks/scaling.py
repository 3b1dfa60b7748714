"""How the costs of `xaesthetic explain` grow: with photographs and with workers; and what a run takes on the disk.

Used by summary.py. Photographs are JPEGs of 512 x 384 (pictures.py).
Every measurement is a process of its own, in an own run folder.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import torch
from pictures import write_photographs
from store_size import bytes_of
from torch.utils.flop_counter import FlopCounterMode

from xaesthetic.models.loading import load_model
from xaesthetic.run.store import Run

MODEL = "multigap_lite0"
SIZE = 512, 384
COMMAND = "from xaesthetic.cli import main; main()"


class Spent(NamedTuple):
    """What a process took."""

    seconds: float
    core_seconds: float
    megabytes: float


@contextmanager
def photographs(count: int) -> Iterator[Path]:
    """A folder of photographs, for as long as it is open; beside it there is room for runs."""
    with tempfile.TemporaryDirectory() as made:
        yield write_photographs(Path(made) / "photographs", count, *SIZE)


def explain(
    folder: Path, out: str, *options: str, models: tuple[str, ...] = (MODEL,), methods: tuple[str, ...] = ("cam",)
) -> Spent:
    """Explain a folder of photographs by the command, in one process with all that it starts."""
    arguments = ["explain", "--data", str(folder), "--out", str(folder.parent / out), "--attr", "all", *options]
    arguments += [item for model in models for item in ("--model", model)]
    arguments += [item for method in methods for item in ("--method", method)]
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments], env=one_thread(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    said = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(said.decode()[-2000:])
    return Spent(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def one_thread() -> dict[str, str]:
    """The environment of measurements: torch computes on one core."""
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def by_photographs(counts: tuple[int, ...]) -> dict[int, Spent]:
    """What runs of so many photographs take, the start of Python and torch included."""
    made = {}
    for count in counts:
        with photographs(count) as folder:
            made[count] = explain(folder, "run", "--workers", "2")
        print(f"  {count} photographs: {made[count]}", flush=True)
    return made


def by_workers(count: int) -> dict[str, Spent]:
    """What a run takes with threads that decode, and with processes of Ray."""
    made = {}
    with photographs(count) as folder:
        for engine in ("local", "ray"):
            for workers in (1, 2):
                name = f"{engine} {workers}"
                made[name] = explain(folder, name, "--engine", engine, "--workers", str(workers))
                print(f"  {name}: {made[name]}", flush=True)
    return made


def stored(count: int, models: tuple[str, ...], methods: tuple[str, ...]) -> dict[str, float]:
    """Bytes a photograph of every table and array of a run."""
    with photographs(count) as folder:
        explain(folder, "run", models=models, methods=methods)
        return bytes_of(Run.open(folder.parent / "run"))


def operations(name: str) -> float:
    """Floating-point operations of a network for one photograph, counted by torch (a multiplication and an addition are two)."""
    model = load_model(name, on="cpu")
    x = torch.zeros(1, 3, *model.inputs.size)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.outputs(x)
    return float(counter.get_total_flops())
