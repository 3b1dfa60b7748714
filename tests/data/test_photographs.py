"""Which files are photographs: by content, whatever they are called, and only regular ones."""

import os
import socket
import sys

import numpy as np
import pytest
from PIL import Image, features

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import open_regular, sha256
from xaesthetic.data import images
from xaesthetic.data.formats import kind_of
from xaesthetic.data.records import file_sum

SMOOTH = np.stack([*(np.mgrid[0:64, 0:96] * 2), np.full((64, 96), 90)], axis=-1).astype(np.uint8)


def reason(path):
    with pytest.raises(DataError) as caught:
        images.decode(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("special", ["pipe", "socket", "device", "folder"])
def test_what_is_no_regular_file_is_never_waited_for(tmp_path, special, monkeypatch):
    path = tmp_path / "a.jpg"
    if special == "pipe":
        os.mkfifo(path)
    elif special == "socket":
        monkeypatch.chdir(tmp_path)  # the name of a socket must be short
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("a.jpg")
    elif special == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    assert "not a regular file" in reason(path)
    for opening in (open_regular, sha256):
        with pytest.raises(DataError, match="not a regular file"):
            opening(path)
    assert file_sum(path) == ""


def test_a_link_to_a_photograph_is_one(tmp_path, photo, write_photo):
    (tmp_path / "b.png").symlink_to(write_photo(tmp_path / "a.png", photo))
    np.testing.assert_array_equal(images.decode(tmp_path / "b.png"), photo)
    (tmp_path / "c.png").symlink_to(tmp_path / "gone.png")
    assert "No such file" in reason(tmp_path / "c.png")


def test_files_are_known_by_their_content(tmp_path, photo, write_photo):
    file = write_photo(tmp_path / "a.png", photo)
    for name in ("b.jpg", "c.heic", "d.dng", "e"):
        np.testing.assert_array_equal(images.decode(file.rename(tmp_path / name)), photo)
        file = tmp_path / name


def test_jfif_and_more_suffixes():
    assert {".jfif", ".heic", ".heif", ".hif", ".avif", ".jpg", ".tiff"} <= images.SUFFIXES
    assert {".cr2", ".cr3", ".nef", ".arw", ".dng", ".raf", ".orf", ".rw2", ".pef", ".jp2", ".jxl"} <= set(images.UNREADABLE)
    assert not images.SUFFIXES & set(images.UNREADABLE)


@pytest.mark.parametrize("name", ["a.cr2", "b.NEF", "c.dng", "d.jp2", "e.jxl"])
def test_what_cannot_be_read_says_what_to_do(tmp_path, name, photo, write_photo):
    path = tmp_path / name
    path.write_bytes(b"unknown to us")
    assert "export it as JPEG, PNG or TIFF" in reason(path)
    write_photo(tmp_path / "a.tif", photo).rename(path)  # most raw files are TIFFs of a thumbnail
    assert "export it as JPEG, PNG or TIFF" in reason(path)


def test_raw_files_under_another_name(tmp_path):
    for head in (
        b"FUJIFILMCCD-RAW 0201",
        b"II*\0\x10\0\0\0CR\2\0",
        b"IIRO\x08\0\0\0",
        b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
    ):
        (tmp_path / "a.tif").write_bytes(head + bytes(300))
        assert "a camera's raw data" in reason(tmp_path / "a.tif")


def test_kinds_by_their_first_bytes():
    box = b"\0\0\0\x1cftypmif1\0\0\0\0mif1"
    assert kind_of(box + b"heicmiaf") == "HEIF"
    assert kind_of(box + b"avifmiaf") == "AVIF"
    assert kind_of(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom") == ""
    assert [kind_of(head) for head in (b"", b"P", b"%PDF-1.4", b"<svg ", b"8BPS", b"PK\3\4")] == [""] * 6
    assert kind_of(b"P6\n2 2\n255\n") == "PPM"


@pytest.mark.parametrize("orientation", [1, 6])
def test_heic(tmp_path, orientation):
    heif = pytest.importorskip("pillow_heif")
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = heif.from_pillow(Image.fromarray(SMOOTH))
    file.save(tmp_path / "a.heic", quality=95, exif=exif.tobytes())
    decoded = images.read_photograph(tmp_path / "a.heic")
    wanted = np.rot90(SMOOTH, 3) if orientation == 6 else SMOOTH
    assert decoded.size == decoded.pixels.shape[:2] == wanted.shape[:2]
    assert np.abs(decoded.pixels.astype(int) - wanted).mean() < 4


def test_heic_without_its_extra_names_it(tmp_path, monkeypatch):
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(300))
    for name in [name for name in sys.modules if name.partition(".")[0] == "pillow_heif"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert reason(tmp_path / "a.heic").endswith("which is not installed; pip install 'xaesthetic[heif]'.")


def test_a_damaged_heic_is_told(tmp_path):
    pytest.importorskip("pillow_heif")
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(300))
    assert "cannot be read" in reason(tmp_path / "a.heic")


@pytest.mark.skipif("avif" not in features.modules or not features.check("avif"), reason="a Pillow that reads no AVIF")
@pytest.mark.parametrize("orientation", [1, 6])
def test_avif(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(SMOOTH).save(tmp_path / "a.avif", quality=95, exif=exif)
    decoded = images.read_photograph(tmp_path / "a.avif")
    wanted = np.rot90(SMOOTH, 3) if orientation == 6 else SMOOTH
    assert decoded.size == decoded.pixels.shape[:2] == wanted.shape[:2]
    assert np.abs(decoded.pixels.astype(int) - wanted).mean() < 4
