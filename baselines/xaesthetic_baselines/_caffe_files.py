"""Weights and mean images out of Caffe's binary files; neither Caffe nor a protobuf compiler is needed.

Both are protocol buffers. Only what holds names and numbers is read: `NetParameter.layer` (100) and the older `layers` (2),
in each its name and blobs, in each blob its shape and data. Field numbers as in BVLC's caffe.proto.
"""

import math
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from xaesthetic.core.documents import read_bytes
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable

MOST = 1 << 31
"""Bytes of a file; Kong's has 230 MB. Reading takes at most three times as much memory."""
FIELDS = 500_000
"""Fields of a file, a second or two to read; networks of hundreds of layers have some thousands. Caffe packs arrays."""
AXES = 32
"""Of an array, as in Caffe."""

_LAYERS = {100: (1, 7), 2: (4, 6)}
"""LayerParameter and V1LayerParameter by their number in a net: the numbers of name and blobs within."""
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class _TornError(Exception):
    """The bytes are no protocol buffer."""


def read_caffemodel(path: Path) -> dict[str, list[np.ndarray]]:
    """Every layer's arrays, by its name; layers without arrays are left out.

    Older files store a layer's matrix as 1 x 1 x out x in, and its bias as 1 x 1 x 1 x out; so they stand here.

    Raises
    ------
    DataError
        If the file cannot be read as one, or names a layer twice.
    """
    result: dict[str, list[np.ndarray]] = {}
    budget = iter(range(FIELDS))
    where = printable(path)
    try:
        for number, value in _fields(memoryview(read_bytes(path, MOST)), budget):
            if number not in _LAYERS or not isinstance(value, memoryview):
                continue
            name, blobs = _layer(value, *_LAYERS[number], budget)
            if blobs and name in result:
                raise DataError(f"{where}: has two layers called {name[:60]!r}.")
            if blobs:
                result[name] = blobs
    except (_TornError, ValueError, OverflowError) as error:
        raise DataError(f"{where}: cannot be read as a .caffemodel ({error}); it is damaged or another file.") from error
    if not result:
        raise DataError(f"{where}: holds no layer with weights; it is no .caffemodel.")
    return result


def _layer(data: memoryview, name_number: int, blob_number: int, budget: Iterator[int]) -> tuple[str, list[np.ndarray]]:
    name, blobs = "", []
    for inner, content in _fields(data, budget):
        if inner == name_number and isinstance(content, memoryview):
            name = bytes(content).decode("utf-8")
        elif inner == blob_number and isinstance(content, memoryview):
            blobs.append(_blob(content, budget))
    return name, blobs


def read_binaryproto(path: Path) -> np.ndarray:
    """A mean image: float32, of its own shape.

    Raises
    ------
    DataError
        If the file cannot be read as one.
    """
    try:
        return _blob(memoryview(read_bytes(path, MOST)), iter(range(FIELDS))).astype(np.float32)
    except (_TornError, ValueError, OverflowError) as error:
        raise DataError(
            f"{printable(path)}: cannot be read as a .binaryproto ({error}); it is damaged or another file."
        ) from error


def _blob(data: memoryview, budget: Iterator[int]) -> np.ndarray:
    """Shape from `shape`, or from num, channels, height and width; data as packed or single floats or doubles."""
    old: dict[int, int] = {1: 0, 2: 0, 3: 0, 4: 0}
    shape: list[int] | None = None
    parts: dict[int, list[bytes | memoryview]] = {5: [], 8: []}
    for number, value in _fields(data, budget):
        if number in old and isinstance(value, int):
            old[number] = value
        elif number == 7 and isinstance(value, memoryview):
            shape = [*(shape or []), *_dimensions(value, budget)]
        elif number in parts:
            parts[number].append(value if isinstance(value, memoryview) else _raw(value, 4 if number == 5 else 8))
    if parts[5] and parts[8]:
        raise _TornError("an array of both precisions")
    kind = "<f8" if parts[8] else "<f4"
    values = np.frombuffer(b"".join(parts[8] or parts[5]), kind)
    shape = list(old.values()) if shape is None else shape
    if len(shape) > AXES or math.prod(shape) != len(values):
        raise _TornError(f"an array of {str(tuple(shape[:5]))[:80]} with {len(values)} numbers")
    return values.reshape(shape)


def _raw(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")


def _dimensions(data: memoryview, budget: Iterator[int]) -> list[int]:
    result: list[int] = []
    for number, value in _fields(data, budget):
        if number == 1 and isinstance(value, int):
            result.append(value)
        elif number == 1 and isinstance(value, memoryview):
            at = 0
            while at < len(value) and len(result) <= AXES:
                dimension, at = _varint(value, at)
                result.append(dimension)
        if len(result) > AXES:
            raise _TornError(f"an array of more than {AXES} axes")
    return result


def _fields(data: memoryview, budget: Iterator[int]) -> Iterator[tuple[int, int | memoryview]]:
    """Every field's number and value: an integer, or the bytes of a string, message or packed list."""
    at = 0
    while at < len(data):
        if next(budget, None) is None:
            raise _TornError(f"more than {FIELDS:,} fields")
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            integer, at = _varint(data, at)
            yield number, integer
            continue
        if wire == _BYTES:
            size, at = _varint(data, at)
        elif wire in (_FIXED32, _FIXED64):
            size = 4 if wire == _FIXED32 else 8
        else:
            raise _TornError(f"wire type {wire} at byte {at}")
        if at + size > len(data):
            raise _TornError("it ends too early")
        piece, at = data[at : at + size], at + size
        yield number, piece if wire == _BYTES else struct.unpack("<I" if size == 4 else "<Q", piece)[0]


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        value, shift, at = value | (byte & 0x7F) << shift, shift + 7, at + 1
        if byte < 0x80:
            return value, at
    raise _TornError("a number does not end")
