"""What holds of every exporter, and of what they all go through."""

import inspect
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.hand_run import METHODS, MODELS, hand_run
from support.plugin_package import contents
from support.third_party import third_party  # noqa: F401  # a fixture

from xaesthetic.core import extras, plugins
from xaesthetic.core.errors import DataError, PluginError
from xaesthetic.core.extras import is_installed
from xaesthetic.exporting.choice import ExportOptions, MapPlace, choose
from xaesthetic.exporting.export import export
from xaesthetic.exporting.photographs import ExportedMap, overlay, overlay_caption, photographs
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run

pytestmark = pytest.mark.filterwarnings("default")  # of the packages that are exported to
NAMES = plugins.names("exporters")


@pytest.fixture
def run(tmp_path):
    return hand_run(tmp_path / "mine", 5, scored=False)


# -- the contract of the kind ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_exporter_takes_a_run_a_folder_and_options(name):
    function, facts = plugins.load("exporters", name), plugins.facts("exporters", name)
    assert [*inspect.signature(function).parameters] == ["run", "out", "options"]
    assert bool(facts.requires) == bool(facts.extra)
    assert not facts.extra or extras.EXTRAS[facts.extra] == facts.requires


@pytest.mark.parametrize("name", NAMES)
def test_an_exporter_writes_its_folder_or_names_its_extra(name, run, tmp_path):
    facts, out = plugins.facts("exporters", name), tmp_path / "exports" / "one"
    if not is_installed(facts.requires):
        wanted = rf"an export to {name} needs {facts.requires}.*pip install 'xaesthetic\[{facts.extra}\]'"
        with pytest.raises(PluginError, match=wanted):
            export(run, name, out)
        assert not out.parent.exists()
        return
    assert export(run, name, out) == out
    assert [path.name for path in out.parent.iterdir()] == ["one"]
    files = contents(out)
    assert files
    assert not [file for file in files if file.endswith(".tmp")]


@pytest.mark.parametrize("name", NAMES)
def test_an_export_that_is_stopped_leaves_nothing(name, run, tmp_path):
    if not is_installed(plugins.facts("exporters", name).requires):
        pytest.skip(f"{name} is not installed")

    def stopped(items, what, total):
        assert (what, total) == ("exporting", 5)
        for number, item in enumerate(items):
            if number == 2:
                raise KeyboardInterrupt
            yield item

    with pytest.raises(KeyboardInterrupt):
        export(run, name, tmp_path / "exports" / "one", ExportOptions(track=stopped))
    assert not [*(tmp_path / "exports").iterdir()]


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"models": ("on",)}, "no model 'on'. Did you mean 'one'"),
        ({"methods": ("grad_cam",)}, "no method 'grad_cam'.*The run has: activation_energy, cam"),
        ({"attributes": ("lihgt",)}, "no attribute 'lihgt'. Did you mean 'light'"),
        ({"models": ("two",), "attributes": ("vivid_color",)}, "two rated none of vivid_color"),
    ],
)
def test_what_a_run_has_not_is_refused_before_anything_is_written(run, tmp_path, chosen, said):
    with pytest.raises(DataError, match=said):
        export(run, "label_studio", tmp_path / "out" / "one", ExportOptions(**chosen))
    assert not (tmp_path / "out").exists()


def test_what_is_there_already_is_never_touched(run, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(DataError, match="out: is there already; choose another folder with --out"):
        export(run, "label_studio", tmp_path / "out")
    assert not [*(tmp_path / "out").iterdir()]


def test_an_exporter_that_is_none(run, tmp_path):
    with pytest.raises(PluginError, match="no exporter 'fiftone'. Did you mean 'fiftyone'"):
        export(run, "fiftone", tmp_path / "out")


def test_a_third_party_adds_an_exporter(third_party, run, tmp_path):
    text = 'def their_tool(run, out, options):\n    """Theirs."""\n    (out / "place").write_text(str(options.place))\n'
    third_party({"their_tool": text}, kind="exporters")
    export(run.root, "their_tool", tmp_path / "out")
    assert (tmp_path / "out" / "place").read_text() == str(tmp_path / "out")


# -- what they go through ----------------------------------------------------------------------------------------------


def test_what_is_chosen_and_its_numbers(run):
    options = ExportOptions(models=("one",), methods=("cam",), attributes=("Vivid Color",))
    chosen = choose(run, options)
    assert chosen.ratings == (("one", "vivid_color"),)
    assert chosen.maps == (MapPlace("one", "cam", "vivid_color"),)
    items = [*photographs(run, chosen, options)]
    assert [item.name for item in items] == [f"00000{number}-p00{number}" for number in range(5)]
    for item in items:
        np.testing.assert_array_equal(item.maps[0].values, run.maps("one", "cam").map(item.record.id, "vivid_color"))
        assert item.ratings == {("one", "vivid_color"): pytest.approx(item.number / 5)}
        assert item.pixels.shape == (60, 80, 3)


def test_everything_is_exported_where_nothing_is_named(run):
    chosen = choose(run, ExportOptions())
    assert set(chosen.ratings) == {(model, name) for model, names in MODELS.items() for name in names}
    assert {(item.model, item.method) for item in chosen.maps} == {(model, method) for model in MODELS for method in METHODS}


def test_photographs_are_read_one_by_one_and_those_that_are_gone_are_said(run):
    reasons = {}
    options = ExportOptions(leave_out=reasons.__setitem__)
    items = photographs(run, choose(run, options), options)
    Path(run.root / "p001.png").unlink()
    assert next(items).record.id == "p000"
    (run.root / "p003.png").unlink()  # after the first was given
    assert [item.number for item in items] == [2, 4]
    assert list(reasons) == ["p001", "p003"]


def test_a_rating_that_is_not_known_is_none(run):
    frame = run.read(PREDICTIONS)
    frame.loc[(frame["image"] == "p000") & (frame["model"] == "two"), "prediction"] = np.nan
    run.write(PREDICTIONS, frame)
    run = Run.open(run.root)
    first = next(photographs(run, choose(run, ExportOptions()), ExportOptions()))
    assert set(first.ratings) == {("one", "light"), ("one", "vivid_color")}


@pytest.mark.parametrize(
    ("values", "ends"), [([-3, 1], (-3, 3)), ([1, 2], (0, 2)), ([0, 0], (0, 1)), ([-1, 4], (-4, 4)), ([-2, -1], (-2, 2))]
)
def test_colors_go_around_zero_where_a_map_has_values_below_it(values, ends):
    assert ExportedMap(MapPlace("one", "cam", "light"), np.array([values], np.float32)).range == ends


def test_an_overlay_says_what_it_shows(run):
    options = ExportOptions(models=("one",), methods=("cam",), attributes=("light",))
    item = [*photographs(run, choose(run, options), options)][3]
    shown = replace(item.maps[0], values=np.array([[-1, 0.5]], np.float32))
    assert overlay(item, shown).shape == (60, 80, 3)
    wanted = "one cam light, rated 0.6; colors from -1 to 0.5, this map's own; p003, CC0 <i>"
    assert overlay_caption(item, shown) == wanted
