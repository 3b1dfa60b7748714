"""`xa.explain` by a method that compares with a baseline: with two, as a run does, and what is known of them."""

import numpy as np
import pytest
from support import nets

import xaesthetic as xa
from xaesthetic.data import images
from xaesthetic.figures import style
from xaesthetic.models.baselines import baseline_input
from xaesthetic.models.forward import to_batch


@pytest.fixture(scope="module")
def shown():
    pixels = np.random.default_rng(0).integers(0, 255, (40, 50, 3), np.uint8)
    return xa.explain(pixels, nets.linear_net(), ["light", "depth_of_field"], "occlusion")


def drawn_of(values):
    """Means over at most 20 cells a side, as figures show maps."""
    return images.to_pixels(style.coarse(values), values.shape)


def test_a_bare_method_has_maps_by_both_defaults(shown):
    assert (shown.method, list(shown.baseline_maps)) == ("occlusion@mean", ["mean", "blur"])
    assert shown.maps["light"] is shown.baseline_maps["mean"]["light"]
    one = xa.explain(shown.pixels, nets.linear_net(), "light", "occlusion@blur")
    assert list(one.baseline_maps) == ["blur"]
    np.testing.assert_allclose(one.maps["light"], shown.baseline_maps["blur"]["light"], rtol=1e-3, atol=1e-4)
    assert xa.explain(shown.pixels, nets.linear_net(), "light").baseline_maps == {}


def test_it_says_how_the_baselines_are_rated_and_how_alike_maps_are(shown):
    model = nets.linear_net()
    blurred = baseline_input(to_batch([shown.pixels], model.inputs), model.inputs, "blur")
    wanted = dict(zip(model.attributes, model.run(blurred).raw[0].tolist(), strict=True))
    assert shown.baseline_ratings["blur"]["Light"] == pytest.approx(wanted["light"], rel=1e-4)
    assert f"blur is rated light {wanted['light']:.3f}, depth_of_field" in repr(shown)
    assert f"depth_of_field {wanted['depth_of_field']:.3f} (which it edits)" in repr(shown)
    keys = ["occlusion@mean", "occlusion@blur"]
    maps = xa.Session(model).run([shown.pixels], keys).maps
    r = np.corrcoef(*(maps[key][0, 0].ravel() for key in keys))[0, 1]
    assert f"maps of mean and blur correlate: light {r:z.2f}" in repr(shown)


def test_the_figure_shows_both_and_the_unit_where_there_is_one(shown):
    texts = {text.get_text() for text in shown.figure().texts}
    assert {"Light, mean", "Light, blur", "Depth of Field, mean"} <= texts
    bar = [text.get_text() for axes in shown.figure().axes for text in axes.texts]
    assert "most" in bar
    one = xa.explain(shown.pixels, nets.linear_net(), "light")
    bar = [text.get_text() for axes in one.figure().axes for text in axes.texts]
    drawn = drawn_of(one.maps["light"])
    assert f"contribution: {float(drawn.min()):z.2g}" in bar
    assert f"{float(drawn.max()):z.2g} rating points (range -1 to 1)" in bar
    both = xa.explain(shown.pixels, nets.linear_net(), ["light", "content"])
    bar = [text.get_text() for axes in both.figure().axes for text in axes.texts]
    assert "most, in rating points (range -1 to 1)" in bar
    drawn = drawn_of(both.maps["content"])
    ends = f"{float(drawn.min()):z.2g} to {float(drawn.max()):z.2g}"
    assert ends in {text.get_text() for text in both.figure().texts}
