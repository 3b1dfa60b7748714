"""Tensors out of files from outside: float32 and finite, or refused.

Half, double and whole numbers become float32, and that is said. Complex numbers, truth values, nan, inf and negative
variances are refused, and tensors that are quantized, sparse or without values: a network with one of them rates nothing,
or rates it wrongly.
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.core.files import printable

MOST = 1 << 33
"""Bytes of a file of tensors. Its tensors lie in it, so that they take at most four times as much memory (int8)."""
HEADER = 1 << 23
"""Bytes of its header, which is JSON and takes several times as much memory once it is read."""
_VARIANCES = ("running_var", "running_std")


def read_safetensors(file: Path) -> dict[str, Tensor]:
    """Read all tensors of a file, as they are.

    Raises
    ------
    ModelError
        If it is too large, its header is, or it is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    _validate_sizes(file)
    try:
        return load_file(file)
    except (SafetensorError, RuntimeError, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError) as error:
        reason = str(error).partition("\n")[0][:200]
        raise ModelError(f"{printable(file)}: holds no tensors ({reason}); make it again.") from error


def _validate_sizes(file: Path) -> None:
    try:
        size = file.stat().st_size
        with file.open("rb") as opened:
            header = int.from_bytes(opened.read(8), "little")
    except OSError as error:
        raise ModelError(f"{printable(file)}: cannot be read ({error.strerror or error}).") from error
    if size > MOST:
        raise ModelError(f"{printable(file)}: has {size:,} bytes; at most {MOST:,} are read.")
    if HEADER < header <= size:
        raise ModelError(f"{printable(file)}: its header has {header:,} bytes; at most {HEADER:,} are read.")


def to_float32(tensors: Mapping[str, Tensor], where: str) -> tuple[dict[str, Tensor], str]:
    """Turn tensors into finite ones of float32.

    Parameters
    ----------
    tensors
        By their names. A whole number alone counts something (batches, say) and stays.
    where
        What to call the file in an error.

    Returns
    -------
    The tensors, and what was converted, in words; empty where nothing was.

    Raises
    ------
    ModelError
        If numbers are complex, truth values, not finite, or are variances below 0; names the tensor.
    """
    result, converted = {}, set()
    for name, tensor in tensors.items():
        shown = f"{where}: {name[:80]!r}"
        if tensor.is_complex() or tensor.dtype == torch.bool:
            raise ModelError(f"{shown} holds {_kind(tensor)} numbers; float32 was wanted.")
        if tensor.is_quantized or tensor.is_meta or tensor.layout is not torch.strided:
            raise ModelError(f"{shown} is {_lying(tensor)}; save it dense, as float32.")
        if tensor.ndim == 0 and not tensor.is_floating_point():
            result[name] = tensor
            continue
        if tensor.dtype != torch.float32:
            converted.add(_kind(tensor))
        result[name] = _finite(tensor.float(), name, shown)
    return result, f"converted from {' and '.join(sorted(converted))} to float32" if converted else ""


def _kind(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _lying(tensor: Tensor) -> str:
    return "quantized" if tensor.is_quantized else "without values (device meta)" if tensor.is_meta else "sparse"


def _finite(tensor: Tensor, name: str, shown: str) -> Tensor:
    wrong = int((~torch.isfinite(tensor)).sum())
    if wrong:
        raise ModelError(f"{shown} holds {wrong:,} numbers that are nan or infinite; the weights are damaged.")
    if name.endswith(_VARIANCES) and bool((tensor < 0).any()):
        raise ModelError(f"{shown} holds a negative variance; the weights are damaged.")
    return tensor
