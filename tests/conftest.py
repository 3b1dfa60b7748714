"""Shapes are checked while testing: jaxtyping and beartype are switched on before the packages are imported."""

import gc
import struct

from jaxtyping import install_import_hook

gc.disable()  # nothing is garbage of what is imported and collected, a million objects; see pytest_collection_finish
install_import_hook(["xaesthetic", "xaesthetic_baselines", "xaesthetic_reports"], "beartype.beartype")

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402
from PIL import Image, ImageCms  # noqa: E402

# after the hook: they import the package
pytest_plugins = (
    "support.browser", "support.caffe_server", "support.command", "support.old_run", "support.postgres", "support.untraced"
)  # fmt: skip

settings.register_profile("shared", deadline=None, print_blob=True, max_examples=50)  # these machines are noisy
settings.register_profile("quick", settings.get_profile("shared"), max_examples=15)
settings.load_profile("shared")


NEEDS = {"plugged": ("torch",), "chromium": ("browser", "slow"), "caffe_python": ("caffe", "slow"), "package": ("slow",)}
"""What a fixture needs that is not everywhere; a test that needs it without the fixture is marked by hand."""


def pytest_itemcollected(item):
    """Mark what needs torch, a browser or Caffe, for `-m` and `make matrix`."""
    for fixture, markers in NEEDS.items():
        if fixture in getattr(item, "fixturenames", ()):
            for marker in markers:
                item.add_marker(marker)


def pytest_collection_finish():
    """Have the garbage collector pass over what is there before the first test."""
    gc.freeze()
    gc.enable()


@pytest.fixture
def photo():
    """Gradients with shapes in them, 60 x 80."""
    rows, columns = np.mgrid[0:60, 0:80]
    pixels = np.stack([columns * 3, rows * 4, 255 - columns * 2], axis=-1).astype(np.uint8)
    pixels[20:40, 30:50] = (220, 40, 30)
    pixels[5:15, 5:20] = (250, 250, 240)
    return pixels


@pytest.fixture(scope="session")
def write_photo():
    """Write an array as a photograph and give its path."""

    def write(path, pixels, **options):
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path, **options)
        return path

    return write


def icc(space, connection, tags):
    """An ICC profile (ICC.1:2001-04, section 6)."""
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size, d50 = 128 + len(table + body), (63190, 65536, 54061)
    header = struct.pack(">I4xI4s4s4s12x4s28x3i48x", size, 0x02100000, b"prtr", space, connection, b"acsp", *d50)
    return header + table + body


@pytest.fixture(scope="session")
def profiles():
    """ICC profiles that turn colours to what can be told by hand."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    white = b"XYZ " + struct.pack(">4x3i", 63190, 65536, 54061)
    identity, ramp = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536), bytes(range(256))
    corners = b"".join(bytes([255 * (corner >= 8), 128, 128]) for corner in range(16))  # full cyan is white, none black
    table = b"mft1" + bytes([0] * 4 + [4, 3, 2, 0]) + identity + 4 * ramp + corners + 3 * ramp
    return {
        "swapped": srgb.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ"),  # red is green
        "linear gray": icc(b"GRAY", b"XYZ ", {b"wtpt": white, b"kTRC": b"curv" + bytes(8)}),
        "cyan is light": icc(b"CMYK", b"Lab ", {b"A2B0": table}),  # the other inks leave no trace
    }
