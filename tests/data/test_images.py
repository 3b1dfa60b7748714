import io
import struct
import zlib

import numpy as np
import PIL
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import InputSpec
from xaesthetic.data import decoding, images


def saved(path, image, **options):
    image.save(path, **options)
    return path


def test_lossless_formats_come_back_exactly(photo, tmp_path):
    for name, options in (("a.png", {}), ("a.tif", {}), ("a.webp", {"lossless": True}), ("a.bmp", {})):
        np.testing.assert_array_equal(images.decode(saved(tmp_path / name, Image.fromarray(photo), **options)), photo)


def test_jpeg_is_close(photo, tmp_path):
    smooth = np.repeat(np.repeat(photo[::6, ::8], 6, 0), 8, 1)
    decoded = images.decode(saved(tmp_path / "a.jpg", Image.fromarray(smooth), quality=98, subsampling=0))
    assert np.abs(decoded.astype(int) - smooth).mean() < 3


def test_grey_of_every_depth(tmp_path):
    ramp = np.linspace(0, 255, 32 * 24).astype(np.uint8).reshape(24, 32)
    eight = saved(tmp_path / "8.png", Image.fromarray(ramp))
    sixteen = saved(tmp_path / "16.png", Image.fromarray(ramp.astype(np.uint16) * 257))
    tiff = saved(tmp_path / "16.tif", Image.fromarray(ramp.astype(np.uint16) * 257))
    floats = saved(tmp_path / "f.tif", Image.fromarray(ramp.astype(np.float32) / 255))
    for path in (eight, sixteen, tiff, floats):
        np.testing.assert_array_equal(images.decode(path), np.repeat(ramp[..., None], 3, -1), err_msg=path.name)


def test_one_bit(tmp_path):
    bits = np.indices((24, 32)).sum(0) % 2 == 0
    decoded = images.decode(saved(tmp_path / "1.png", Image.fromarray(bits)))
    np.testing.assert_array_equal(decoded, np.repeat(bits[..., None], 3, -1) * 255)


def png16(pixels):
    """A 16-bit RGB PNG, which Pillow reads but does not write."""
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 16, 2, 0, 0, 0)
    body = b"\x89PNG\r\n\x1a\n"
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        body += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return body


def test_sixteen_bit_color(photo, tmp_path):
    (tmp_path / "a.png").write_bytes(png16(photo.astype(np.uint16) * 257))
    np.testing.assert_array_equal(images.decode(tmp_path / "a.png"), photo)


