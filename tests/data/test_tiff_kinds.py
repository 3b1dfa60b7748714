"""TIFFs of odd depths and packings, written byte by byte, and what cannot be known."""

import io
import struct

import numpy as np
import pytest
import tifffile
from PIL import Image, TiffImagePlugin

from xaesthetic.core.errors import DataError
from xaesthetic.data import images

ROWS, COLUMNS = np.mgrid[0:24, 0:37]  # an odd width: packed rows end within a byte
GREY = (ROWS * 7 + COLUMNS * 2).astype(np.uint8)
RGB = np.dstack([GREY, 255 - GREY, GREY // 2])


def tiff(path, data, order="<", **tags):
    """One strip; tags by number, as ``t262=1``."""
    known = {256: 37, 257: 24, 258: 16, 259: 1, 262: 1, 273: 8, 277: 1, 278: 24, 279: len(data)}
    known |= {int(tag[1:]): value for tag, value in tags.items()}
    body, table = data + bytes(len(data) % 2), b""
    for tag, value in sorted(known.items()):
        values = value if isinstance(value, tuple) else (value,)
        packed = struct.pack(f"{order}{len(values)}I", *values)
        if len(values) > 1:
            packed, body = struct.pack(order + "I", 8 + len(body)), body + packed
        table += struct.pack(order + "HHI", tag, 4, len(values)) + packed
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8 + len(body))
    path.write_bytes(head + body + struct.pack(order + "H", len(known)) + table + bytes(4))
    return path


def compressed(data, kind, **tiffinfo):
    """A strip's bytes, compressed by libtiff."""
    file = io.BytesIO()
    picture = Image.frombytes("L", (len(data) // 24, 24), data)
    picture.save(file, "TIFF", compression=kind, tiffinfo={278: 24} | tiffinfo)
    file.seek(0)
    with TiffImagePlugin.TiffImageFile(file) as image:
        (offset,), (count,) = (image.tag_v2[tag] for tag in (273, 279))
    return file.getvalue()[offset : offset + count]


def packed(values, bits):
    digits = np.unpackbits(values.astype(">u2").reshape(*values.shape, 1).view(np.uint8), axis=-1)[..., 16 - bits :]
    return np.packbits(digits.reshape(len(values), -1), axis=1).tobytes()


def shades(path):
    return images.decode(path).astype(int)


def grey(values):
    return np.repeat(values[..., None], 3, axis=-1).astype(int)


def reason(path):
    with pytest.raises(DataError) as caught:
        images.decode(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("bits", [10, 12, 14])
@pytest.mark.parametrize("order", "<>")
def test_packed_depths(tmp_path, bits, order):
    white = 2**bits - 1
    values = np.round(GREY * (white / 255)).astype(int)
    for photometric, stored in ((1, values), (0, white - values)):
        path = tiff(tmp_path / "a.tif", packed(stored, bits), order, t258=bits, t262=photometric)
        assert np.abs(shades(path) - grey(GREY)).max() <= 1
    colors = np.round(RGB * (white / 255)).astype(int).reshape(24, -1)
    path = tiff(tmp_path / "c.tif", packed(colors, bits), order, t258=(bits,) * 3, t262=2, t277=3)
    assert np.abs(shades(path) - RGB).max() <= 1


@pytest.mark.parametrize(("number", "kind"), [(5, "tiff_lzw"), (32773, "packbits"), (8, "tiff_adobe_deflate")])
@pytest.mark.parametrize("order", "<>")
def test_compressions_of_sixteen_bits(tmp_path, number, kind, order):
    rgb = RGB.astype(f"{order}u2") * 257
    for values, channels, photometric in ((rgb, 3, 2), (65535 - rgb[..., :1], 1, 0)):
        data = values.astype(f"{order}u2").tobytes()
        bits = (16,) * channels if channels > 1 else 16
        tags = {"t258": bits, "t259": number, "t262": photometric, "t277": channels}
        path = tiff(tmp_path / "a.tif", compressed(data, kind), order, **tags)
        np.testing.assert_array_equal(shades(path), RGB if channels == 3 else grey(RGB[..., 0]))
    if number != 32773:
        steps = np.diff(rgb.astype(np.uint16), axis=1, prepend=np.zeros((24, 1, 3), np.uint16)).astype(f"{order}u2")
        tags = {"t258": (16, 16, 16), "t259": number, "t262": 2, "t277": 3, "t317": 2}
        path = tiff(tmp_path / "p.tif", compressed(steps.tobytes(), kind), order, **tags)
        np.testing.assert_array_equal(shades(path), RGB)


def test_bits_in_the_other_order(tmp_path):
    data = (GREY.astype("<u2") * 257).tobytes()
    turned = bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)
    np.testing.assert_array_equal(shades(tiff(tmp_path / "a.tif", turned, t266=2)), grey(GREY))
    turned = bytes(int(f"{byte:08b}"[::-1], 2) for byte in compressed(data, "tiff_lzw"))
    np.testing.assert_array_equal(shades(tiff(tmp_path / "b.tif", turned, t259=5, t266=2)), grey(GREY))


def test_floats(tmp_path):
    for size in (2, 4, 8):
        for values in (GREY, RGB):
            path = tmp_path / f"{size}.tif"
            photometric = "rgb" if values.ndim == 3 else "minisblack"
            tifffile.imwrite(path, (values / 255).astype(f"f{size}"), photometric=photometric, metadata=None)
            assert np.abs(shades(path) - (values if values.ndim == 3 else grey(values))).max() <= 1
    tifffile.imwrite(tmp_path / "w.tif", (1 - GREY / 255).astype("f4"), photometric="miniswhite", metadata=None)
    assert np.abs(shades(tmp_path / "w.tif") - grey(GREY)).max() <= 1


@pytest.mark.parametrize("order", "<>")
def test_the_predictor_of_floats(tmp_path, order):  # Adobe's technical note 3: the differences of the bytes, high ones first
    values = (RGB / 255).astype(">f4")
    parts = values.view(np.uint8).reshape(24, 37 * 3, 4).swapaxes(1, 2).reshape(24, -1, 3)
    steps = np.diff(parts, axis=1, prepend=np.zeros((24, 1, 3), np.uint8))
    tags = {"t258": (32, 32, 32), "t259": 5, "t262": 2, "t277": 3, "t317": 3, "t339": (3, 3, 3)}
    path = tiff(tmp_path / "a.tif", compressed(steps.tobytes(), "tiff_lzw"), order, **tags)
    np.testing.assert_array_equal(shades(path), RGB)


def test_thirty_two_bits(tmp_path):
    full = GREY.astype(np.uint32) * 16843009
    for name, stored, white in (("b", full, "minisblack"), ("w", 2**32 - 1 - full, "miniswhite")):
        tifffile.imwrite(tmp_path / name, stored.astype(np.uint32), photometric=white, metadata=None)
        np.testing.assert_array_equal(shades(tmp_path / name), grey(GREY))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (GREY.astype(np.float32), "values go up to 233"),
        (GREY.astype(np.float32) * 257, "cannot be known which value is white"),
        (GREY.astype(np.float32) / 1e6, "cannot be known which value is white"),
        (GREY.astype(np.uint32), "values go up to 233 where white should be 4.29497e\\+09"),
        (GREY.astype(np.uint32) * 257, "cannot be known which value is white"),
        (GREY.astype(np.uint16) // 3, "cannot be known which value is white"),
        (GREY.astype(np.int16), "signed or complex"),
        (GREY.astype(np.int32) * 257, "signed or complex"),
        (GREY.astype(np.complex64), "signed or complex"),
    ],
)
def test_what_cannot_be_known_is_refused(tmp_path, values, said):
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack", metadata=None)
    with pytest.raises(DataError, match=said):
        images.decode(tmp_path / "a.tif")


def test_layouts_that_are_not_read_say_so(tmp_path):
    data = (GREY.astype("<u2") * 257).tobytes()
    assert "compression 7 is not read" in reason(tiff(tmp_path / "jpeg.tif", data, t259=7))
    assert "photometric interpretation 32844" in reason(tiff(tmp_path / "logl.tif", data, t262=32844))
    assert "channels of different kinds" in reason(tiff(tmp_path / "565.tif", data, t258=(5, 6, 5), t262=2, t277=3))
    assert "a strip or tile is missing" in reason(tiff(tmp_path / "short.tif", data, t278=4))
    assert "fewer samples of colour" in reason(tiff(tmp_path / "sub.tif", data, t258=(8, 8, 8), t262=6, t277=3, t530=(2, 2)))
    assert "predictor 2" in reason(tiff(tmp_path / "plain.tif", data, t317=2))
    assert "end early" in reason(tiff(tmp_path / "cut.tif", data, t257=5000, t278=5000))
    assert "cannot be read" in reason(tiff(tmp_path / "lzw.tif", data[:99], t259=5))
    assert "4 channels as 16 bits" in reason(tiff(tmp_path / "inks.tif", data * 4, t258=(16,) * 4, t262=5, t277=4, t332=2))


def test_raw_data_are_no_photograph(tmp_path):
    data = (GREY.astype("<u2") * 257).tobytes()
    for name, tags in (("mosaic.tif", {"t262": 32803}), ("dng.tif", {"t50706": 1}), ("thumb.tif", {"t254": 1})):
        assert "raw converter" in reason(tiff(tmp_path / name, data, **tags))


def test_big_tiffs_orientation_profiles_and_smaller_versions(tmp_path, photo, profiles):
    options = {"photometric": "rgb", "metadata": None}
    deep = photo.astype(np.uint16) * 257
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, deep, bigtiff=True, extratags=[(274, 3, 1, 6, True)], **options)
    np.testing.assert_array_equal(images.decode(path), np.rot90(photo, 3))
    assert images.read_photograph(path).size == (80, 60)
    tifffile.imwrite(path, deep, iccprofile=profiles["swapped"], **options)
    np.testing.assert_allclose(shades(path), photo[..., [1, 0, 2]], atol=2)
    with tifffile.TiffWriter(path) as file:
        file.write(deep, **options)
        file.write(deep[::2, ::2], subfiletype=1, **options)
    np.testing.assert_array_equal(images.decode(path), photo)
    with tifffile.TiffWriter(path) as file:
        for _ in range(3):
            file.write(deep, **options)
    assert "several pages (3)" in reason(path)
