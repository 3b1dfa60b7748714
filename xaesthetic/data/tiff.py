"""TIFFs that Pillow does not read, or not rightly: more than 8 bits, planes, palettes, and large ones band by band."""

from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

import numpy as np
from jaxtyping import Shaped, UInt8
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from xaesthetic.core.errors import DataError
from xaesthetic.data.color import Levels, to_srgb
from xaesthetic.data.color_spaces import from_lab, from_ycbcr
from xaesthetic.data.scale import reduction
from xaesthetic.data.tiff_segments import LOSSLESS, Layout, read_band, validate_layout

_CHANNELS = {0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3, 8: 3, 9: 3}  # by photometric interpretation
_MODES = {0: "L", 1: "L", 2: "RGB", 3: "RGB", 5: "CMYK", 6: "RGB", 8: "RGB", 9: "RGB"}
_GREY = (0, 1)
_RAW = {32803, 34892}  # a sensor's mosaic, and DNG's linear data
_MOST_PAGES = 1000
_COLORMAP, _COEFFICIENTS, _SUBSAMPLING = 320, 529, 530
_RAW_MESSAGE = "a camera's raw data, which a raw converter has to develop first; export it as JPEG, PNG or TIFF"


@dataclass(frozen=True, slots=True, eq=False)
class Tiff:
    """A picture that is read band by band."""

    file: BinaryIO
    layout: Layout
    photometric: int
    alpha: int | None
    """Which sample is the opacity."""
    associated: bool
    """Whether the colours are multiplied by it."""
    palette: UInt8[np.ndarray, "_n 3"] | None
    coefficients: tuple[float, float, float]
    """Of red, green and blue in luma."""
    profile: bytes | None
    levels: Levels

    def band(self, top: int, bottom: int) -> Image.Image:
        """Read some rows, as RGB."""
        values = read_band(self.file, self.layout, top, bottom)
        colors, alpha = values[..., : _CHANNELS[self.photometric]], None
        if self.alpha is not None:
            opacity = values[..., self.alpha]
            alpha = Image.fromarray(Levels(self.white).eight_bits(opacity))
            colors = _divided(colors, opacity, self.white) if self.associated else colors
        bytes_ = np.ascontiguousarray(self._eight_bits(colors))
        image = Image.frombytes(_MODES[self.photometric], (values.shape[1], values.shape[0]), bytes_.tobytes())
        image.info["icc_profile"] = self.profile
        return to_srgb(image, self.levels, alpha)

    @property
    def white(self) -> float:
        """The highest value; by convention 1 of floats."""
        return 1.0 if self.layout.kind == "f" else float(2**self.layout.bits - 1)

    def _eight_bits(self, colors: Shaped[np.ndarray, "_r _c _s"]) -> UInt8[np.ndarray, "_r _c _k"]:
        if self.palette is not None:
            return np.asarray(self.palette[colors[..., 0]])
        if self.photometric == 0:
            return 255 - self.levels.eight_bits(colors)
        if self.photometric == 6:
            return from_ycbcr(colors * (255 / self.white), self.coefficients)
        if self.photometric in (8, 9):
            return from_lab(colors, signed=self.photometric == 8)
        return self.levels.eight_bits(colors)


def _divided(
    colors: Shaped[np.ndarray, "_r _c _s"], opacity: Shaped[np.ndarray, "_r _c"], white: float
) -> Shaped[np.ndarray, "_r _c _s"]:
    with np.errstate(divide="ignore", invalid="ignore"):
        divided = np.nan_to_num(colors * (white / opacity.astype(np.float64))[..., None], posinf=0)
    return np.rint(np.clip(divided, 0, white)).astype(colors.dtype) if colors.dtype.kind == "u" else divided


