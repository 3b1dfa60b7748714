"""Anybody's checkpoint: its tensors out of the file, and onto a network whose names differ by the usual prefixes.

A pickle is read with `weights_only=True` alone. What does not match is listed; a network that would stay random in part is
refused, unless that is wanted.
"""

import hashlib
import re
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.core.files import printable
from xaesthetic.core.plugins import one_line
from xaesthetic.models.tensors import MOST, read_safetensors, to_float32

PREFIXES = ("module.", "model.", "backbone.", "_orig_mod.", "net.")
"""What wrappers (DataParallel, Lightning, torch.compile, one's own) put before every name."""
NESTED = ("state_dict", "model_state_dict", "model", "network", "net", "weights", "params")
"""Under what a training's checkpoint keeps the network."""
PICKLES = (".pt", ".pth", ".ckpt", ".bin")
_DEEP = 3  # dictionaries in one another
_LONG = 6  # prefixes before one another
_COLORS = re.compile("\x1b\\[[0-9;]*m")  # torch's, for a terminal
_LEAST = 0.5  # of the network's tensors
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Match:
    """How a checkpoint fits a network."""

    tensors: Mapping[str, Tensor]
    """What fits, by the network's names."""
    prefix: str
    """What was taken off (`-module.`) or put before (`+backbone.`) the checkpoint's names; empty for nothing."""
    missing: tuple[str, ...]
    """Weights that the checkpoint lacks."""
    unexpected: tuple[str, ...]
    """Tensors that the network has no place for."""
    shapes: tuple[str, ...]
    """Tensors of another shape, with both shapes."""

    @property
    def differences(self) -> str:
        """What did not match, in words; empty where all did."""
        kinds = (("missing", self.missing), ("of another shape", self.shapes), ("unexpected", self.unexpected))
        return "; ".join(f"{len(names)} {kind} ({_some(names)})" for kind, names in kinds if names)


def _some(names: tuple[str, ...]) -> str:
    more = f", and {len(names) - _SHOWN} more" * (len(names) > _SHOWN)
    return ", ".join(name[:80] for name in names[:_SHOWN]) + more


