"""The photographs that exports name: which file, and its size without decoding it."""

import numpy as np
import pytest
from PIL import ExifTags, Image

from xaesthetic.data import images
from xaesthetic.data.datasets._photographs import find_photographs, header_size


@pytest.mark.parametrize("turn", range(9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_a_size_is_that_of_the_upright_photograph(tmp_path, turn, suffix, monkeypatch):
    path, exif = tmp_path / f"a{suffix}", Image.Exif()
    exif[ExifTags.Base.Orientation] = turn
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(path, exif=exif)
    upright = images.decode(path).shape[:2]
    monkeypatch.setattr(Image.Image, "load", None)
    assert header_size(path) == upright


def test_what_has_no_size(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    assert header_size(tmp_path / "a.png") is None
    assert header_size(tmp_path / "b.png") is None


@pytest.fixture
def folder(tmp_path):
    def write(*names):
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        return tmp_path

    return write


def test_images_is_no_part_of_a_name(folder):
    place = folder("images/a/1.png", "2.png", "images/2.png")
    names = ["a/1.png", "images/a/1.png", "2.png", "images/2.png", "there/2.png"]
    photographs = find_photographs(place, names)
    assert [photographs[name].id for name in names[:4]] == ["a/1.png", "a/1.png", "2.png", "images/2.png"]
    assert photographs["images/2.png"].path == place / "images" / "2.png"
    assert photographs["there/2.png"].problem


def test_a_name_that_could_be_beside_or_in_images(folder):
    found = find_photographs(folder("2.png", "images/2.png"), ["there/2.png"])["there/2.png"]
    assert found.problem.endswith(": there/2.png: it could be 2.png or images/2.png.")


def test_images_may_be_a_link(folder):
    place = folder("elsewhere/1.png", "export/export.json")
    (place / "export" / "images").symlink_to(place / "elsewhere")
    assert find_photographs(place / "export", ["1.png"])["1.png"].path == place / "export" / "images" / "1.png"


def test_the_servers_folder_of_uploads_is_no_folder_of_photographs(folder):
    place = folder("a/1.png")
    assert find_photographs(place, ["/data/upload/3/1.png"])["/data/upload/3/1.png"].id == "a/1.png"
    both = ["/data/upload/3/1.png", "/data/upload/4/1.png"]
    assert all(photograph.problem for photograph in find_photographs(place, both).values())
