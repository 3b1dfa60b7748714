"""What a PNG marks: by alpha, by a palette's index, by colour; bounded by its header."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Annotation, Record
from xaesthetic.data import masks, scale
from xaesthetic.data.annotations import annotation_rows

MARKED = np.zeros((30, 40), bool)
MARKED[5:15, 10:20] = True  # 100 pixels


def png(image, **options):
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


def layered(color, ground, mode="RGBA"):
    """Marked pixels of one colour and opacity, the rest of another."""
    values = np.where(MARKED[..., None], np.array(color, np.uint8), np.array(ground, np.uint8)).astype(np.uint8)
    return Image.fromarray(values, mode) if mode in ("RGBA", "LA") else Image.fromarray(values)


def palette(index, ground, colors, **options):
    image = Image.fromarray(np.where(MARKED, index, ground).astype(np.uint8))
    image = Image.frombytes("P", image.size, image.tobytes())
    image.putpalette(colors)
    return png(image, **options)


def chunks(*parts):
    body = b"\x89PNG\r\n\x1a\n"
    for kind, data in parts:
        body += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return body


def deep_color(values):
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", 40, 30, 16, 2, 0, 0, 0)
    return chunks((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))


CASES = {
    "white on black": png(Image.fromarray(MARKED)),
    "grey 1": png(Image.fromarray(MARKED.astype(np.uint8))),
    "16 bits, value 1": png(Image.fromarray(MARKED.astype(np.uint16))),
    "16 bits, value 200": png(Image.fromarray(MARKED.astype(np.uint16) * 200)),
    "16 bits, transparent ground": png(Image.fromarray(np.where(MARKED, 0, 9).astype(np.uint16)), transparency=9),
    "white on transparent white": png(layered((255, 255, 255, 255), (255, 255, 255, 0))),
    "white on transparent black": png(layered((255, 255, 255, 255), (0, 0, 0, 0))),
    "black on transparent": png(layered((0, 0, 0, 255), (0, 0, 0, 0))),
    "black on transparent grey": png(layered((0, 255), (0, 0), "LA")),
    "faint on transparent": png(layered((255, 0, 0, 90), (0, 0, 0, 0))),
    "opaque white on black": png(layered((255, 255, 255, 255), (0, 0, 0, 255))),
    "evenly faint white on black": png(layered((255, 255, 255, 128), (0, 0, 0, 128))),
    "a transparent colour": png(layered((0, 0, 0), (255, 255, 255), "RGB"), transparency=(255, 255, 255)),
    "the darkest blue": png(layered((0, 0, 1), (0, 0, 0), "RGB")),
    "palette, dark blue": palette(1, 0, [0, 0, 0, 0, 0, 1]),
    "palette, white ground": palette(1, 0, [255, 255, 255, 0, 0, 0]),
    "palette, both black": palette(7, 0, [0] * 24),
    "palette, transparent ground": palette(0, 3, [255] * 12, transparency=3),
    "16 bits of colour, black and white": deep_color(np.repeat(MARKED[..., None], 3, -1) * 65535),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_marked(case):
    np.testing.assert_array_equal(masks.read_mask(CASES[case], (30, 40)), MARKED)


def test_nothing_marked():
    for image in (Image.new("L", (40, 30)), Image.new("RGBA", (40, 30)), Image.new("P", (40, 30))):
        assert not masks.read_mask(png(image)).any()


@pytest.mark.parametrize("value", [1, 200, 30000])
def test_sixteen_bits_of_color_are_never_lost_silently(value):
    with pytest.raises(DataError, match="16 bits of colour"):
        masks.read_mask(deep_color(np.repeat(MARKED[..., None], 3, -1) * value))


def test_damaged_animated_and_other_sizes():
    good = CASES["white on black"]
    with pytest.raises(DataError, match=r"the mask is \(30, 40\), but the photograph \(40, 30\)"):
        masks.read_mask(good, (40, 30))
    for bad in (b"", b"no PNG", good[:-30], CASES["grey 1"][:60]):
        with pytest.raises(DataError, match="the mask cannot be read"):
            masks.read_mask(bad)
    frames = [Image.new("L", (40, 30), shade) for shade in (0, 255)]
    with pytest.raises(DataError, match="animated"):
        masks.read_mask(png(frames[0], save_all=True, append_images=frames[1:]))


def test_a_bomb_is_refused_by_its_header(monkeypatch):
    """28,000 pixels a side in 97 kB: the pixels are never asked for."""
    header = struct.pack(">IIBBBBB", 28000, 28000, 1, 0, 0, 0, 0)
    bomb = chunks((b"IHDR", header), (b"IDAT", zlib.compress(bytes(3501 * 100))), (b"IEND", b""))
    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", lambda self: pytest.fail("decoded"))
    for size, said in (((600, 800), "but the photograph"), (None, "too large")):
        with pytest.raises(DataError, match=said):
            masks.read_mask(bomb, size)
    marks = Annotation("anna", "", region=bomb)
    (row,) = annotation_rows(Record("a", Path("a.png"), "a", annotations=(marks,)), (600, 800))
    assert row["reason"] == "the mask is (28000, 28000), but the photograph (600, 800) (height, width)"


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_compressed_text_does_not_fill_the_memory(kind):
    import tracemalloc

    text = {b"zTXt": b"a\0\0", b"iTXt": b"a\0\1\0\0\0", b"iCCP": b"a\0\0"}[kind] + zlib.compress(bytes(60_000_000))
    good = CASES["white on black"]
    bomb = good[:33] + chunks((kind, text))[8:] + good[33:]
    tracemalloc.start()
    with pytest.raises(DataError, match="cannot be read"):
        masks.read_mask(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_a_mask_of_nearly_everything_is_told():
    assert masks.find_mask_warning(MARKED) is None
    assert masks.find_mask_warning(np.arange(100).reshape(10, 10) < 90) is None
    assert "92 %" in masks.find_mask_warning(np.arange(100).reshape(10, 10) < 92)


def test_large_masks_come_at_the_scale_of_their_photographs(monkeypatch):
    monkeypatch.setattr(scale, "FULL", 1000)
    monkeypatch.setattr(scale, "_ENOUGH", 300)
    monkeypatch.setattr(masks, "_BAND", 80)
    large = masks.read_mask(CASES["black on transparent"], (30, 40))
    assert large.shape == scale.reduced((30, 40)) == (15, 20)
    np.testing.assert_array_equal(large, np.array(MARKED.reshape(15, 2, 20, 2).mean((1, 3)) >= 0.5))
