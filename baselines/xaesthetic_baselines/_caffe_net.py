"""What the layers of a Caffe network compute of what, by an allow-list of every field that they may have.

A layer of an unknown type, or with a field that is not known to leave the network as it is wanted, computes nothing known;
whatever depends on it does not either. Layers that nothing depends on do no harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic_baselines._caffe_fields import (
    LAYER,
    OLD_TYPES,
    PARAMETERS,
    FieldError,
    describe,
    included,
    shapes,
    shown,
    validate_params,
)
from xaesthetic_baselines._prototxt import Message

MOST = 2000
"""Letters in which a layer says what it reads; each layer is said once, so a network takes that many a layer at most."""
_WEIGHTED = ("Convolution", "InnerProduct")
_DATA = ("Data", "ImageData", "HDF5Data", "MemoryData", "WindowData", "DummyData", "Python")


@dataclass(frozen=True, slots=True)
class Computed:
    """In words, what is computed: the same words for the same computation; or why that is not known."""

    words: str = ""
    problem: str = ""


@dataclass(slots=True)
class Net:
    """What is computed by every layer with weights, and what every blob holds in the end."""

    layers: dict[str, Computed] = field(default_factory=dict)
    blobs: dict[str, Computed] = field(default_factory=dict)
    tops: dict[str, list[str]] = field(default_factory=dict)
    """The blobs that a layer with weights makes."""


def computed(net: Message, path: Path) -> Net:
    """Follow the blobs of a network through its layers, in place or not; dropout does nothing when a network is used.

    Raises
    ------
    DataError
        If it is none, or a layer reads what no layer before it has made.
    """
    where = printable(path)
    try:
        result = Net(blobs={name: Computed(f"the input of {size}") for name, size in shapes(net).items()})
        layers = [layer for layer in _layers(net) if included(layer)]
        validate_params(layers)
        for layer in layers:
            _follow(layer, result)
    except FieldError as error:
        raise DataError(f"{where}: {error}.") from error
    return result


def _layers(net: Message) -> list[Message]:
    if "layer" in net and "layers" in net:
        raise FieldError("has layers of both formats, which Caffe refuses")
    layers = net.get("layer", net.get("layers", []))
    if not layers or not all(isinstance(layer, dict) for layer in layers):
        raise FieldError("describes no layers; it is no network")
    return layers


def _follow(layer: Message, net: Net) -> None:
    kind, name = _text(layer, "type"), _text(layer, "name")
    kind = OLD_TYPES.get(kind, kind)
    tops, bottoms = _texts(layer, "top"), _texts(layer, "bottom")
    for bottom in bottoms:
        if bottom not in net.blobs:
            raise FieldError(f"layer {shown(name)} reads {shown(bottom)[1:-1]}, which no layer before it makes")
    for top in tops:
        if top in net.blobs and top not in bottoms:
            raise FieldError(f"layer {shown(name)} makes {shown(top)}, which another layer makes already")
    if kind == "Input":
        net.blobs |= {top: Computed(f"the input of {size}") for top, size in shapes(layer).items()}
        return
    result = _result(layer, kind, name, [net.blobs[bottom] for bottom in bottoms], len(tops))
    if kind in _WEIGHTED:
        if name in net.layers:
            raise FieldError(f"has two layers called {shown(name)}")
        net.layers[name], net.tops[name] = result, tops
        result = Computed(name, result.problem)
    net.blobs |= dict.fromkeys(tops, result)


def _result(layer: Message, kind: str, name: str, reads: list[Computed], tops: int) -> Computed:
    if kind in _DATA and not reads:
        return Computed(
            problem=f"layer {shown(name)} reads a data base: this is a network to train; give the deploy prototxt"
        )
    broken = next((item.problem for item in reads if item.problem), "")
    if broken:
        return Computed(problem=broken)
    if kind not in PARAMETERS:
        return Computed(problem=f"layer {shown(name)} is of type {shown(kind)[1:-1]}, which this network does not have")
    try:
        words = _words(layer, kind, reads, tops)
    except FieldError as error:
        return Computed(problem=f"layer {shown(name)}: {error}")
    return Computed(words)


def _words(layer: Message, kind: str, reads: list[Computed], tops: int) -> str:
    for item in layer:
        if item not in LAYER and item != PARAMETERS[kind]:
            raise FieldError(f"{item[:40]} is not known here")
    if len(reads) < 1 or (len(reads) > 1 and kind != "Concat") or tops < 1 or (tops > 1 and kind != "Split"):
        raise FieldError(f"reads {len(reads)} blobs and makes {tops}")
    if sum(len(item.words) for item in reads) > MOST:
        raise FieldError("reads more than this network has")
    words, joined = describe(layer, kind), ", ".join(item.words for item in reads)
    if not words:
        return joined
    return f"{words} of {joined}" if kind in _WEIGHTED else f"{words}({joined})"


def _texts(layer: Message, name: str) -> list[str]:
    values = layer.get(name, [])
    if not all(isinstance(value, str) for value in values):
        raise FieldError(f"a layer's {name} is no text")
    return values


def _text(layer: Message, name: str) -> str:
    values = _texts(layer, name)
    if len(values) > 1:
        raise FieldError(f"a layer says its {name} twice")
    return values[0] if values else ""


def validate_outputs(net: Net, names: Sequence[str], path: Path) -> None:
    """Make sure that what these layers compute is what the network gives: nothing is done to their blobs afterwards.

    Raises
    ------
    DataError
        If something is; names it.
    """
    for name in names:
        for blob in net.tops[name]:
            last = net.blobs[blob]
            if last.problem or last.words != name:
                what = last.problem or f"it is {last.words}"
                raise DataError(f"{printable(path)}: blob {shown(blob)} is changed after layer {name!r} ({what}).")
