"""The processes that train together, as torchrun starts them; one alone where it did not."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.models.model import device


@dataclass(frozen=True, slots=True)
class Group:
    """The processes that train together, as one of them sees it."""

    rank: int
    size: int
    device: str

    @property
    def first(self) -> bool:
        """Whether this is the one that writes files and says something."""
        return self.rank == 0

    def wait(self) -> None:
        """Until all have come here."""
        if self.size > 1:
            dist.barrier()

    def total(self, tensor: Tensor) -> Tensor:
        """The sum over all processes."""
        if self.size > 1:
            tensor = tensor.clone()
            dist.all_reduce(tensor)
        return tensor

    def share(self, rows: np.ndarray) -> np.ndarray:
        """Every process's part of the rows."""
        return rows[self.rank :: self.size]

    def gather(self, part: np.ndarray, rows: int) -> np.ndarray:
        """The parts of all processes, in the rows' own order again."""
        if self.size == 1:
            return part
        parts: list[np.ndarray] = [part] * self.size
        dist.all_gather_object(parts, part)
        whole = np.empty((rows, *part.shape[1:]), part.dtype)
        for rank, item in enumerate(parts):
            whole[rank :: self.size] = item
        return whole


@contextmanager
def group(wanted: str) -> Iterator[Group]:
    """Join the other processes: torchrun's where it started us (NCCL on CUDA, Gloo elsewhere), else a group of one.

    Parameters
    ----------
    wanted
        The device: ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises
    ------
    ModelError
        If several processes are to train on a device that they cannot share.
    """
    on, size = device(wanted), int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Group(0, 1, on)
        return
    if on == "mps":
        raise ModelError("several processes cannot train on mps; use --device cpu or cuda.")
    if on == "cuda":
        on = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(on)
    dist.init_process_group("nccl" if on.startswith("cuda") else "gloo")
    try:
        yield Group(dist.get_rank(), size, on)
    finally:
        dist.destroy_process_group()
