"""Large photographs: bounded memory, at reduced scale, one at a time; sizes and coordinates stay the file's own."""

import io
import json
import struct
import subprocess
import sys
import threading
import zlib

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from support.places import ROOT

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import EditStep, Experiment, Record
from xaesthetic.data import decoding, images, scale
from xaesthetic.data.annotations import Elsewhere, human_maps
from xaesthetic.data.photograph import load_photograph
from xaesthetic.run.schemas import RECORDS
from xaesthetic.run.store import Run
from xaesthetic.stages.records import examine_records

SIZE = (90, 131)  # neither a multiple of a factor
SMOOTH = (
    np.stack([*(values * 2 for values in np.mgrid[0:90, 0:131]), np.full(SIZE, 90)], axis=-1).clip(0, 255).astype(np.uint8)
)


@pytest.fixture
def small_bounds(monkeypatch):
    """As if 131 x 90 were large: reduced to a quarter."""
    monkeypatch.setattr(scale, "FULL", 5000)
    monkeypatch.setattr(scale, "_ENOUGH", 1000)
    monkeypatch.setattr(decoding, "_BAND", 1500)


def test_scales():
    assert [scale.reduction((1, pixels)) for pixels in (1, 25_000_000, 25_000_001, 100_000_000, 250_000_000)] == [
        1,
        1,
        4,
        4,
        8,
    ]
    assert scale.reduced((15811, 15811)) == (1977, 1977)
    assert scale.reduced((4000, 6000)) == (4000, 6000)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff", "bmp", "ppm"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_reduced_but_of_the_files_own_size(tmp_path, small_bounds, kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {} if kind in ("bmp", "ppm") else {"exif": exif}
    Image.fromarray(SMOOTH).save(tmp_path / "a", kind, **options)
    read = images.read_photograph(tmp_path / "a")
    turned = orientation == 6 and options
    wanted = np.asarray(Image.fromarray(SMOOTH).reduce(4)).astype(int)
    wanted = np.rot90(wanted, 3) if turned else wanted
    assert read.size == (SIZE[::-1] if turned else SIZE)
    assert read.pixels.shape == wanted.shape == (*scale.reduced(read.size), 3)
    assert np.abs(read.pixels - wanted).mean() < 3
    assert np.abs(read.pixels[:-1, :-1] - wanted[:-1, :-1]).max() <= (16 if kind in ("jpeg", "webp") else 0)


def test_a_large_tiff_in_one_strip_is_left_to_pillow(tmp_path, small_bounds, monkeypatch):
    options = {"compression": "tiff_lzw", "tiffinfo": {278: 90}}
    Image.fromarray(SMOOTH).save(tmp_path / "a.tif", **options)
    wanted = images.decode(tmp_path / "a.tif")
    monkeypatch.setattr(decoding, "MEMORY", 150_000)  # Pillow takes 8 bytes a pixel, 94,320
    np.testing.assert_array_equal(images.decode(tmp_path / "a.tif"), wanted)
    monkeypatch.setattr(decoding, "MEMORY", 90_000)
    with pytest.raises(DataError, match="too large for the way it is stored"):
        images.decode(tmp_path / "a.tif")


def test_palettes_transparency_and_profiles_are_reduced_as_colors(tmp_path, small_bounds, profiles):
    image = Image.frombytes("P", (131, 90), (np.indices(SIZE).sum(0) % 2 * 200).astype(np.uint8).tobytes())
    image.putpalette([0, 0, 0] + [9] * 597 + [200, 100, 50])
    image.save(tmp_path / "p.png")
    assert np.abs(images.decode(tmp_path / "p.png")[:22, :32].astype(int) - (100, 50, 25)).max() <= 1
    half = np.where((np.indices(SIZE).sum(0) % 2)[..., None], (10, 20, 30, 255), (10, 20, 30, 0)).astype(np.uint8)
    Image.fromarray(half).save(tmp_path / "a.png")
    assert np.abs(images.decode(tmp_path / "a.png")[:22, :32].astype(int) - (132, 137, 142)).max() <= 1
    Image.fromarray(SMOOTH).save(tmp_path / "i.png", icc_profile=profiles["swapped"])
    swapped = np.asarray(Image.fromarray(SMOOTH).reduce(4)).astype(int)[..., [1, 0, 2]]
    np.testing.assert_allclose(images.decode(tmp_path / "i.png").astype(int), swapped, atol=2)


def test_subjects_stay_in_the_files_pixels(tmp_path, small_bounds):
    square = ((40.0, 20.0), (120.0, 20.0), (120.0, 60.0), (40.0, 60.0))
    subject = images.subject_region((square,), SIZE)
    wanted = np.zeros((23, 33), bool)
    wanted[5:15, 10:30] = True
    np.testing.assert_array_equal(subject, wanted)
    Image.fromarray(SMOOTH).save(tmp_path / "a.png")
    edited = load_photograph(Record("b", tmp_path / "a.png", "a", edit=EditStep("drain", 1.0), subject=(square,)))
    assert edited.shape == (23, 33, 3)
    records = [Record("b", tmp_path / "a.png", "a", edit=EditStep("drain", 1.0), subject=(square,))]
    run = Run.create(tmp_path / "run", Experiment("here", None, (), (), (), None), {"models": {}})
    examine_records(run, records)
    (row,) = run.read(RECORDS).to_dict("records")
    assert (row["height"], row["width"], row["reason"]) == (90, 131, "")


