"""Weights and mean images out of Caffe's binary files; neither Caffe nor a protobuf compiler is needed.

Both are protocol buffers. Only what holds names and numbers is read: `NetParameter.layer` (100) and the older `layers` (2),
in each its name and blobs, in each blob its shape and data. Field numbers as in BVLC's caffe.proto.
"""

import math
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from xaesthetic.core.errors import DataError

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
    try:
        for number, value in _fields(_read(path)):
            if number not in _LAYERS or not isinstance(value, memoryview):
                continue
            name_number, blob_number = _LAYERS[number]
            name, blobs = "", []
            for inner, content in _fields(value):
                if inner == name_number and isinstance(content, memoryview):
                    name = bytes(content).decode("utf-8")
                elif inner == blob_number and isinstance(content, memoryview):
                    blobs.append(_blob(content))
            if blobs and name in result:
                raise DataError(f"{path}: has two layers called {name!r}.")
            if blobs:
                result[name] = blobs
    except (_TornError, UnicodeDecodeError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as a .caffemodel ({error}); it is damaged or another file.") from error
    if not result:
        raise DataError(f"{path}: holds no layer with weights; it is no .caffemodel.")
    return result


def read_binaryproto(path: Path) -> np.ndarray:
    """A mean image: float32, of its own shape.

    Raises
    ------
    DataError
        If the file cannot be read as one.
    """
    try:
        return _blob(_read(path))
    except (_TornError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as a .binaryproto ({error}); it is damaged or another file.") from error


def _read(path: Path) -> memoryview:
    try:
        return memoryview(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}).") from error


def _blob(data: memoryview) -> np.ndarray:
    """Shape from `shape`, or from num, channels, height and width; data as packed or single floats or doubles."""
    old, shape, parts = {1: 0, 2: 0, 3: 0, 4: 0}, None, []
    for number, value in _fields(data):
        if number in old and isinstance(value, int):
            old[number] = value
        elif number == 7 and isinstance(value, memoryview):
            shape = tuple(_dimensions(value))
        elif number in (5, 8):
            kind = np.dtype("<f4") if number == 5 else np.dtype("<f8")
            parts.append(np.frombuffer(value if isinstance(value, memoryview) else _raw(value, kind), kind))
    values = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    shape = tuple(old.values()) if shape is None else shape
    if math.prod(shape) != len(values):
        raise _TornError(f"an array of {shape} with {len(values)} numbers")
    return values.astype(np.float32).reshape(shape)


def _raw(value: int, kind: np.dtype) -> bytes:
    return value.to_bytes(kind.itemsize, "little")


def _dimensions(data: memoryview) -> Iterator[int]:
    for number, value in _fields(data):
        if number == 1 and isinstance(value, int):
            yield value
        elif number == 1 and isinstance(value, memoryview):
            at = 0
            while at < len(value):
                dimension, at = _varint(value, at)
                yield dimension


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Every field's number and value: an integer, or the bytes of a string, message or packed list."""
    at = 0
    while at < len(data):
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
