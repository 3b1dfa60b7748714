"""The fields of a Caffe layer, and what they mean; one that is not read here is refused by its name.

Defaults as in BVLC's caffe.proto. What only training reads (rates, fillers, dropout's ratio) may have any value.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from xaesthetic_baselines._prototxt import Message

PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "Input": "input_param",
        "Convolution": "convolution_param",
        "InnerProduct": "inner_product_param",
        "ReLU": "relu_param",
        "Pooling": "pooling_param",
        "LRN": "lrn_param",
        "Concat": "concat_param",
        "Dropout": "dropout_param",
        "Split": "",
    }
)
"""The types that are known, and the field with the settings of each."""
OLD_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "CONVOLUTION": "Convolution",
        "INNER_PRODUCT": "InnerProduct",
        "RELU": "ReLU",
        "POOLING": "Pooling",
        "CONCAT": "Concat",
        "DROPOUT": "Dropout",
        "SPLIT": "Split",
        "DATA": "Data",
        "IMAGE_DATA": "ImageData",
        "HDF5_DATA": "HDF5Data",
        "MEMORY_DATA": "MemoryData",
        "WINDOW_DATA": "WindowData",
        "DUMMY_DATA": "DummyData",
    }
)
"""Names of types in the older format; the others are the same."""
LAYER = frozenset(
    [
        "name",
        "type",
        "bottom",
        "top",
        "include",
        "exclude",
        "param",
        "loss_weight",
        "propagate_down",
        "blobs_lr",
        "weight_decay",
    ]
)
"""Fields that any layer may have; the last four are for training."""
_NET = frozenset(("name", "input", "input_dim", "input_shape", "layer", "layers", "force_backward", "debug_info"))
_TRUE, _FALSE = ("true", "True", "t", "1"), ("false", "False", "f", "0")
_PHASES: Mapping[str, bool] = MappingProxyType({"TRAIN": False, "0": False, "TEST": True, "1": True})


class FieldError(ValueError):
    """A field that is not known here, or has a value that is not."""


def shown(text: str) -> str:
    """A name in quotes, not too long for a line."""
    return repr(text if len(text) <= 60 else f"{text[:60]}…")


def describe(layer: Message, kind: str) -> str:
    """What a layer computes, by its settings; empty where it hands on what it reads.

    Raises
    ------
    FieldError
        If a setting is not known here; names it.
    """
    if kind not in _DESCRIBED:
        return ""
    settings = _Settings(layer, PARAMETERS[kind])
    words = _DESCRIBED[kind](settings)
    settings.finish()
    return words


class _Settings:
    """The settings of a layer that have not been read yet."""

    def __init__(self, layer: Message, name: str) -> None:
        values = layer.get(name, [{}])
        if len(values) > 1 or not isinstance(values[0], dict):
            raise FieldError(f"{name} comes twice, or is no message")
        self.name, self.left = name, dict(values[0])

    def one(self, name: str, default: str) -> str:
        values = self.left.pop(name, [default])
        if len(values) != 1 or not isinstance(values[0], str):
            raise FieldError(f"{self.name}.{name} must be one value, but {len(values)} came, or a message")
        return values[0]

    def whole(self, name: str, default: str = "") -> int:
        return self._whole(name, self.one(name, default))

    def _whole(self, name: str, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise FieldError(f"{self.name}.{name} is {text[:40] or 'nowhere'}; a whole number was wanted")
        return int(text)

    def real(self, name: str, default: str) -> float:
        text = self.one(name, default)
        try:
            value = float(text.removesuffix("f"))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise FieldError(f"{self.name}.{name} is {text[:40]}; a number was wanted")
        return value

    def square(self, name: str, short: str, default: str = "") -> int:
        """A size that is the same for rows and columns, once for both or by its two names."""
        sides = [self.one(f"{short}_{side}", "") for side in "hw"] if {f"{short}_h", f"{short}_w"} & self.left.keys() else []
        values = self.left.pop(name, [] if sides else [default])
        if sides and values:
            raise FieldError(f"{self.name}.{name} comes with {short}_h or {short}_w")
        sizes = {self._whole(name, str(value)) for value in (sides or values)}
        if len(sizes) != 1 or len(sides or values) > 2:
            raise FieldError(f"{self.name}.{name} is not the same for rows and columns")
        return sizes.pop()

    def must(self, name: str, *wanted: str) -> None:
        """Only these values leave the network as it is wanted; the first is the default."""
        value = self.one(name, wanted[0])
        if value not in wanted:
            raise FieldError(f"{self.name}.{name} is {value[:40]}, but {wanted[0]} was wanted")

    def must_be(self, name: str, wanted: float) -> None:
        value = self.real(name, str(wanted))
        if value != wanted:
            raise FieldError(f"{self.name}.{name} is {value:.9g}, but {wanted:g} was wanted")

    def pass_over(self, *names: str) -> None:
        for name in names:
            self.left.pop(name, None)

    def finish(self) -> None:
        for name in self.left:
            raise FieldError(f"{self.name}.{name[:40]} is not known here")


def _convolution(settings: _Settings) -> str:
    settings.pass_over("weight_filler", "bias_filler", "engine", "force_nd_im2col")
    settings.must("bias_term", *_TRUE)
    settings.must_be("axis", 1.0)
    if settings.square("dilation", "dilation", "1") != 1:
        raise FieldError("convolution_param.dilation is not 1")
    outputs, size = settings.whole("num_output"), settings.square("kernel_size", "kernel")
    stride, pad = settings.square("stride", "stride", "1"), settings.square("pad", "pad", "0")
    group = settings.whole("group", "1")
    return f"convolution {outputs} of {size} x {size}, stride {stride}, padding {pad}, groups {group}"


def _inner_product(settings: _Settings) -> str:
    settings.pass_over("weight_filler", "bias_filler")
    settings.must("bias_term", *_TRUE)
    settings.must("transpose", *_FALSE)
    settings.must_be("axis", 1.0)
    return f"inner product {settings.whole('num_output')}"


def _relu(settings: _Settings) -> str:
    settings.pass_over("engine")
    settings.must_be("negative_slope", 0.0)
    return "relu"


def _pooling(settings: _Settings) -> str:
    settings.pass_over("engine")
    settings.must("global_pooling", *_FALSE)
    settings.must("round_mode", "CEIL", "0")
    pool = settings.one("pool", "MAX")[:40].lower()
    pool, pad = {"0": "max", "1": "ave"}.get(pool, pool), settings.square("pad", "pad", "0")
    size, stride = settings.square("kernel_size", "kernel"), settings.square("stride", "stride", "1")
    return f"{pool} {size} / {stride}" + f", padding {pad}" * bool(pad)


def _lrn(settings: _Settings) -> str:
    settings.pass_over("engine")
    settings.must_be("k", 1.0)
    settings.must("norm_region", "ACROSS_CHANNELS", "0")
    alpha, beta = settings.real("alpha", "1"), settings.real("beta", "0.75")
    return f"lrn {settings.whole('local_size', '5')} {alpha:.9g} {beta:.9g}"


def _concat(settings: _Settings) -> str:
    settings.must_be("axis", 1.0)
    settings.must_be("concat_dim", 1.0)
    return "concat"


def _dropout(settings: _Settings) -> str:
    settings.pass_over("dropout_ratio")
    return ""


_DESCRIBED: Mapping[str, Callable[[_Settings], str]] = MappingProxyType(
    {
        "Convolution": _convolution,
        "InnerProduct": _inner_product,
        "ReLU": _relu,
        "Pooling": _pooling,
        "LRN": _lrn,
        "Concat": _concat,
        "Dropout": _dropout,
    }
)


def shapes(net: Message) -> dict[str, str]:
    """The size of every input without the batch's, for example ``3 x 227 x 227``, of a network or an input layer.

    Raises
    ------
    FieldError
        If a size is missing, or the network has a field that is not known here.
    """
    holder: Any
    if "type" in net:
        names, holder, field = net.get("top", []), net.get("input_param", [{}])[0], "shape"
    else:
        for item in net.keys() - _NET:
            raise FieldError(f"{item[:40]} is not known here")
        names, holder, field = net.get("input", []), net, "input_shape"
    holder = holder if isinstance(holder, dict) else {}
    messages = holder.get(field, [])
    if not all(isinstance(item, dict) and item.keys() <= {"dim"} for item in messages):
        raise FieldError("the shape of an input is not one")
    sizes = [item.get("dim", []) for item in messages]
    numbers = holder.get("input_dim", [])
    sizes = sizes or [numbers[at : at + 4] for at in range(0, len(numbers), 4)]
    sizes = sizes * len(names) if field == "shape" and len(sizes) == 1 else sizes
    if len(sizes) != len(names) or not all(isinstance(size, str) for dims in sizes for size in dims):
        raise FieldError(f"has {len(names)} inputs, but sizes of {len(sizes)}")
    return {name: " x ".join(size[:12] for size in dims[1:8]) for name, dims in zip(names, sizes, strict=True)}


def included(layer: Message) -> bool:
    """Whether a layer is part of the network when it is used, and not trained.

    Raises
    ------
    FieldError
        If its rules name anything but the phase.
    """
    rules = {name: [_in_use(rule, name) for rule in layer.get(name, [])] for name in ("include", "exclude")}
    if rules["include"] and rules["exclude"]:
        raise FieldError("a layer has rules of both kinds, include and exclude, which Caffe refuses")
    return any(rules["include"]) if rules["include"] else not any(rules["exclude"])


def _in_use(rule: object, name: str) -> bool:
    if not isinstance(rule, dict) or not rule.keys() <= {"phase"}:
        raise FieldError(f"a layer is part of the network by {name} of more than a phase, which is not known here")
    phases = rule.get("phase", ["TEST"])
    if len(phases) != 1 or phases[0] not in _PHASES:
        raise FieldError(f"a layer has {name} of a phase that is neither TRAIN nor TEST")
    return _PHASES[phases[0]]


def validate_params(layers: Sequence[Message]) -> None:
    """Make sure that no two layers share weights, and that nothing else is said of them but rates of learning.

    Raises
    ------
    FieldError
        If they do.
    """
    names: Counter[str] = Counter()
    for layer in layers:
        for item in layer.get("param", []):
            message = {"name": [item]} if isinstance(item, str) else item  # a name alone in the older format
            for key in message.keys() - {"name", "lr_mult", "decay_mult"}:
                raise FieldError(f"param.{key[:40]} is not known here")
            names.update(str(name) for name in message.get("name", []) if name)
    for name, count in names.items():
        if count > 1:
            raise FieldError(f"two layers share the weights {shown(name)}")
