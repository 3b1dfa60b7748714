"""Pictures put together and turned: bands become one, EXIF's orientation becomes upright, and how much scale is to spare."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import ExifTags, Image

_TURNS = {  # EXIF's orientations but for 1, which is upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION = int(ExifTags.Base.Orientation)


@dataclass(frozen=True, slots=True, eq=False)
class Upright:
    """A photograph as Pillow's image, of mode RGB."""

    image: Image.Image
    """Upright; reduced where the file is large."""
    size: tuple[int, int]
    """The file's own (height, width), upright."""


def spare_scale(image: Image.Image, least: tuple[int, int] | None) -> int:
    """By how much a JPEG can be reduced and still be at least so high and wide once it is upright."""
    if least is None:
        return 1
    width, height = image.size if orientation_of(image) < 5 else image.size[::-1]
    return next((by for by in (8, 4, 2) if height // by >= least[0] and width // by >= least[1]), 1)


def orientation_of(image: Image.Image) -> int:
    """EXIF's orientation; 1, upright, where there is none."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # damaged metadata of a photograph that could be read; browsers pass over it too
        return 1


def join_bands(band: Callable[[int, int], Image.Image], size: tuple[int, int], factor: int, rows: int) -> Image.Image:
    """Put a picture together from bands of so many rows, all of them reduced."""
    if factor == 1 and rows >= size[0]:
        return band(0, size[0])
    small = Image.new("RGB", (-(-size[1] // factor), -(-size[0] // factor)))
    for top in range(0, size[0], rows):
        small.paste(band(top, min(size[0], top + rows)).reduce(factor), (0, top // factor))
    return small


def turned(small: Image.Image, orientation: int, stored: tuple[int, int], written: int) -> Upright:
    """Turn a picture by one orientation, and its (height, width) by the one that is written in the file."""
    turn = _TURNS.get(orientation)
    upright = small if turn is None else small.transpose(turn)
    return Upright(upright, stored[::-1] if written in (5, 6, 7, 8) else stored)
