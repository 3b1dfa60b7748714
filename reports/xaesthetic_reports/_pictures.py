"""Pictures as data of a page: photographs made smaller, values in 256 steps."""

import base64
import io
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

from xaesthetic.core.types import Pixels

_QUALITY = 82
_WEBP = 84  # as like the photograph (SSIM) as a JPEG of that quality where it was made smaller, in a fifth fewer bytes
_WEBP_SIDE = 16_383  # pixels that a side of a WebP has at most


def rounded(value: float) -> float | None:
    """Return a number for JSON; None where it is none."""
    return round(value, 5) if math.isfinite(value) else None


def photograph_uri(pixels: Pixels, smaller: bool) -> str:
    """Return a photograph as an address that holds it.

    One that keeps its size was mostly a JPEG before and loses least as one; one that was made smaller is a WebP.
    """
    options: dict[str, Any] = {"optimize": True, "progressive": True, "quality": _QUALITY}
    return _address(pixels, "WEBP", {"quality": _WEBP}) if smaller else _address(pixels, "JPEG", options)


def jpeg_uri(pixels: np.ndarray, quality: int) -> str:
    """Return a picture as an address that holds it, in a kind that every viewer of files knows."""
    return _address(pixels, "JPEG", {"quality": quality, "optimize": True, "progressive": True})


def grey_uri(greys: UInt8[np.ndarray, "_i _j"]) -> str:
    """Return grey values, none of them changed, as an address that holds a picture of them, the smaller of two kinds."""
    png = _address(greys, "PNG", {"optimize": True})
    if max(greys.shape) > _WEBP_SIDE:
        return png
    webp = _address(np.repeat(greys[..., None], 3, axis=2), "WEBP", {"lossless": True})
    return min(png, webp, key=len)


def _address(pixels: np.ndarray, kind: str, options: Mapping[str, Any]) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return address_of(file.getvalue(), kind)


def address_of(data: bytes, kind: str) -> str:
    """Return a picture's bytes, of a kind as Pillow calls it, as an address that holds them."""
    return f"data:image/{kind.lower()};base64,{base64.b64encode(data).decode()}"


def eight_bits(values: Float[np.ndarray, "_i _j"]) -> dict[str, Any]:
    """Return values from 0 to their highest as a picture of 8 bits."""
    high = float(values.max()) or 1.0
    return {
        "grey": grey_uri(np.round(values / high * 255).astype(np.uint8)),
        "rows": len(values),
        "cells": values.shape[1],
    }
