"""A network's layers out of Caffe's text format, and what each layer with weights computes of what."""

import re
from pathlib import Path
from typing import Any

from xaesthetic.core.errors import DataError

Message = dict[str, list[Any]]
"""Every field may come several times; a field's values are texts or messages."""

_TOKEN = re.compile(r'\s+|#[^\n]*|([{}:<>;,])|"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'|([^\s{}:<>;,"\'#]+)')
_OLD = {
    "CONVOLUTION": "Convolution",
    "INNER_PRODUCT": "InnerProduct",
    "RELU": "ReLU",
    "POOLING": "Pooling",
    "CONCAT": "Concat",
    "DROPOUT": "Dropout",
}
"""Names of types in the older format; the others are the same."""


def read_prototxt(path: Path) -> Message:
    """Read a file in protobuf's text format.

    Raises
    ------
    DataError
        If it is none.
    """
    try:
        tokens = _tokens(path.read_text(encoding="utf-8"))
        message, rest = _message(tokens, 0, None)
    except (OSError, UnicodeDecodeError, IndexError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: cannot be read as a prototxt ({error}); it is damaged or another file.") from error
    if rest != len(tokens):
        raise DataError(f"{path}: a bracket too many; it is damaged.")
    return message


def _tokens(text: str) -> list[tuple[str, bool]]:
    """The words, each with whether it stood in quotes."""
    result, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"character {at} fits nowhere")
        at = match.end()
        sign, double, single, word = match.groups()
        if sign is not None and sign not in ";,":
            result.append((sign, False))
        elif word is not None:
            result.append((word, False))
        elif double is not None or single is not None:
            result.append((double if double is not None else single, True))
    return result


def _message(tokens: list[tuple[str, bool]], at: int, closing: str | None) -> tuple[Message, int]:
    message: Message = {}
    while at < len(tokens):
        word, quoted = tokens[at]
        if word in "}>" and not quoted:
            if word != closing:
                raise ValueError(f"an unexpected {word}")
            return message, at + 1
        at += 2 if tokens[at + 1] == (":", False) else 1
        value, quoted = tokens[at]
        if value in "{<" and not quoted:
            inner, at = _message(tokens, at + 1, "}" if value == "{" else ">")
            message.setdefault(word, []).append(inner)
        else:
            message.setdefault(word, []).append(value)
            at += 1
    if closing:
        raise ValueError("a bracket is missing")
    return message, at


def first(message: Message, name: str, default: Any = "") -> Any:
    """A field's first value."""
    return message.get(name, [default])[0]


def computed(net: Message, path: Path) -> dict[str, str]:
    """For every layer with weights, in words, what it computes of what: the same words for the same computation.

    Blobs are followed through layers that have no weights, in place or not; dropout does nothing when a network is used.

    Raises
    ------
    DataError
        If a layer is of another type, or reads what no layer has made.
    """
    blobs = {str(name): "the input" for name in net.get("input", [])}
    result: dict[str, str] = {}
    for layer in [*net.get("layer", []), *net.get("layers", [])]:
        kind, name = str(first(layer, "type")), str(first(layer, "name"))
        kind = _OLD.get(kind, kind)
        tops = [str(top) for top in layer.get("top", [])]
        if kind == "Input":
            blobs |= dict.fromkeys(tops, "the input")
            continue
        missing = [bottom for bottom in layer.get("bottom", []) if bottom not in blobs]
        if missing or not tops:
            raise DataError(f"{path}: layer {name!r} reads {', '.join(missing) or 'something, but makes nothing'}.")
        bottoms = [blobs[bottom] for bottom in layer["bottom"]]
        if kind in ("Convolution", "InnerProduct"):
            result[name] = f"{_weighted(layer, kind)} of {bottoms[0]}"
            blobs |= dict.fromkeys(tops, name)
        elif kind == "Dropout":
            blobs |= dict.fromkeys(tops, bottoms[0])
        else:
            blobs |= dict.fromkeys(tops, f"{_plain(layer, kind, name, path)}({', '.join(bottoms)})")
    return result


def _weighted(layer: Message, kind: str) -> str:
    if kind == "InnerProduct":
        return f"inner product {first(first(layer, 'inner_product_param', {}), 'num_output')}"
    settings = first(layer, "convolution_param", {})
    size, stride, pad, group = (
        first(settings, name, default)
        for name, default in (("kernel_size", ""), ("stride", "1"), ("pad", "0"), ("group", "1"))
    )
    return f"convolution {first(settings, 'num_output')} of {size} x {size}, stride {stride}, padding {pad}, groups {group}"


def _plain(layer: Message, kind: str, name: str, path: Path) -> str:
    if kind == "ReLU":
        return "relu"
    if kind == "Concat":
        return "concat"
    if kind == "Pooling":
        settings = first(layer, "pooling_param", {})
        pool = str(first(settings, "pool", "MAX")).lower()
        return f"{pool} {first(settings, 'kernel_size')} / {first(settings, 'stride', '1')}"
    if kind == "LRN":
        settings = first(layer, "lrn_param", {})
        size, alpha, beta = (
            float(first(settings, *item)) for item in (("local_size", "5"), ("alpha", "1"), ("beta", "0.75"))
        )
        return f"lrn {size:g} {alpha:g} {beta:g}"
    raise DataError(f"{path}: layer {name!r} is of type {kind}, which this network does not have.")
