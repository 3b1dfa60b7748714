"""Pixels of any kind as 8 bits of sRGB on white."""

import io

import numpy as np
from jaxtyping import Shaped, UInt8
from PIL import Image, ImageCms

from xaesthetic.core.errors import DataError

_SRGB = ImageCms.createProfile("sRGB")
_BEYOND = 0.01  # of the values may lie above white, as highlights and damage do


class Levels:
    """Carries values of more than 8 bits to 0 to 255, and remembers what it saw: a picture may come in several bands."""

    def __init__(self, white: float, unsure: bool = False) -> None:
        """Say which value is white.

        Parameters
        ----------
        white
            What becomes 255; 0 is black.
        unsure
            Whether that is a convention and the file does not say so, as of floats: then values beyond it are no photograph.
        """
        self._white = white
        self._unsure = unsure
        self._highest = 0.0
        self._beyond = 0
        self._count = 0

    def eight_bits(self, values: Shaped[np.ndarray, "*size"]) -> UInt8[np.ndarray, "*size"]:
        """Scale, clip and round; what is no number becomes black."""
        if values.dtype == np.uint8 and self._white == 255:
            return values
        known = np.nan_to_num(values) if values.dtype.kind == "f" else values  # infinite becomes the largest
        if known.size:
            self._highest = max(self._highest, float(known.max()))
        self._beyond += int(np.count_nonzero(known > self._white))
        self._count += known.size
        if values.dtype == np.uint16:
            shades = np.rint(np.minimum(np.arange(65536) * (255 / self._white), 255)).astype(np.uint8)
            return np.asarray(shades[values])
        clipped = np.clip(known, 0, self._white).astype(np.float64)  # first: what is damaged may be too large to multiply
        return np.asarray(np.rint(clipped * (255 / self._white)), dtype=np.uint8)

    def validate(self) -> None:
        """Make sure that the picture came out as it was meant.

        Raises
        ------
        DataError
            If white seems to lie elsewhere: all of it came out black, or much of it beyond white.
        """
        if 0 < self._highest * 255 / self._white < 0.5 or (self._unsure and self._beyond > _BEYOND * self._count):
            raise DataError(
                f"its values go up to {self._highest:g} where white should be {self._white:g}, so that it cannot be known "
                "which value is white; save it with 8 or 16 bits a channel"
            )


def to_srgb(image: Image.Image, levels: Levels, alpha: Image.Image | None = None) -> Image.Image:
    """Give a picture, or a band of one, as RGB: its profile honoured, transparency on white.

    Parameters
    ----------
    image
        Of any mode.
    levels
        For modes of more than 8 bits.
    alpha
        Its opacity, where the mode has no place for it.
    """
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I") or image.mode == "F":
        image = Image.fromarray(levels.eight_bits(np.asarray(image)))
    if "transparency" in image.info or image.mode in ("P", "PA"):
        image = image.convert("RGBA")
    if image.mode in ("RGBA", "LA"):
        alpha = image.getchannel("A")
    if image.mode not in ("RGB", "L", "CMYK", "LAB"):
        image = image.convert("L" if image.mode in ("1", "LA") else "RGB")
    image = _profiled(image, profile)
    return image if alpha is None else Image.composite(image, Image.new("RGB", image.size, "white"), alpha)


def _profiled(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, embedded, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return image.convert("RGB")  # a profile for another kind of picture, or a damaged one
        if turned is not None:
            return turned
    return image if image.mode == "RGB" else image.convert("RGB")  # which would copy
