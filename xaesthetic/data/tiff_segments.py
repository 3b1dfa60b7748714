"""The samples of a TIFF as they lie in the file: strips or tiles, of any depth and byte order, contiguous or in planes.

Pillow reads few of the layouts of more than 8 bits. Its libtiff still undoes the compression here, strip by strip.
"""

import io
import struct
from dataclasses import dataclass
from itertools import product
from typing import BinaryIO, Literal

import numpy as np
from jaxtyping import Shaped, UInt8
from PIL import TiffImagePlugin

from xaesthetic.core.errors import DataError

LOSSLESS = {1: "none", 5: "LZW", 8: "deflate", 32946: "deflate", 32773: "PackBits", 34925: "LZMA", 50000: "Zstandard"}
"""The compressions that give bytes, whatever these mean."""
_BAND = 2_000_000  # pixels that are read at once
_WHOLE_BYTES = (8, 16, 32, 64)

Samples = Shaped[np.ndarray, "rows columns samples"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the samples lie and how they are packed."""

    size: tuple[int, int]
    """(height, width) as stored."""
    samples: int
    """Of a pixel."""
    bits: int
    """Of a sample."""
    kind: str
    """``u`` for whole numbers, ``f`` for floats."""
    order: Literal["<", ">"]
    """``<`` or ``>``."""
    compression: int
    predictor: int
    low_bit_first: bool
    separate: bool
    """Whether every channel is a plane of its own."""
    tiled: bool
    segment: tuple[int, int]
    """Rows and columns of a strip or tile."""
    offsets: tuple[int, ...]
    counts: tuple[int, ...]

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """What one sample becomes."""
        return np.dtype(f"{self.kind}{max(1, 1 << (-(-self.bits // 8) - 1).bit_length())}")

    @property
    def grouped(self) -> int:
        """Samples that lie side by side."""
        return 1 if self.separate else self.samples

    @property
    def row_bytes(self) -> int:
        """Of a row of a strip or tile."""
        return -(-self.segment[1] * self.grouped * self.bits // 8)

    def band(self, factor: int) -> int:
        """Rows to read at once: whole strips or tiles, and a multiple of the factor."""
        base = self.segment[0] if self.tiled or self.compression != 1 else 1
        rows = base * max(1, _BAND // (self.size[1] * base))
        return -(-rows // factor) * factor

    def cost(self, factor: int) -> int:
        """Bytes that reading a band takes, about."""
        rows = min(self.band(factor), self.size[0])
        stored = rows * self.size[1] * self.samples * self.dtype.itemsize
        whole = 3 * self.segment[0] * self.row_bytes if self.tiled or self.compression != 1 else 0
        turning = 3 if self.dtype.itemsize == 1 else 12  # a sample, on its way to sRGB
        return whole + stored + turning * rows * self.size[1] * self.samples


def validate_layout(layout: Layout) -> None:
    """Make sure that the samples can be read.

    Raises
    ------
    DataError
        If they are packed or predicted in a way that is not known, or a strip is missing.
    """
    planes = layout.samples if layout.separate else 1
    rows, columns = (-(-side // part) for side, part in zip(layout.size, layout.segment, strict=True))
    whole = layout.bits in _WHOLE_BYTES
    if min(len(layout.offsets), len(layout.counts)) < planes * rows * columns:
        raise DataError("a strip or tile is missing")
    if layout.bits > 64 or not (whole or (layout.bits <= 16 and layout.kind == "u")):
        raise DataError(f"{layout.bits} bits a channel are not read; save it with 8 or 16")
    if layout.kind == "f" and layout.bits == 8:
        raise DataError("floats of 8 bits are not read; save it with 8 or 16 bits a channel")
    predicted = {1: True, 2: whole, 3: layout.kind == "f"}.get(layout.predictor, False)
    if not predicted or (layout.predictor > 1 and layout.compression in (1, 32773)):
        raise DataError(f"predictor {layout.predictor} does not go with its samples and compression; save it without one")


def read_band(file: BinaryIO, layout: Layout, top: int, bottom: int) -> Samples:
    """Read the rows from `top` to below `bottom`.

    Raises
    ------
    OSError
        If the file is truncated or damaged.
    """
    height, width = layout.size
    high, wide = layout.segment
    down, across = -(-height // high), -(-width // wide)
    planes = range(layout.samples if layout.separate else 1)
    band = np.empty((bottom - top, width, layout.samples), layout.dtype)
    for plane, row, column in product(planes, range(top // high, -(-bottom // high)), range(across)):
        start, left = row * high, column * wide
        first, last = max(top, start), min(bottom, start + high)
        stored = high if layout.tiled else min(high, height - start)
        packed = _rows(file, layout, (plane * down + row) * across + column, stored, slice(first - start, last - start))
        samples = _unpacked(packed, layout)[:, : width - left]
        channels = slice(plane, plane + 1) if layout.separate else slice(None)
        band[first - top : last - top, left : left + wide, channels] = samples
    return band


def _rows(file: BinaryIO, layout: Layout, index: int, stored: int, wanted: slice) -> UInt8[np.ndarray, "_r _n"]:
    """Rows of one strip or tile, as bytes."""
    offset, count = layout.offsets[index], layout.counts[index]
    if layout.compression != 1:
        file.seek(offset)
        most = 2 * stored * layout.row_bytes + 65536  # whatever the file says
        return _decompressed(file.read(min(count, most)), layout, stored)[wanted]
    file.seek(offset + wanted.start * layout.row_bytes)
    size = (wanted.stop - wanted.start) * layout.row_bytes
    data = file.read(size)
    if len(data) < size:
        raise OSError("its pixels end early")
    packed = np.frombuffer(data, np.uint8).reshape(-1, layout.row_bytes)
    if layout.low_bit_first:
        packed = np.packbits(np.unpackbits(packed[..., None], axis=-1, bitorder="little"), axis=-1)[..., 0]
    return packed


def _decompressed(data: bytes, layout: Layout, rows: int) -> UInt8[np.ndarray, "_r _n"]:
    """Have libtiff decompress a strip, as a grey picture of its bytes; never to more than should come."""
    tags = {
        256: layout.row_bytes,
        257: rows,
        258: 8,
        259: layout.compression,
        262: 1,
        266: 2 if layout.low_bit_first else 1,
        273: 8 + 2 + 10 * 12 + 4,
        277: 1,
        278: rows,
        279: len(data),
    }
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + directory + bytes(4)
    with TiffImagePlugin.TiffImageFile(io.BytesIO(head + data)) as picture:
        return np.asarray(picture)


def _unpacked(packed: UInt8[np.ndarray, "_r _n"], layout: Layout) -> Samples:
    """The samples of some rows, their predictor undone."""
    shape = len(packed), layout.segment[1], layout.grouped
    if layout.predictor == 3:  # differences of bytes, the high bytes of all samples first
        raw = np.cumsum(packed.reshape(len(packed), -1, layout.grouped), axis=1, dtype=np.uint8)
        parts = raw.reshape(len(packed), layout.bits // 8, -1).swapaxes(1, 2)
        return np.ascontiguousarray(parts).view(f">f{layout.bits // 8}").reshape(shape).astype(layout.dtype)
    if layout.bits not in _WHOLE_BYTES:
        count = shape[1] * shape[2]
        bits = np.unpackbits(packed, axis=1, count=count * layout.bits).reshape(len(packed), count, layout.bits)
        values = np.zeros(bits.shape[:2], layout.dtype)
        for place in range(layout.bits):
            values = (values << 1) | bits[..., place]
        return values.reshape(shape)
    ordered = np.ascontiguousarray(packed).view(layout.dtype.newbyteorder(layout.order)).reshape(shape)
    native = ordered.astype(layout.dtype, copy=False)
    if layout.predictor == 2:
        whole = native.view(f"u{layout.dtype.itemsize}")
        return np.cumsum(whole, axis=1, dtype=whole.dtype).view(layout.dtype)
    return native