def test_people_are_measured_at_the_scale_of_the_photograph(small_bounds):
    file = io.BytesIO()
    mask = np.zeros(SIZE, np.uint8)
    mask[20:60, 40:120] = 255
    Image.fromarray(mask).save(file, "PNG")
    looked = Elsewhere({"a": np.array([[0.5, 0.5]]), "b": np.array([[0.9, 0.1]])})
    x, y = np.array([60.0, 130.9]), np.array([40.0, 89.9])
    rows = pd.DataFrame({"x": [x], "y": [y], "region": [b""], "annotator": ["anna"], "extent": [""]})
    people = human_maps("a", "", rows, SIZE, looked)
    assert people.everybody.density.shape == (23, 33)
    np.testing.assert_allclose(people.everybody.fixations, [[15, 10], [130.9 / 4, 89.9 / 4]])
    rows = pd.DataFrame({"x": [x[:0]], "y": [y[:0]], "region": [file.getvalue()], "annotator": ["anna"], "extent": [""]})
    marked = human_maps("a", "", rows, SIZE, looked).everybody.mask
    assert marked.sum() == 10 * 20


def test_a_region_of_many_bands_is_that_of_one(monkeypatch):
    corners = (((3.2, 4.1), (50.7, 11.3), (33.0, 58.9), (10.5, 40.2)),)
    whole = images.region(corners, (64, 60))
    monkeypatch.setattr(images, "_BAND", 300)
    np.testing.assert_array_equal(images.region(corners, (64, 60)), whole)


def test_large_ones_are_decoded_one_at_a_time(tmp_path, small_bounds, monkeypatch):
    Image.fromarray(SMOOTH).save(tmp_path / "a.png")
    Image.fromarray(SMOOTH[:30, :30]).save(tmp_path / "small.png")
    with decoding.in_turn(SIZE):  # as if another were being decoded
        images.decode(tmp_path / "small.png")
        waiting = threading.Thread(target=images.decode, args=(tmp_path / "a.png",))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
    waiting.join(60)
    assert not waiting.is_alive()


def png_header(width, height, kind=2, depth=8):
    data = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", data)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_what_is_too_large_is_refused_by_its_header(tmp_path, monkeypatch):
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("decoded"))
    (tmp_path / "a.png").write_bytes(png_header(15812, 15812) + chunk(b"IDAT", b"x"))
    with pytest.raises(DataError, match="absurdly large, 15812 x 15812; at most 250,000,000 pixels are read"):
        images.decode(tmp_path / "a.png")
    Image.fromarray(SMOOTH).save(tmp_path / "p.jpg", progressive=True, subsampling=0)
    data = bytearray((tmp_path / "p.jpg").read_bytes())
    frame = data.index(b"\xff\xc2")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 15811, 15811)
    (tmp_path / "p.jpg").write_bytes(data)
    with pytest.raises(DataError, match=r"too large for the way it is stored, 15811 x 15811: .* 1.5 GB"):
        images.decode(tmp_path / "p.jpg")


LARGE = r"""
import json, re, sys
from pathlib import Path
from xaesthetic.data import images
read = images.read_photograph(Path(sys.argv[1]))
peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]  # ru_maxrss counts the parent's
print(json.dumps([read.size, read.pixels.shape, read.pixels.mean(), int(peak)]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_250_megapixels_take_less_than_a_gigabyte_and_a_half(tmp_path, kind):
    side, path = 15811, tmp_path / f"a.{kind}"
    with path.open("wb") as file:
        if kind == "png":
            file.write(png_header(side, side))
            packer, row = zlib.compressobj(1), b"\0" + b"\x80" * (3 * side)
            for _ in range(side):
                file.write(chunk(b"IDAT", data) if (data := packer.compress(row)) else b"")
            file.write(chunk(b"IDAT", packer.flush()) + chunk(b"IEND", b""))
        else:  # 16 bits a channel in one strip, mostly a hole in the file
            tags = {256: side, 257: side, 258: 16, 259: 1, 262: 0, 273: 200, 277: 1, 278: side, 279: 2 * side * side}
            table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
            file.write(b"II*\0" + struct.pack("<IH", 8, len(tags)) + table)
            file.truncate(200 + 2 * side * side)
    done = subprocess.run([sys.executable, "-c", LARGE, path], check=True, capture_output=True, text=True, cwd=ROOT)
    size, shape, mean, kilobytes = json.loads(done.stdout)
    assert (size, shape) == ([side, side], [1977, 1977, 3])
    assert mean == (128 if kind == "png" else 255)
    assert kilobytes < 1_500_000