def read_checkpoint(file: Path) -> tuple[dict[str, Tensor], str]:
    """Read the tensors of a `.safetensors` file, or of a pickled state dict (`.pt`, `.pth`, `.ckpt`, `.bin`).

    Returns
    -------
    Finite tensors of float32, and what was converted, in words; empty where nothing was.

    Raises
    ------
    ModelError
        If it is another kind of file, too large, damaged, holds more than tensors (code, say), or no state dict.
    """
    where = printable(file)
    suffix = file.suffix.lower()
    if suffix == ".safetensors":
        return to_float32(read_safetensors(file), where)
    if suffix not in PICKLES:
        raise ModelError(f"{where}: is no checkpoint by its name; .safetensors or {', '.join(PICKLES)} was wanted.")
    _validate_size(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions; what cannot be read is an error
            value = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle makes torch raise nearly anything
        reason = _COLORS.sub("", one_line(error))[:160]
        raise ModelError(
            f"{where}: cannot be read as tensors alone ({reason}); save the state dict, best as .safetensors."
        ) from error
    return to_float32(_state_dict(value, where), where)


def _validate_size(file: Path) -> None:
    """Refuse what is too large, also once it is unpacked: torch's files are archives, which may be packed."""
    try:
        size = file.stat().st_size
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                size = max(size, sum(item.file_size for item in archive.infolist()))
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise ModelError(f"{printable(file)}: cannot be read ({one_line(error)}).") from error
    if size > MOST:
        raise ModelError(f"{printable(file)}: has {size:,} bytes unpacked; at most {MOST:,} are read.")


def _state_dict(value: Any, where: str) -> dict[str, Tensor]:
    for _ in range(_DEEP):
        if not isinstance(value, Mapping):
            break
        tensors = {str(name): item.detach() for name, item in value.items() if isinstance(item, Tensor)}
        nested = next((value[name] for name in NESTED if isinstance(value.get(name), Mapping)), None)
        if tensors and (nested is None or len(tensors) == len(value)):
            return tensors
        value = nested
    raise ModelError(f"{where}: holds no state dict, neither by itself nor under {', '.join(NESTED)}; save one.")


def match(tensors: Mapping[str, Tensor], net: torch.nn.Module, where: str) -> Match:
    """Find the tensors' places in a network, whatever prefix its names or theirs have.

    Parameters
    ----------
    tensors
        A checkpoint's.
    net
        Any network.
    where
        What to call the checkpoint in an error.

    Raises
    ------
    ModelError
        If less than half of the network's tensors are in it, or two of its tensors would fall on one place.
    """
    wanted = net.state_dict()
    candidates = [_renamed(tensors, change, where) for change in _changes(tensors, wanted)]
    prefix, named = max(candidates, key=lambda item: _fitting(item[1], wanted))
    fitting = {name: tensor for name, tensor in named.items() if name in wanted and wanted[name].shape == tensor.shape}
    shapes = tuple(
        f"{name} {tuple(tensor.shape)} for {tuple(wanted[name].shape)}"
        for name, tensor in named.items()
        if name in wanted and name not in fitting
    )
    learnt = {name for name, _ in net.named_parameters(remove_duplicate=False)}
    learnt |= {name for name in wanted if name.endswith(("running_mean", "running_var"))}
    missing = tuple(name for name in wanted if name not in named and name in learnt)
    result = Match(fitting, prefix, missing, tuple(name for name in named if name not in wanted), shapes)
    if len(fitting) < _LEAST * len(wanted) or not fitting:
        raise ModelError(
            f"{where}: {len(fitting)} of the network's {len(wanted)} tensors are in it, so that it belongs to another "
            f"network; {result.differences}."
        )
    return result


def _changes(tensors: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> list[str]:
    """Prefixes that may be taken off, the shortest first, and those that may be put before."""
    off = {""}
    for name in tensors:
        chain = ""
        for _ in range(_LONG):
            step = next((item for item in PREFIXES if name[len(chain) :].startswith(item)), None)
            if step is None:
                break
            chain += step
            off.add(f"-{chain}")
    before = {f"+{item}" for item in PREFIXES if all(name.startswith(item) for name in wanted)}
    return [*sorted(off, key=lambda item: (len(item), item)), *sorted(before)]


def _renamed(tensors: Mapping[str, Tensor], change: str, where: str) -> tuple[str, dict[str, Tensor]]:
    result: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        other = change[1:] + name if change.startswith("+") else name.removeprefix(change[1:])
        if other in result:
            raise ModelError(
                f"{where}: two of its tensors would be {other[:80]!r} in the network; save one network's alone."
            )
        result[other] = tensor
    return change, result


def _fitting(named: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> int:
    return sum(name in wanted and wanted[name].shape == tensor.shape for name, tensor in named.items())


def load_checkpoint(net: torch.nn.Module, tensors: Mapping[str, Tensor], where: str, partial: bool = False) -> Match:
    """Put a checkpoint's tensors into a network.

    Parameters
    ----------
    net
        Is changed.
    tensors, where
        As for `match`.
    partial
        Whether weights that the checkpoint lacks, or has in another shape, may stay as they are.

    Raises
    ------
    ModelError
        If little matches, or weights are missing and that is not wanted; lists them.
    """
    result = match(tensors, net, where)
    if (result.missing or result.shapes) and not partial:
        raise ModelError(
            f"{where}: does not fit the network, of which a part would stay random: {result.differences}; mend it, or say "
            "partial = true in model.toml."
        )
    with torch.no_grad():
        net.load_state_dict(dict(result.tensors), strict=False)
    return result


def state_sum(net: torch.nn.Module) -> str:
    """Return the sha256 of a network's weights: of names, types, shapes and bytes."""
    digest = hashlib.sha256()
    for name, tensor in sorted(net.state_dict().items()):
        flat = tensor.detach().cpu().contiguous().flatten()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(flat.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
