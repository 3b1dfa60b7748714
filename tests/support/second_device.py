"""A second device that is none: tensors on `meta` that keep their values, and refuse to be mixed with the processor's."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

NAME = "meta"


class Elsewhere(torch.Tensor):
    """A tensor on the second device; its values lie here."""

    @staticmethod
    def __new__(cls, values):
        """Say that it is there."""
        return torch.Tensor._make_wrapper_subclass(
            cls, values.shape, values.stride(), values.storage_offset(), dtype=values.dtype, device=NAME
        )

    def __init__(self, values):
        """Keep the values."""
        self.values_here = values

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        """Compute as the mode does."""
        return computed(function, args, kwargs or {})


def here(value):
    return value.values_here if isinstance(value, Elsewhere) else value


def elsewhere(value):
    return Elsewhere(value) if isinstance(value, torch.Tensor) and not isinstance(value, Elsewhere) else value


def computed(function, args, kwargs):
    """Compute where the tensors are; a tensor of several numbers on the other device is an error, as it is with a GPU."""
    tensors = [item for item in tree_leaves((args, kwargs)) if isinstance(item, torch.Tensor)]
    second = any(isinstance(item, Elsewhere) for item in tensors)
    wanted = kwargs.get("device")
    moves = function in (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)
    if second and not moves:
        lost = [item for item in tensors if not isinstance(item, Elsewhere) and item.dim()]
        if lost:
            raise RuntimeError(f"{function}: tensors on two devices, {NAME} and {lost[0].device}")
    kwargs = kwargs | ({"device": torch.device("cpu")} if wanted is not None else {})
    result = function(*tree_map(here, args), **tree_map(here, kwargs))
    goes = torch.device(wanted).type == NAME if wanted is not None else second
    if function is torch.ops.aten.copy_.default:
        return args[0]
    return tree_map(elsewhere, result) if goes else result


class _Second(TorchDispatchMode):
    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        return computed(function, args, kwargs or {})


@pytest.fixture
def second_device(monkeypatch):
    """Have the second device, and have `auto` mean it."""
    from xaesthetic.models import forward, loading, model
    from xaesthetic.stages import answering

    def device(wanted):
        return NAME if wanted in ("auto", NAME) else wanted

    for module in (model, forward, loading, answering):
        monkeypatch.setattr(module, "device", device)
    with _Second():
        yield NAME
