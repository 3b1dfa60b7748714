"""TIFFs of every photometric interpretation, depth and layout: written by tifffile, the right shades worked out here."""

from itertools import product

import numpy as np
import pytest
import tifffile

from xaesthetic.data import images

ROWS, COLUMNS = np.mgrid[0:48, 0:64]
RGB = np.stack([COLUMNS * 4, ROWS * 5, 255 - COLUMNS * 3], axis=-1).astype(np.uint8)
GREY = (ROWS * 3 + COLUMNS * 1).astype(np.uint8)
ALPHA = np.where(COLUMNS < 32, 255, 51).astype(np.uint8)
LAYOUTS = {
    "strips": {},
    "short strips": {"rowsperstrip": 7},
    "tiles": {"tile": (16, 32)},
    "deflate": {"compression": "zlib", "rowsperstrip": 7},
    "predictor": {"compression": "zlib", "predictor": True, "rowsperstrip": 16},
    "tiles with predictor": {"compression": "zlib", "predictor": True, "tile": (16, 16)},
}
layouts = pytest.mark.parametrize("layout", LAYOUTS)
some_layouts = pytest.mark.parametrize("layout", ["short strips", "deflate", "tiles with predictor"])
orders = pytest.mark.parametrize("order", "<>")


def deep(values, bits=16):
    return (values.astype(np.float64) * (2**bits - 1) / 255).round().astype(np.uint16 if bits <= 16 else np.uint32)


def write(path, values, order="<", separate=False, **options):
    if separate:
        values, options = np.moveaxis(values, -1, 0), options | {"planarconfig": "separate"}
    tifffile.imwrite(path, values, byteorder=order, metadata=None, **options)
    return path


def close(path, wanted, most=1):
    if wanted.ndim == 2:
        wanted = np.repeat(wanted[..., None], 3, axis=-1)
    decoded = images.decode(path).astype(int)
    assert decoded.shape == wanted.shape
    assert np.abs(decoded - wanted).max() <= most


@orders
@layouts
@pytest.mark.parametrize("white", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("bits", [8, 16])
def test_grey(tmp_path, layout, order, white, bits):
    shades = GREY if white == "minisblack" else 255 - GREY
    stored = shades if bits == 8 else deep(shades)
    close(write(tmp_path / "a.tif", stored, order, photometric=white, **LAYOUTS[layout]), GREY)


@orders
@layouts
@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("bits", [8, 16])
def test_color(tmp_path, layout, order, separate, bits):
    stored = RGB if bits == 8 else deep(RGB)
    close(write(tmp_path / "a.tif", stored, order, separate, photometric="rgb", **LAYOUTS[layout]), RGB)


@some_layouts
@pytest.mark.parametrize(("separate", "bits"), list(product([False, True], [8, 16])))
@pytest.mark.parametrize("kind", ["unassalpha", "assocalpha", "unspecified"])
def test_a_fourth_channel_of_color(tmp_path, layout, separate, bits, kind):
    share = ALPHA[..., None] / 255
    colors = np.round(RGB * share).astype(np.uint8) if kind == "assocalpha" else RGB
    wanted = RGB if kind == "unspecified" else np.round(RGB * share + 255 * (1 - share))
    stored = np.dstack([colors, ALPHA])
    options = LAYOUTS[layout] | {"photometric": "rgb", "extrasamples": [kind]}
    close(write(tmp_path / "a.tif", stored if bits == 8 else deep(stored), "<", separate, **options), wanted, most=2)


@pytest.mark.parametrize("white", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("separate", [False, True])
def test_grey_with_opacity(tmp_path, white, separate):
    shades = np.dstack([GREY if white == "minisblack" else 255 - GREY, ALPHA])
    wanted = np.round(GREY * (ALPHA / 255) + 255 - ALPHA)
    path = write(tmp_path / "a.tif", deep(shades), ">", separate, photometric=white, extrasamples=["unassalpha"])
    close(path, wanted, most=2)


@some_layouts
@pytest.mark.parametrize(("separate", "bits"), list(product([False, True], [8, 16])))
def test_inks(tmp_path, layout, separate, bits):
    inks = np.dstack([255 - RGB, np.zeros_like(GREY)])
    stored = inks if bits == 8 else deep(inks)
    close(write(tmp_path / "a.tif", stored, "<", separate, photometric="separated", **LAYOUTS[layout]), RGB)


@orders
@some_layouts
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("scale", [257, 1])  # as the format says, and as some programs write it
def test_palettes(tmp_path, layout, order, bits, scale):
    palette = np.zeros((3, 2**bits), np.uint16)
    palette[:, :256] = np.stack([np.arange(256), 255 - np.arange(256), np.arange(256) // 2]) * scale
    stored = GREY.astype(f"u{bits // 8}")
    path = write(tmp_path / "a.tif", stored, order, photometric="palette", colormap=palette, **LAYOUTS[layout])
    close(path, np.dstack([GREY, 255 - GREY, GREY // 2]))


def ycbcr(rgb):
    r, g, b = np.moveaxis(rgb.astype(np.float64), -1, 0)
    luma = 0.299 * r + 0.587 * g + 0.114 * b
    return np.dstack([luma, (b - luma) / 1.772 + 128, (r - luma) / 1.402 + 128]).clip(0, 255)


@some_layouts
@pytest.mark.parametrize(("separate", "bits"), list(product([False, True], [8, 16])))
def test_luma_and_chroma(tmp_path, layout, separate, bits):
    stored = ycbcr(RGB).round().astype(np.uint8) if bits == 8 else (ycbcr(RGB) * 257).round().astype(np.uint16)
    path = write(tmp_path / "a.tif", stored, "<", separate, photometric="ycbcr", **LAYOUTS[layout])
    close(path, RGB, most=2 if bits == 8 else 1)


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize(("photometric", "bits"), list(product(["cielab", "icclab"], [8, 16])))
@pytest.mark.parametrize(("lab", "wanted"), [((54.29, 80.81, 69.89), (255, 0, 0)), ((29.57, 68.3, -112.03), (0, 0, 255))])
def test_lab(tmp_path, photometric, separate, bits, lab, wanted):  # of sRGB's red and blue, under D50
    lowest = 0 if photometric == "cielab" else 128
    scales = {
        ("cielab", 8): (2.55, 1),
        ("cielab", 16): (655.35, 256),
        ("icclab", 8): (2.55, 1),
        ("icclab", 16): (652.8, 256),
    }
    light, others = scales[photometric, bits]
    values = np.round([lab[0] * light, (lab[1] + lowest) * others, (lab[2] + lowest) * others]).astype(int)
    stored = np.broadcast_to(values, (24, 32, 3)).astype(f"u{bits // 8}")  # negative ones as two's complement
    path = write(tmp_path / "a.tif", stored, "<", separate, photometric=photometric)
    np.testing.assert_allclose(images.decode(path)[12, 16].astype(int), wanted, atol=9 if bits == 8 else 1)
