"""Where a training is, on disk: what it needs to go on with the same batches and the same numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import atomic_write

History = list[dict[str, float]]
_KEPT = ("errors", "counts", "epoch", "step", "history", "best")
_PARTS = ("network", "optimizer", "scaler")


@dataclass(slots=True)
class State:
    """How far a training is. Order and mirroring follow from seed and epoch, so no state of a generator is needed."""

    errors: Tensor
    """Of the epoch so far: squared errors by attribute, over all processes once it is saved."""
    counts: Tensor
    epoch: int = 0
    step: int = 0
    """The next one of the epoch."""
    history: History = field(default_factory=list)
    """A row for every finished epoch."""
    best: int = -1
    """The epoch kept, from 0; -1 before there is one."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The files of a training that is not finished."""

    folder: Path

    def save(self, state: State, parts: Mapping[str, Any]) -> None:
        """Keep the state, whole or not at all.

        Parameters
        ----------
        state
            How far it is.
        parts
            The state dicts of network, optimizer and scaler.
        """
        values = {item: getattr(state, item) for item in _KEPT}
        _save(self.folder / "checkpoint.pt", values | dict(parts))

    def load(self, on: str) -> dict[str, Any] | None:
        """What was kept last; None at the start."""
        path = self.folder / "checkpoint.pt"
        values = _load(path, on)
        missing = [] if values is None else [name for name in (*_KEPT, *_PARTS) if name not in values]
        if missing:
            raise DataError(f"{path}: does not hold {', '.join(missing)}; delete {self.folder} to train from the start.")
        return values

    def save_best(self, network: Mapping[str, Tensor]) -> None:
        """Keep the network of the best epoch so far."""
        _save(self.folder / "best.pt", dict(network))

    def load_best(self, on: str) -> dict[str, Any] | None:
        """The network of the best epoch; None where no epoch could be judged."""
        return _load(self.folder / "best.pt", on)


def _save(path: Path, values: dict[str, Any]) -> None:
    with atomic_write(path) as temporary:
        torch.save(values, temporary)


def _load(path: Path, on: str) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        values: object = torch.load(path, map_location=on, weights_only=True)
    except Exception as error:  # damaged files make torch raise nearly anything
        raise DataError(f"{path}: cannot be read ({error}); delete {path.parent} to train from the start.") from error
    if not isinstance(values, dict):
        raise DataError(f"{path}: holds no state of a training; delete {path.parent} to train from the start.")
    return values
