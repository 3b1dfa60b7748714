"""JPEGs decoded at reduced scale: only where models take no more, upright, in their colours, and with the error measured."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from support.plugin_package import plugged  # noqa: F401  # a fixture

import xaesthetic as xa
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Experiment
from xaesthetic.data import images
from xaesthetic.run.schemas import PRECISION
from xaesthetic.stages.predict import rate

pytestmark = pytest.mark.usefixtures("plugged")
TURN = 0x0112


def smooth(height, width):
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([columns * 255 // width, rows * 255 // height, 255 - columns * 200 // width], axis=-1).astype(np.uint8)


@pytest.fixture
def photos(tmp_path):
    """Larger than twice the input of 32 x 32, larger by less, and a PNG."""
    folder = tmp_path / "photos"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 80, (200, 300, 3), dtype=np.uint8)
    Image.fromarray(smooth(200, 300) // 2 + noise).save(folder / "large.jpg")
    Image.fromarray(smooth(50, 300)).save(folder / "low.jpg")
    Image.fromarray(smooth(200, 300)).save(folder / "other.png")
    return folder


@pytest.fixture
def experiment(photos):
    return Experiment(str(photos), None, ("tiny_net",), ("cam",), ("all",), None, batch=3, decode="reduced")


@pytest.mark.parametrize(
    ("size", "least", "wanted"),
    [
        ((200, 300), (32, 32), (50, 75)),
        ((200, 300), (200, 300), (200, 300)),
        ((200, 300), (101, 10), (200, 300)),
        ((200, 300), (100, 150), (100, 150)),
        ((63, 63), (32, 32), (63, 63)),
        ((200, 300), (1, 1), (25, 38)),
        ((201, 301), (32, 32), (51, 76)),
    ],
)
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_what_is_left_is_never_smaller_than_what_is_needed(tmp_path, size, least, wanted, orientation):
    stored = size[::-1] if orientation >= 5 else size
    exif = Image.Exif()
    exif[TURN] = orientation
    Image.fromarray(smooth(*stored)).save(tmp_path / "a.jpg", exif=exif)
    upright = images.read_upright(tmp_path / "a.jpg", least=least)
    assert (upright.image.height, upright.image.width) == wanted
    assert upright.size == size


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_colours_and_orientation_are_those_of_the_whole(tmp_path, mode, orientation):
    exif = Image.Exif()
    exif[TURN] = orientation
    Image.fromarray(smooth(120, 240)).convert(mode).save(tmp_path / "a.jpg", exif=exif, quality=95)
    squashed = [
        images.squash(images.read_upright(tmp_path / "a.jpg", least=least).image, (20, 20)) for least in (None, (20, 20))
    ]
    np.testing.assert_allclose(*(item.astype(float) for item in squashed), atol=6)


def test_a_profile_is_honoured(tmp_path, profiles):
    Image.fromarray(smooth(120, 240)).save(tmp_path / "a.jpg", icc_profile=profiles["swapped"], quality=95)
    whole, less = (
        images.squash(images.read_upright(tmp_path / "a.jpg", least=least).image, (20, 20)) for least in (None, (20, 20))
    )
    np.testing.assert_allclose(whole.astype(float), less.astype(float), atol=6)
    assert np.abs(whole.astype(float) - images.resize(smooth(120, 240), (20, 20))).max() > 30


def test_the_error_is_in_a_table_and_only_where_something_is_given_up(experiment, tmp_path):
    run = xa.compare(experiment, tmp_path / "out", draw=False).run
    assert run.is_complete()
    table = run.read(PRECISION)
    change = (table["rating"] - table["full"]).abs().groupby(table["image"]).max()
    assert change["large.jpg"] > 0
    assert change["low.jpg"] == change["other.png"] == 0
    assert 0 < table["map"].max() < 0.2
    assert json.loads((run.root / "experiment.json").read_text())["question"]["decode"] == "reduced"
    assert xa.Run.open(run.root).experiment.given_up == "reduced decoding"


def test_it_is_part_of_the_question_and_left_out_where_it_is_full(experiment, tmp_path):
    full = xa.compare(replace(experiment, decode="full"), tmp_path / "out", draw=False).run
    assert "decode" not in json.loads((full.root / "experiment.json").read_text())["question"]
    assert not full.has(PRECISION)
    with pytest.raises(DataError, match="decode is full there and reduced here"):
        xa.compare(experiment, tmp_path / "out", draw=False)
    with pytest.raises(DataError, match="decode is 'half'; full or reduced was wanted"):
        replace(experiment, decode="half")


def test_what_needs_all_pixels_is_refused(experiment, tmp_path):
    with pytest.raises(DataError, match="holds edits, which need all pixels; leave out --decode reduced"):
        xa.compare(replace(experiment, data="sample"), tmp_path / "edits", draw=False)
    assert not (tmp_path / "edits").exists()
    run = xa.compare(experiment, tmp_path / "out", draw=False).run
    with pytest.raises(DataError, match="decoded at reduced scale, and faithfulness needs all their pixels"):
        xa.measure(run, "faithfulness")


def test_rating_without_a_run_says_the_error(experiment):
    ratings = rate([], experiment)
    assert (ratings.precision["rating"] != ratings.precision["full"]).any()
    assert "reduced decoding changes ratings by" in ratings._repr_html_()


def test_the_command_takes_it(command, experiment, tmp_path):
    words = ("--data", experiment.data, "--attr", "light", "--model", "tiny_net", "--decode", "reduced")
    status, out, _ = command("explain", *words, "--method", "cam", "--out", str(tmp_path / "run"))
    assert status == 0
    status, out, _ = command("predict", experiment.data, *words[2:])
    assert status == 0
    assert "reduced decoding against full decoding" in out