# -- what the file says ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """What a TIFF says of its first picture."""

    tags: ImageFileDirectory_v2
    order: Literal["<", ">"]

    def values(self, tag: int, *default: Any) -> tuple[Any, ...]:  # whatever a tag holds
        """Return a tag's values."""
        value = self.tags.get(tag, default)
        return value if isinstance(value, tuple) else (value,)

    def number(self, tag: int, default: int) -> int:
        """Return a tag's first value."""
        return int(self.values(tag, default)[0])

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) as stored."""
        return self.number(257, 0), self.number(256, 0)


def read_directory(file: BinaryIO) -> Directory:
    """Read what a TIFF says of its only picture; smaller versions of it and masks may come after it.

    Raises
    ------
    DataError
        If there are several pages, or it is a camera's raw file.
    """
    file.seek(0)
    head = file.read(8)
    head += file.read(8) if 43 in head[2:4] else b""
    first = ImageFileDirectory_v2(head)
    pages, following = 0, first.next
    seen: set[int] = set()
    directory = first
    while following and following not in seen and len(seen) < _MOST_PAGES:
        seen.add(following)
        file.seek(following)
        directory.load(file)
        pages += not int(directory.get(254, 0) or 0) & 5  # 1: a smaller version, 4: a mask
        following = directory.next
        directory = ImageFileDirectory_v2(head)
    if first.get(262) in _RAW or 50706 in first or int(first.get(254, 0) or 0) & 1:
        raise DataError(_RAW_MESSAGE)
    if pages > 1:
        raise DataError(f"animated or of several pages ({pages}); save the one that is meant")
    return Directory(first, "<" if head.startswith(b"I") else ">")


def find_tiff(file: BinaryIO, directory: Directory, memory: int) -> Tiff | None:
    """Give a picture that has to be read here; None where Pillow reads it rightly.

    Parameters
    ----------
    file
        Open for reading.
    directory
        What it says of itself.
    memory
        Bytes that reading may take: a large picture in one strip is left to Pillow, which needs less for it.

    Raises
    ------
    DataError
        If neither can.
    """
    photometric = directory.number(262, -1)
    bits, compression = set(directory.values(258, 1)), directory.number(259, 1)
    deep = max(bits) > 8 or len(bits) > 1 or set(directory.values(339, 1)) != {1}
    if compression not in LOSSLESS or photometric not in _CHANNELS:
        if deep:
            raise DataError(
                f"{_named(directory)} is not read; save it as RGB or grey with 8 or 16 bits, without compression"
            )
        return None
    subsampled = photometric == 6 and directory.values(_SUBSAMPLING, 1, 1) != (1, 1)
    planes = directory.number(284, 1) == 2
    if subsampled:
        if deep or planes or compression == 1:
            raise DataError("YCbCr with fewer samples of colour is not read in this layout; save it as RGB")
        return None
    factor, special = reduction(directory.size), deep or planes or photometric in (3, 6, 8, 9)
    if factor == 1 and not special:
        return None
    picture = _tiff(file, directory, photometric)
    return picture if special or picture.layout.cost(factor) <= memory else None


def _named(directory: Directory) -> str:
    depth = "/".join(str(item) for item in sorted(set(directory.values(258, 1))))
    return f"{depth} bits, photometric interpretation {directory.number(262, -1)}, compression {directory.number(259, 1)}"


def _tiff(file: BinaryIO, directory: Directory, photometric: int) -> Tiff:
    layout = _layout(directory)
    validate_layout(layout)
    extra = layout.samples - _CHANNELS[photometric]
    if extra < 0 or (photometric == 5 and directory.number(332, 1) != 1):
        raise DataError(f"{layout.samples} channels as {_named(directory)} are not read; save it as RGB")
    if layout.kind == "f" and photometric not in (0, 1, 2):
        raise DataError(f"floats as {_named(directory)} are not read; save it as RGB")
    if photometric in (8, 9) and layout.bits not in (8, 16):
        raise DataError(f"Lab as {_named(directory)} is not read; save it as RGB")
    kinds = directory.values(338) or ((2,) if extra == 1 and photometric < 3 else ())
    alpha = next((place for place, kind in enumerate(kinds[:extra]) if kind in (1, 2)), None)
    coefficients = tuple(map(float, directory.values(_COEFFICIENTS, 0.299, 0.587, 0.114)))
    profile = directory.tags.get(34675)
    return Tiff(
        file,
        layout,
        photometric,
        None if alpha is None else alpha + _CHANNELS[photometric],
        alpha is not None and kinds[alpha] == 1,
        _palette(directory, layout) if photometric == 3 else None,
        (coefficients[0], coefficients[1], coefficients[2]),
        profile if isinstance(profile, bytes) and photometric not in (8, 9) else None,
        Levels(1.0 if layout.kind == "f" else float(2**layout.bits - 1), unsure=layout.kind == "f"),
    )


def _palette(directory: Directory, layout: Layout) -> UInt8[np.ndarray, "_n 3"]:
    colors = np.array(directory.values(_COLORMAP), np.int64)
    if layout.bits > 16 or len(colors) != 3 * 2**layout.bits:
        raise DataError(f"its palette has {len(colors)} values for {layout.bits} bits")
    scale = 257 if colors.max() > 255 else 1  # some programs write 8 bits where the format says 16
    return np.rint(colors.reshape(3, -1).T / scale).astype(np.uint8)


def _layout(directory: Directory) -> Layout:
    bits, kinds = set(directory.values(258, 1)), set(directory.values(339, 1))
    if len(bits) != 1 or len(kinds) != 1:
        raise DataError(f"channels of different kinds ({_named(directory)}) are not read; save it as RGB")
    kind = {1: "u", 3: "f", 4: "u"}.get(next(iter(kinds)), "")
    if not kind:
        raise DataError("signed or complex numbers are no shades; save it with 8 or 16 bits a channel, unsigned")
    tiled = 322 in directory.tags
    height, width = directory.size
    segment = (directory.number(323, 0), directory.number(322, 0)) if tiled else (directory.number(278, height), width)
    return Layout(
        size=directory.size,
        samples=directory.number(277, 1),
        bits=bits.pop(),
        kind=kind,
        order=directory.order,
        compression=directory.number(259, 1),
        predictor=directory.number(317, 1),
        low_bit_first=directory.number(266, 1) == 2,
        separate=directory.number(284, 1) == 2,
        tiled=tiled,
        segment=(max(1, min(segment[0], 2**31) if tiled else min(segment[0], height)), max(1, segment[1])),
        offsets=directory.values(324 if tiled else 273),
        counts=directory.values(325 if tiled else 279),
    )
