"""The figure of a training is drawn from time to time; its log is written after every epoch."""

import pytest
from support.trained_package import write_package, write_rated

from xaesthetic.train import loop
from xaesthetic.train.fit import train_network
from xaesthetic.train.recipe import make_recipe

pytestmark = [pytest.mark.slow, pytest.mark.torch]
RECIPE = {
    "attributes": ["light"], "loss_weights": {}, "links": {}, "optimizer": "adamw", "learning_rate": 0.01,
    "batch": 8, "epochs": 3, "select": "rho",
}  # fmt: skip


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return write_package(tmp_path_factory.mktemp("package"))


@pytest.mark.parametrize(("seconds", "drawn"), [(60.0, [3]), (0.0, [1, 2, 3])])
def test_the_figure_is_drawn_from_time_to_time(package, tmp_path, monkeypatch, seconds, drawn):
    monkeypatch.syspath_prepend(package)
    monkeypatch.setattr(loop, "_DRAW_EVERY", seconds)
    epochs, logged = [], []
    draw, write = loop.draw_curve, loop.write_log
    monkeypatch.setattr(loop, "draw_curve", lambda history, *given: epochs.append(len(history)) or draw(history, *given))
    monkeypatch.setattr(loop, "write_log", lambda history, *given: logged.append(len(history)) or write(history, *given))
    train_network("small_net", "aadb", write_rated(tmp_path / "aadb"), tmp_path / "out", make_recipe(RECIPE))
    assert (epochs, logged) == (drawn, [1, 2, 3])
    assert (tmp_path / "out" / "training.pdf").exists()
