"""A family of methods keeps one row for maps that are one, and says so."""

import json
import sys

import numpy as np
import pytest
from support.comparing import compare, experiment, photos  # noqa: F401
from support.maps import write_maps
from support.plugin_package import make_photos, plugged  # noqa: F401
from support.their_nets import install_their_nets

from xaesthetic import pipeline
from xaesthetic.core import families
from xaesthetic.core.types import Experiment
from xaesthetic.evaluation.same_maps import compare_maps
from xaesthetic.run.schemas import SAME_MAPS
from xaesthetic.run.store import Run

FAMILY = families.FAMILIES["all-cam"]


def test_under_a_linear_head_the_whole_family_is_one_row(plugged, compare):
    run = compare(methods=("all-cam", "activation_energy"), draw=True, reports=("attribute_grid",)).run
    table = run.read(SAME_MAPS)
    assert list(table["method"]) == list(FAMILY[1:])
    assert set(table["same_as"]) == {"cam"}
    assert table["difference"].max() < 1e-5
    assert np.allclose(table["factor"], 1, atol=1e-5)
    assert run.experiment.methods == (*FAMILY, "activation_energy")
    assert run.methods("tiny_net") == ("cam", "activation_energy")
    assert run.is_complete()
    assert (
        "grad_cam, hires_cam, xgrad_cam, layer_cam are cam's maps" in (run.report / "attribute_grid_light.txt").read_text()
    )


def test_methods_that_are_named_are_all_shown(plugged, compare):
    run = compare(methods=("cam", "grad_cam")).run
    assert not run.has(SAME_MAPS)
    assert run.methods("tiny_net") == ("cam", "grad_cam")


@pytest.mark.torch
def test_the_screen_says_it_and_a_method_that_a_model_lacks_is_left_out(tmp_path, monkeypatch, command):
    (tmp_path / "nets").mkdir()
    monkeypatch.syspath_prepend(install_their_nets(tmp_path / "nets"))
    photographs = make_photos(tmp_path / "photos", 3)
    chosen = ("--data", photographs, "--model", "hidden_layer", "--out", "run", "--quiet", "--attr", "light")
    status, out, said = command("explain", *chosen, "--method", "all-cam", "--json")
    assert status == 0, said
    assert "hidden_layer: cam is left out: cam needs" in said
    assert json.loads(out)["same_maps"] == {"hidden_layer": dict.fromkeys(FAMILY[2:], "grad_cam")}
    status, _, said = command("explain", *chosen, "--method", "all-cam")
    line = "hidden_layer: hires_cam, xgrad_cam and layer_cam give the maps of grad_cam; they are one row"
    assert (status, line in said) == (0, True)
    assert Run.open(tmp_path / "run").methods("hidden_layer") == ("grad_cam",)
    status, _, said = command(
        "compare", "--data", photographs, "--model", "hidden_layer", "--attr", "light", "--method", "cam"
    )
    assert (status, "hidden_layer: cam needs" in said) == (2, True)
    for name in [name for name in sys.modules if name.startswith("their_nets")]:
        del sys.modules[name]


@pytest.mark.torch
def test_in_a_notebook_it_is_no_method(command):
    import xaesthetic as xa

    with pytest.raises(xa.XaestheticError, match="^no method 'all-cam': it stands for several"):
        xa.explain_photo(np.zeros((9, 9, 3), np.uint8), "multigap_lite0=random", method="all-cam")


@pytest.mark.torch
@pytest.mark.parametrize("stopped", ["before maps are compared", "while maps are made"])
def test_a_stopped_run_of_a_family_is_finished_without_its_name(stopped, photos, tmp_path, monkeypatch, command):
    """`explain RUN` knows that a model may lack one of them, and that equal maps are one row."""
    (tmp_path / "nets").mkdir()
    monkeypatch.syspath_prepend(install_their_nets(tmp_path / "nets"))
    chosen = ("--data", photos, "--model", "hidden_layer", "--out", "run", "--attr", "light", "--method", "all-cam")
    place = "write_same_maps" if stopped.startswith("before") else "_map_sink"
    module = "xaesthetic.pipeline" if stopped.startswith("before") else "xaesthetic.stages._passes"
    with monkeypatch.context() as patched:
        patched.setattr(f"{module}.{place}", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert command("explain", *chosen)[0] not in (0, 1)
    assert not Run.open(tmp_path / "run").has(SAME_MAPS)
    status, _, said = command("explain", tmp_path / "run")
    assert status == 0, said
    assert "hires_cam, xgrad_cam and layer_cam give the maps of grad_cam; they are one row" in said
    run = Run.open(tmp_path / "run")
    assert run.methods("hidden_layer") == ("grad_cam",)
    assert run.same_maps() == {"hidden_layer": dict.fromkeys(FAMILY[2:], "grad_cam")}
    compared = pipeline.compare(run.experiment, run.root, draw=False).run  # as a notebook goes on with it
    assert compared.methods("hidden_layer") == ("grad_cam",)
    for name in [name for name in sys.modules if name.startswith("their_nets")]:
        del sys.modules[name]


# -- what is the same --------------------------------------------------------------------------------------------------


@pytest.fixture
def held(tmp_path):
    """Compare made-up maps of five photographs and two attributes with others."""
    source = {"citation": "Nobody 2000", "licence": "CC0", "trained": "not trained", "files": {}, "untrained": []}
    answers = {"models": {"net": source | {"attributes": ["light", "content"]}}, "command": "by hand", "versions": {}}
    question = Experiment("here", None, ("net",), ("one", "other"), ("all",), None, inputs={"photographs": "by hand"})
    run = Run.create(tmp_path / "run", question, answers)
    first = np.random.default_rng(0).normal(size=(5, 2, 3, 4)).astype(np.float32)

    def held(change):
        for name, values in (("one", first), ("other", change(first).astype(np.float32))):
            write_maps(run, "net", name, list("abcde"), ["light", "content"], values)
        return compare_maps(run.maps("net", "one"), run.maps("net", "other"))

    return held


@pytest.mark.parametrize("factor", [1.0, 49.0, 1e-4, -2.0])
def test_the_factor_is_one_for_all_maps(held, factor):
    found, difference = held(lambda maps: factor * maps)
    assert found == pytest.approx(factor, rel=1e-6)
    assert difference < 1e-6


def test_a_factor_of_its_own_for_each_photograph_is_no_sameness(held):
    assert held(lambda maps: maps * np.arange(1, 6)[:, None, None, None])[1] > 0.1


def test_one_cell_of_one_map_is_seen(held):
    def change(maps):
        changed = maps.copy()
        changed[4, 1, 2, 3] += 0.001 * np.abs(maps[4, 1]).max()
        return changed

    assert held(change)[1] == pytest.approx(0.001, rel=0.05)


def test_a_map_of_zeros_is_the_same_as_zeros_only(held):
    def change(maps):
        changed = maps.copy()
        changed[0, 0] = 0
        return changed

    assert held(change)[1] == np.inf


@pytest.mark.parametrize("change", [lambda maps: maps[..., :2], lambda maps: maps * np.nan, lambda maps: maps * 0])
def test_other_grids_nan_and_nothing_are_never_the_same(held, change):
    factor, difference = held(change)
    assert not (factor > 0 and difference <= 1e-4)
