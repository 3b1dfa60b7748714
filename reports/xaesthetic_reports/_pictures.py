"""Pictures as data of a page: photographs made smaller, values in 256 steps."""

import base64
import io
import math
from typing import Any

import numpy as np
from jaxtyping import Float
from PIL import Image

from xaesthetic.core.types import Pixels
from xaesthetic.data import images

_QUALITY = 82


def rounded(value: float) -> float | None:
    """Return a number for JSON; None where it is none."""
    return round(value, 5) if math.isfinite(value) else None


def reduced(pixels: Pixels, side: int) -> Pixels:
    """Return a photograph whose longer side has so many pixels at most."""
    return images.resize(pixels, images.fitted_size(pixels.shape[:2], side))


def uri(pixels: np.ndarray, kind: str, quality: int = _QUALITY) -> str:
    """Return a picture as an address that holds it, as `JPEG` or `PNG`."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **({"quality": quality} if kind == "JPEG" else {"optimize": True}))
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"


def eight_bits(values: Float[np.ndarray, "_i _j"]) -> dict[str, Any]:
    """Return values from 0 to their highest as a picture of 8 bits."""
    high = float(values.max()) or 1.0
    return {
        "png": uri(np.round(values / high * 255).astype(np.uint8), "PNG"),
        "rows": len(values),
        "cells": values.shape[1],
    }
