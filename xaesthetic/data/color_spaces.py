"""Colour spaces that only TIFFs come in, at their full depth: Pillow knows them with 8 bits."""

import numpy as np
from jaxtyping import Float, Shaped, UInt8

_D50 = np.array([0.96422, 1.0, 0.82521])
_TO_SRGB = np.array(  # from XYZ under D50, adapted to D65 by Bradford's method
    [[3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.0334540], [0.0719453, -0.2289914, 1.4052427]]
)


def from_ycbcr(
    values: Shaped[np.ndarray, "_r _c 3"], coefficients: tuple[float, float, float]
) -> UInt8[np.ndarray, "_r _c 3"]:
    """Turn luma and chroma to red, green and blue, as section 21 of TIFF 6.0 has it.

    Parameters
    ----------
    values
        0 to 255.
    coefficients
        Of red, green and blue in luma.
    """
    luma, blue, red = values[..., 0], values[..., 1] - 128, values[..., 2] - 128
    of_red, of_green, of_blue = coefficients
    r, b = luma + red * (2 - 2 * of_red), luma + blue * (2 - 2 * of_blue)
    g = (luma - of_blue * b - of_red * r) / of_green
    return np.rint(np.clip(np.stack([r, g, b], axis=-1), 0, 255)).astype(np.uint8)


def from_lab(values: Shaped[np.ndarray, "_r _c 3"], signed: bool) -> UInt8[np.ndarray, "_r _c 3"]:
    """Turn CIE L*a*b* under D50, as stored with 8 or 16 bits, to sRGB.

    Parameters
    ----------
    values
        Unsigned; as sections 23 of TIFF 6.0 (`signed`) and ICC.1 (else) have them.
    signed
        Whether a and b are two's complements; 128 is 0 else.
    """
    deep = values.dtype.itemsize == 2
    white = (65535 if signed else 0xFF00) if deep else 255
    others = values[..., 1:]
    ab = others.view(f"i{values.dtype.itemsize}") if signed else others.astype(np.int32) - (32768 if deep else 128)
    light = (values[..., 0] * (100 / white) + 16) / 116
    a, b = (ab[..., axis] / (256 if deep else 1) for axis in (0, 1))
    cubes = np.stack([light + a / 500, light, light - b / 200], axis=-1)
    xyz = np.where(cubes > 6 / 29, cubes**3, (cubes - 4 / 29) * 3 * (6 / 29) ** 2) * _D50
    linear = np.clip(xyz @ _TO_SRGB.T, 0, 1)
    return np.asarray(np.rint(to_srgb(linear) * 255), dtype=np.uint8)


def to_linear(srgb: Float[np.ndarray, "*_n"]) -> Float[np.ndarray, "*_n"]:
    """Return linear light of sRGB, both 0 to 1 (IEC 61966-2-1)."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((np.maximum(srgb, 0) + 0.055) / 1.055) ** 2.4)


def to_srgb(linear: Float[np.ndarray, "*_n"]) -> Float[np.ndarray, "*_n"]:
    """Return sRGB of linear light, the inverse of `to_linear`; not below 0."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