def test_palette(photo, tmp_path):
    flat = (photo // 128 * 255).astype(np.uint8)
    path = saved(tmp_path / "p.png", Image.fromarray(flat).quantize(16, method=Image.Quantize.FASTOCTREE))
    np.testing.assert_array_equal(images.decode(path), flat)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_lies_on_white(tmp_path, mode):
    image = Image.new(mode, (32, 24), (0,) * len(mode))
    image.paste((100,) * (len(mode) - 1) + (255,), (0, 0, 16, 24))
    decoded = images.decode(saved(tmp_path / "t.png", image))
    assert (decoded[:, :16] == 100).all()
    assert (decoded[:, 16:] == 255).all()


def test_a_transparent_palette_color_lies_on_white(tmp_path):
    image = Image.new("P", (32, 24), 1)
    image.putpalette([9, 9, 9, 200, 10, 30])
    image.paste(0, (0, 0, 16, 24))
    decoded = images.decode(saved(tmp_path / "t.png", image, transparency=0))
    assert (decoded[:, :16] == 255).all()
    assert (decoded[:, 16:] == (200, 10, 30)).all()


@pytest.mark.parametrize(
    ("mode", "red", "name"),
    [("CMYK", (0, 255, 255, 0), "c.jpg"), ("CMYK", (0, 255, 255, 0), "c.tif"), ("LAB", (136, 208, 195), "lab.tif")],
)
def test_inks_and_lab(tmp_path, mode, red, name):  # L 53.3, a 80, b 67 is sRGB red
    decoded = images.decode(saved(tmp_path / name, Image.new(mode, (32, 24), red)))
    np.testing.assert_allclose(decoded[12, 16].astype(int), (255, 0, 0), atol=12)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(photo, tmp_path, orientation):
    turn = {2: (0, True), 3: (2, False), 4: (2, True), 5: (1, True), 6: (3, False), 7: (3, True), 8: (1, False)}
    quarter, mirror = turn.get(orientation, (0, False))
    upright = np.rot90(photo, quarter)
    upright = upright[:, ::-1] if mirror and orientation in (2, 4) else upright
    upright = upright[::-1] if mirror and orientation in (5, 7) else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind in ("png", "tiff", "webp", "jpeg"):
        decoded = images.decode(saved(tmp_path / "a", Image.fromarray(photo), format=kind, exif=exif))
        assert np.abs(decoded.astype(int) - upright).mean() < (5 if kind in ("webp", "jpeg") else 1e-9)


def test_an_embedded_profile_is_turned_to_srgb(photo, tmp_path, profiles):
    color = images.decode(saved(tmp_path / "a.png", Image.fromarray(photo), icc_profile=profiles["swapped"]))
    np.testing.assert_allclose(color.astype(int), photo[..., [1, 0, 2]], atol=2)
    for mode in ("L", "LA"):
        gray = Image.new(mode, (32, 24), (128, 255)[: len(mode)])
        decoded = images.decode(saved(tmp_path / "g.png", gray, icc_profile=profiles["linear gray"]))
        assert np.abs(decoded.astype(int) - 188).max() <= 1  # 255 * (1.055 * (128 / 255) ** (1 / 2.4) - 0.055)
    for cyan in (0, 255):
        inks = Image.new("CMYK", (32, 24), (cyan, 90, 10, 60))
        decoded = images.decode(saved(tmp_path / "c.tif", inks, icc_profile=profiles["cyan is light"]))
        assert np.abs(decoded.astype(int) - cyan).max() <= 2


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_profile_that_cannot_be_used_is_passed_over(photo, tmp_path, profiles, mode):
    picture = Image.fromarray(photo).convert(mode)
    plain = images.decode(saved(tmp_path / "plain.tif", picture))
    wrong = profiles["linear gray" if mode == "RGB" else "swapped"]
    for bad in (b"not a profile at all", wrong[:200], wrong):
        np.testing.assert_array_equal(images.decode(saved(tmp_path / "a.tif", picture, icc_profile=bad)), plain)


def test_damaged_exif_is_passed_over(photo, tmp_path):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a text"
    good = exif.tobytes()
    endless = good.replace(*(struct.pack(">HH", 0x010E, kind) for kind in (2, 5)))
    turned = np.rot90(photo, 3) if int(PIL.__version__.split(".")[0]) >= 13 else photo
    for bad, wanted in ((good[:6] + b"XX" + good[8:], photo), (good[:17], photo), (endless, turned)):
        assert bad != good
        np.testing.assert_array_equal(images.decode(saved(tmp_path / "a.png", Image.fromarray(photo), exif=bad)), wanted)


def test_a_transparent_color_lies_on_white_and_deep_grey_is_opaque(photo, tmp_path):
    decoded = images.decode(saved(tmp_path / "t.png", Image.fromarray(photo), transparency=(220, 40, 30)))
    np.testing.assert_array_equal(decoded, np.where((photo == (220, 40, 30)).all(-1)[..., None], 255, photo))
    deep = Image.fromarray(photo[..., 0].astype(np.uint16) * 257 + 100)
    np.testing.assert_array_equal(images.decode(saved(tmp_path / "d.png", deep, transparency=5))[..., 0], photo[..., 0])


def test_floats_that_are_no_shades(tmp_path):
    shades = np.full((24, 32), 0.5, np.float32)
    shades.ravel()[1:7] = (np.nan, np.inf, -np.inf, 3e38, -7, 2)
    shades.view(np.uint32)[0, 0] = 0x7F800001  # a signalling nan
    decoded = images.decode(saved(tmp_path / "f.tif", Image.fromarray(shades)))[..., 1]
    assert decoded.ravel()[:8].tolist() == [0, 0, 255, 0, 255, 0, 255, 128]


def test_a_stereo_jpeg_is_its_first_picture(photo, tmp_path):
    first = Image.fromarray(photo)
    path = saved(tmp_path / "a.jpg", first, format="MPO", save_all=True, append_images=[Image.fromarray(photo[::-1])])
    assert np.abs(images.decode(path).astype(int) - photo).mean() < 5


def reason(path):
    with pytest.raises(DataError) as caught:
        images.decode(path)
    assert str(caught.value).count(str(path)) == 1
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_cannot_be_used_says_why(photo, tmp_path, monkeypatch):
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "text.jpg").write_text("no photograph")
    (tmp_path / "folder.jpg").mkdir()
    picture = Image.fromarray(photo)
    assert "the file is empty" in reason(tmp_path / "empty.jpg")
    assert "not an image" in reason(tmp_path / "text.jpg")
    assert "directory" in reason(tmp_path / "folder.jpg").lower()
    assert "No such file" in reason(tmp_path / "gone.jpg")
    for size in ((1, 1), (15, 200), (200, 15)):
        assert f"too small, {size[0]} x {size[1]}" in reason(saved(tmp_path / "one.png", Image.new("RGB", size)))
    moving = saved(tmp_path / "a.gif", picture, save_all=True, append_images=[Image.fromarray(photo[::-1])])
    assert "animated" in reason(moving)
    pages = saved(tmp_path / "a.tif", picture, save_all=True, append_images=[Image.fromarray(photo[::-1])])
    assert "several pages (2)" in reason(pages)
    bomb = bytearray(png16(photo))
    bomb[16:24] = struct.pack(">II", 60000, 60000)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bytes(bomb[12:29])))
    (tmp_path / "bomb.png").write_bytes(bytes(bomb))
    assert "absurdly large" in reason(tmp_path / "bomb.png")
    monkeypatch.setattr(decoding, "LARGEST", 4000)
    assert "absurdly large, 80 x 60" in reason(saved(tmp_path / "large.png", picture))


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff", "gif", "bmp", "ppm"])
def test_damaged_files_are_data_errors_and_nothing_else(photo, tmp_path, kind):
    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, kind)
    whole, random = buffer.getvalue(), np.random.default_rng(0)
    refused = 0
    for _ in range(60):
        data = bytearray(whole)
        if random.random() < 0.5:
            data = data[: random.integers(1, len(data))]
        for _ in range(random.integers(0, 8)):
            data[random.integers(len(data))] = random.integers(256)
        path = tmp_path / f"a.{kind}"
        path.write_bytes(bytes(data))
        try:
            assert images.decode(path).ndim == 3
        except DataError:
            refused += 1
    assert refused > 10


