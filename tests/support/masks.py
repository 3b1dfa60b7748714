"""Regions as the bytes of a PNG."""

import io

import numpy as np
from PIL import Image


def png(mask):
    buffer = io.BytesIO()
    Image.fromarray((np.asarray(mask) * 255).astype(np.uint8)).save(buffer, format="PNG")
    return buffer.getvalue()
