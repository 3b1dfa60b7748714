"""Photographs for benchmarks: parts of pictures that come with scikit-image, no two alike, the same every time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

NOISE = 4.0
"""What a camera adds, of 255 levels."""


def crops(count: int, width: int, height: int, noise: float = 0.0) -> Iterator[np.ndarray]:
    """Give parts at random places and scales: (height, width, 3), uint8; 4 : 3 or another aspect."""
    random = np.random.default_rng(0)
    originals = [Image.fromarray(picture) for picture in (data.astronaut(), data.chelsea(), data.coffee(), data.rocket())]
    for number in range(count):
        picture = originals[number % len(originals)]
        high = min(picture.height, picture.width * height / width) * random.uniform(0.4, 1)
        wide = high * width / height
        left, top = random.uniform(0, picture.width - wide), random.uniform(0, picture.height - high)
        box = (left, top, left + wide, top + high)
        pixels = np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC, box=box))
        yield np.clip(pixels + random.normal(0, noise, pixels.shape), 0, 255).astype(np.uint8) if noise else pixels


def write_photographs(folder: Path, count: int, width: int, height: int, noise: float = 0.0) -> Path:
    """Write such parts as JPEGs into a new folder; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, pixels in enumerate(crops(count, width, height, noise)):
        Image.fromarray(pixels).save(folder / f"{number:06d}.jpg", quality=90)
    return folder
