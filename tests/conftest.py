"""Shapes are checked while testing: jaxtyping and beartype are switched on before the packages are imported."""

from jaxtyping import install_import_hook

install_import_hook(["xaesthetic", "xaesthetic_baselines", "xaesthetic_reports"], "beartype.beartype")

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402
from PIL import Image  # noqa: E402

settings.register_profile("shared", deadline=None, print_blob=True)  # these machines are noisy
settings.load_profile("shared")


@pytest.fixture
def photo():
    """Gradients with shapes in them, 60 x 80."""
    rows, columns = np.mgrid[0:60, 0:80]
    pixels = np.stack([columns * 3, rows * 4, 255 - columns * 2], axis=-1).astype(np.uint8)
    pixels[20:40, 30:50] = (220, 40, 30)
    pixels[5:15, 5:20] = (250, 250, 240)
    return pixels


@pytest.fixture
def write_photo():
    """Write an array as a photograph and give its path."""

    def write(path, pixels, **options):
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path, **options)
        return path

    return write
