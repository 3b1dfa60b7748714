"""Regions that people marked, out of PNGs."""

import io
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool
from PIL import Image, PngImagePlugin

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Mask
from xaesthetic.data.decoding import MEMORY, in_turn
from xaesthetic.data.scale import LARGEST, reduced, reduction

NEARLY_ALL = 0.9
"""Of a photograph: a mask that marks more of it may be inside out."""
_BAND = 4_000_000  # pixels at once
_DEPTH = 24  # where a PNG has its bits a channel
_LOST = "the mask has 16 bits of colour, of which Pillow would lose 8; save it as grey, or with 8 bits"


def read_mask(png: bytes, size: tuple[int, int] | None = None) -> Mask:
    """Read what is marked in a PNG, at the scale that a photograph of its size is worked on at.

    Where some of it is fully transparent, what is not is marked. Else, of a palette, every entry but the first is; of other
    pictures, what is not black.

    Parameters
    ----------
    png
        The file's content.
    size
        The photograph's own (height, width): a mask of another size is refused by its header; None takes any.

    Raises
    ------
    DataError
        If it is damaged, of another size, too large, animated, or has 16 bits of colour that Pillow cuts to 8.
    """
    try:
        with PngImagePlugin.PngImageFile(io.BytesIO(png)) as picture:
            stored = picture.height, picture.width
            _validate(picture, stored, size)
            with in_turn(stored):
                picture.load()
                return _marked(picture, png[_DEPTH] == 16 and not picture.mode.startswith("I"))
    except DataError:
        raise
    except Exception as error:  # damaged files make Pillow's readers raise nearly anything
        raise DataError(f"the mask cannot be read ({' '.join(str(error).split()) or type(error).__name__})") from error


def find_mask_warning(mask: Mask) -> str | None:
    """Say what is odd about a mask that can be used all the same; None where nothing is."""
    share = float(mask.mean())
    return f"the mask marks {100 * share:.0f} % of the photograph; is it inside out?" if share > NEARLY_ALL else None


def _validate(picture: PngImagePlugin.PngImageFile, stored: tuple[int, int], size: tuple[int, int] | None) -> None:
    if size is not None and stored != size:
        raise DataError(f"the mask is {stored}, but the photograph {size} (height, width)")
    if stored[0] * stored[1] > LARGEST or stored[0] * stored[1] * 4 > MEMORY:
        raise DataError(f"the mask is too large, {stored} (height, width); at most {LARGEST:,} pixels are read")
    if getattr(picture, "n_frames", 1) > 1:
        raise DataError("the mask is animated; save the picture that is meant")


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """What some rows of a mask have."""

    colored: Bool[np.ndarray, "_r _c"]
    visible: Bool[np.ndarray, "_r _c"]


def _marked(picture: Image.Image, cut: bool) -> Mask:
    height, width = picture.height, picture.width
    factor = reduction((height, width))
    rows = factor * max(1, _BAND // (width * factor))
    by_color = np.zeros(reduced((height, width)), bool)
    by_alpha, transparent = by_color.copy(), False
    for top in range(0, height, rows):
        band = _band(picture.crop((0, top, width, min(height, top + rows))), cut)
        place = slice(top // factor, -(-(top + rows) // factor))
        by_color[place], by_alpha[place] = _smaller(band.colored, factor), _smaller(band.visible, factor)
        transparent = transparent or not bool(band.visible.all())
    if cut and not (transparent or by_color.any()):
        raise DataError(_LOST)
    return by_alpha if transparent else by_color


def _smaller(marked: Bool[np.ndarray, "_r _c"], factor: int) -> Bool[np.ndarray, "_i _j"]:
    """Where at least half is marked."""
    if factor == 1:
        return marked
    return np.asarray(Image.fromarray(marked.astype(np.uint8) * 255).reduce(factor)) >= 128


def _band(part: Image.Image, cut: bool) -> _Band:
    key = part.info.get("transparency")
    if part.mode.startswith("I"):  # grey of 16 bits
        values = np.asarray(part)
        return _Band(values > 0, values != key if isinstance(key, int) else np.ones(values.shape, bool))
    alpha = part.convert("RGBA").getchannel("A") if key is not None else None
    channels = [np.asarray(channel) for channel in part.split()]
    if part.mode in ("RGBA", "LA"):
        alpha = part.getchannel("A")
        channels = channels[:-1]
    if cut and any(((channel > 0) & (channel < 255)).any() for channel in channels):
        raise DataError(_LOST)
    colored = np.logical_or.reduce([channel != 0 for channel in channels])
    return _Band(colored, np.ones(colored.shape, bool) if alpha is None else np.asarray(alpha) > 0)
