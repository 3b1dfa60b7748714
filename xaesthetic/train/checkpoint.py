"""Where a training is, on disk: what it needs to go on with the same batches and the same numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import atomic_write, printable

History = list[dict[str, float]]
_KINDS: Mapping[str, type] = MappingProxyType(
    {"errors": Tensor, "counts": Tensor, "epoch": int, "step": int, "history": list, "best": int}
    | dict.fromkeys(("network", "optimizer", "scaler"), dict)
)
"""What a checkpoint holds."""


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
        values = {item: getattr(state, item) for item in ("errors", "counts", "epoch", "step", "history", "best")}
        _save(self.folder / "checkpoint.pt", values | dict(parts))

    def load(self, on: str) -> dict[str, Any] | None:
        """What was kept last; None at the start.

        Raises
        ------
        DataError
            If it is damaged, or was kept by another version.
        """
        file = self.folder / "checkpoint.pt"
        values = _load(file, on)
        wrong = [] if values is None else [name for name, kind in _KINDS.items() if not _is(values.get(name), kind)]
        if wrong:
            raise _unusable(file, f"{', '.join(wrong)} is missing or of another type")
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
        values = torch.load(path, map_location=on, weights_only=True)
    except Exception as error:  # damaged files make torch raise nearly anything
        raise _unusable(path, str(error).partition("\n")[0][:200]) from error
    if not isinstance(values, dict):
        raise _unusable(path, "it holds no dictionary")
    return values


def _is(value: object, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)  # a state dict is ordered; a bool is no number


def _unusable(path: Path, reason: str) -> DataError:
    return DataError(
        f"{printable(path)}: cannot be read ({reason}); delete {printable(path.parent)} to train from the start."
    )
