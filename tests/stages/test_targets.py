"""Maps of a target beside the ratings themselves, and where its zero comes from."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support import nets

from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.models.forward import Session
from xaesthetic.models.target import Target
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.stages.photo import explain
from xaesthetic.stages.targets import run_target, zero_of_photograph, zero_of_predictions


def session():
    return Session(replace(nets.linear_net(), links=("tanh", "identity", "sigmoid")))


def photographs(count=2):
    return list(np.random.default_rng(2).integers(0, 256, (count, 40, 30, 3), dtype=np.uint8))


def test_ratings_are_the_models_whatever_the_target():
    plain = session().run(photographs(), ["cam"])
    down = run_target(session(), photographs(), ["cam"], Target("down", zero={"light": 7.0}))
    np.testing.assert_array_equal(down.raw, plain.raw)
    np.testing.assert_array_equal(down.ratings, plain.ratings)
    np.testing.assert_allclose(down.maps["cam"], -plain.maps["cam"], rtol=1e-5)


def test_the_default_is_one_plain_run():
    one, other = run_target(session(), photographs(), ["cam"], Target()), session().run(photographs(), ["cam"])
    np.testing.assert_array_equal(one.maps["cam"], other.maps["cam"])


@pytest.mark.parametrize("of", ["raw", "rating"])
def test_a_reference_photograph_is_zero(of):
    photo = photographs(1)
    results = session().run(photo)
    wanted = results.raw[0] if of == "raw" else results.ratings[0]
    zero = zero_of_photograph(session(), photo[0], of)
    assert list(zero) == list(nets.NAMES)
    np.testing.assert_array_equal(list(zero.values()), wanted)


def test_the_mean_of_a_run_is_zero():
    rows = [("a", "m", "light", 0.5, 2.0), ("b", "m", "light", 0.7, 4.0), ("a", "other", "light", 9.0, 9.0)]
    table = pd.DataFrame(rows, columns=list(PREDICTIONS.names))
    assert zero_of_predictions(table, "m") == {"light": 3.0}
    assert zero_of_predictions(table, "m", "rating") == {"light": pytest.approx(0.6)}
    with pytest.raises(DataError, match="^no predictions by 'x'; there are those of m, other.$"):
        zero_of_predictions(table, "x")


def test_explain_takes_a_target():
    model, photo = session().model, photographs(1)[0]
    plain = explain(photo, model, "all", "grad_cam")
    down = explain(photo, model, ["content", "light"], target=Target("down", zero={"depth_of_field": 1.0}))
    assert down.ratings == {name: plain.ratings[name] for name in ("content", "light")}
    for name in down.maps:
        np.testing.assert_allclose(down.maps[name], -plain.maps[name], rtol=1e-3, atol=1e-4)
    assert (down.method, down.units["content"], down.units["light"]) == ("cam", "rating points", "raw output")
    after = explain(photo, model, "light", target=Target(of="rating"))
    slope = 1 - plain.ratings["light"] ** 2
    np.testing.assert_allclose(after.maps["light"], plain.maps["light"] * slope, rtol=1e-3, atol=1e-4)
    assert (after.method, after.units["light"], after._explained()) == ("grad_cam", "", "grad_cam, what raises the rating")
    with pytest.raises(ModelError, match="direction 'sideways'"):
        explain(photo, model, target="sideways")
    with pytest.raises(ModelError, match="zero names 'beauty'"):
        explain(photo, model, target=Target(zero={"beauty": 0.0}))
