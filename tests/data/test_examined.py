"""Examining a photograph says what reading it says: the same size, the same reason, also of damaged files."""

import io
import random

import numpy as np
import pytest
from PIL import Image

from xaesthetic.core.errors import DataError
from xaesthetic.data import images

KINDS = [{"quality": 90}, {"quality": 90, "progressive": True}, {"subsampling": 0}, {"restart_marker_blocks": 3}]


def said(function, path):
    try:
        return function(path)
    except DataError as error:
        return str(error)


def encoded(photo, mode, options):
    file = io.BytesIO()
    Image.fromarray(photo).convert(mode).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("options", KINDS, ids=lambda options: next(iter(options)))
def test_damaged_jpegs_are_refused_by_both_or_by_none(photo, tmp_path, mode, options):
    whole, chance, path, outcomes = encoded(photo, mode, options), random.Random(0), tmp_path / "a.jpg", set()
    for number in range(60):
        damaged = bytearray(whole[: chance.randrange(1, len(whole))] if number % 3 == 0 else whole)
        for _ in range((0, 1, 20)[number % 3]):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        wanted = said(lambda path: images.read_photograph(path).size, path)
        assert said(images.read_through, path) == wanted
        outcomes.add(type(wanted))
    assert outcomes == {str, tuple}


@pytest.mark.parametrize("suffix", ["png", "webp", "tif", "gif"])
@pytest.mark.parametrize("share", [0.6, 1.0])
def test_other_formats_too(photo, tmp_path, suffix, share):
    Image.fromarray(photo).save(path := tmp_path / f"a.{suffix}")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert said(images.read_through, path) == said(lambda path: images.read_photograph(path).size, path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_is_that_of_the_upright_photograph(photo, tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(photo).save(tmp_path / "a.jpg", exif=exif)
    assert images.read_through(tmp_path / "a.jpg") == images.read_photograph(tmp_path / "a.jpg").size


def test_squashing_the_image_is_squashing_its_pixels(photo, tmp_path):
    for suffix in ("jpg", "png", "tif"):
        Image.fromarray(photo).save(path := tmp_path / f"a.{suffix}")
        for resample in images.RESAMPLE:
            squashed = images.squash(images.read_upright(path).image, (27, 23), resample)
            np.testing.assert_array_equal(squashed, images.resize(images.decode(path), (27, 23), resample))