@pytest.mark.parametrize("error", [RuntimeError, NotImplementedError, struct.error, ZeroDivisionError, AttributeError])
def test_whatever_a_reader_raises_is_a_data_error(photo, tmp_path, monkeypatch, error):
    def fail(self):
        raise error("odd")

    path = saved(tmp_path / "a.png", Image.fromarray(photo))
    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load_prepare", fail)
    assert "cannot be read (odd)" in reason(path)


def test_bytes_and_floats():
    rgb = np.array([-0.1, 0, 0.498, 0.499, 1, 1.2], np.float32).reshape(1, 2, 3)
    assert images.to_bytes(rgb).ravel().tolist() == [0, 0, 127, 127, 255, 255]  # 0.498 is 126.99, 0.499 is 127.2
    shades = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    np.testing.assert_array_equal(images.to_bytes(images.to_float(shades)), shades)


@given(st.integers(1, 40), st.integers(1, 40))
def test_area_weights_against_plain_loops(cells, pooled):
    weights = images.area_weights(cells, pooled)
    for row in range(pooled):
        left, right = row * cells / pooled, (row + 1) * cells / pooled
        for column in range(cells):
            share = max(0.0, min(right, column + 1) - max(left, column)) / (right - left)
            assert weights[row, column] == pytest.approx(share, abs=1e-6)
    np.testing.assert_allclose(weights.sum(1), 1, rtol=1e-5)
    np.testing.assert_allclose(weights.sum(0), pooled / cells, rtol=1e-5)


def test_to_pixels_keeps_the_mean():
    grid = np.random.default_rng(0).random((10, 10)).astype(np.float32)
    assert images.to_pixels(grid, (600, 800)).mean() == pytest.approx(grid.mean(), rel=1e-5)


def test_to_input_by_hand():
    pixels = np.zeros((20, 30, 3), np.uint8) + np.array([255, 51, 0], np.uint8)
    plain = images.to_input(pixels, InputSpec((4, 5), mean=(0.5, 0.1, 0.2), std=(0.5, 1.0, 2.0), scale=1.0))
    assert plain.shape == (3, 4, 5)
    np.testing.assert_allclose(plain[:, 0, 0], [1, 0.1, -0.1], atol=1e-6)
    swapped = images.to_input(pixels, InputSpec((4, 5), mean=(104.0, 117.0, 123.0), bgr=True))
    np.testing.assert_allclose(swapped[:, 3, 4], [-104, 51 - 117, 255 - 123], atol=1e-4)


def test_to_input_subtracts_a_mean_image():
    pixels = np.random.default_rng(0).integers(0, 255, (4, 5, 3), dtype=np.uint8)
    mean = pixels.transpose(2, 0, 1)[::-1].astype(np.float32)
    np.testing.assert_allclose(images.to_input(pixels, InputSpec((4, 5), mean=mean.copy(), bgr=True)), 0)


@pytest.mark.parametrize(("how", "filter_"), [("nearest", 0), ("bilinear", 2), ("bicubic", 3)])  # Pillow's numbers
def test_to_input_resamples_as_the_network_wants(photo, how, filter_):
    shown = images.to_input(photo, InputSpec((31, 37), mean=(0.0, 0.0, 0.0), resample=how))
    np.testing.assert_array_equal(shown.transpose(1, 2, 0), Image.fromarray(photo).resize((37, 31), filter_))


def test_resize_is_antialiased_but_for_nearest():
    stripes = np.zeros((40, 40, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(images.resize(stripes, (10, 10)).astype(int) - 128).max() < 12
    assert set(np.unique(images.resize(stripes, (10, 10), "nearest"))) <= {0, 255}


def test_region_by_hand():
    square = ((2.0, 1.0), (5.0, 1.0), (5.0, 3.0), (2.0, 3.0))
    inside = images.region((square,), (6, 8))
    assert inside[2, 3]
    assert not inside[3 + 1 :].any()
    assert not inside[:, 6:].any()
    assert not images.region((), (6, 8)).any()
    assert images.region((square, square, ((6.0, 4.0), (7.5, 4.0), (7.5, 5.5), (6.0, 5.5))), (6, 8))[[2, 5], [3, 7]].all()
