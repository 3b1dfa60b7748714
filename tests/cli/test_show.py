"""`xaesthetic photo.jpg`: what is shown, written and opened, and what a name means that is a command too."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image
from support.plugin_package import make_photos, plugged  # noqa: F401  # a fixture
from xaesthetic_reports._stems import _plain
from xaesthetic_reports.overlays import _free

from xaesthetic.run.store import Run

TINY = ("--model", "tiny_net")


@pytest.fixture
def photos(tmp_path, plugged):
    return make_photos(tmp_path / "photos", 3)


@pytest.fixture
def photo(tmp_path, photos):
    return shutil.copy(photos / "00.png", tmp_path / "photo.png")


def lines_of(out, ending):
    return [line for line in out.splitlines() if line.endswith(ending)]


def test_a_photograph_alone_is_shown(command, photo, tmp_path):
    status, out, _ = command("photo.png", *TINY, "--attr", "light", "--attr", "Vivid Color")
    assert status == 0
    pictures, pages = lines_of(out, ".png"), lines_of(out, "report.html")
    assert [line.rpartition("/")[2] for line in pictures] == ["photo.png-light.png", "photo.png-vivid_color.png"]
    page = tmp_path / pages[0]
    assert (pages[1:], page.is_file()) == ([f"page: {page.as_uri()}"], True)
    assert out.splitlines()[-1] == pages[1]
    with Image.open(tmp_path / pictures[0]) as image:
        colors = np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)
    assert (image.width > 600, len(colors) > 500) == (True, True)
    assert "tiny_net: not trained" in out
    assert [line.split()[0] for line in out.splitlines() if line.startswith(("light", "vivid"))] == ["light", "vivid"]


def test_show_is_the_long_word_for_it_and_options_may_come_first(command, photo):
    wanted = command("show", photo, *TINY, "--json")[1]
    for arguments in ((photo, *TINY, "--json"), (*TINY, "--json", photo)):
        status, said, error = command(*arguments)
        assert status == 0, error
        assert json.loads(said) == json.loads(wanted)
    assert len(json.loads(wanted)["overlays"]) == 3


def test_several_photographs_and_folders(command, photo, photos):
    status, out, err = command(photo, photos, photos / "gone.png", *TINY, "--json", "--attr", "light", "--quiet")
    assert status == 1
    assert "gone.png: there is no such photograph or folder" in err
    shown = json.loads(out)
    names = ["photo.png-light.png", *(f"photos-0{number}.png-light.png" for number in range(3))]
    assert [path.rpartition("/")[2] for path in shown["overlays"]] == names
    assert list(shown["left_out"]) == ["photos/gone.png"]


def test_a_second_time_nothing_is_computed(command, photo, monkeypatch):
    first = command(photo, *TINY, "--json")[1]
    monkeypatch.setattr("xaesthetic.models.model.AttributeModel.run", None)
    assert json.loads(command(photo, *TINY, "--json")[1]) == json.loads(first)


def test_a_model_without_a_linear_head_is_explained_by_its_gradient(command, photo, plugged):
    (plugged / "tiny_nets" / "curved.py").write_text(
        "from dataclasses import replace\nfrom tiny_nets._net import build\n"
        "from xaesthetic.models.heads import FunctionHead\n\n\ndef curved():\n"
        '    """A network with a curved head."""\n'
        "    net = build(('light',), 3, 'not trained', {})\n"
        "    return replace(net, head=FunctionHead(lambda layers: net.head(layers).tanh()))\n"
    )
    status, out, err = command(photo, "--model", "curved", "--json")
    assert (status, "left out" in err) == (0, False)
    assert json.loads(out)["run"].startswith("runs/photo.png-all-")
    assert Run.open(json.loads(out)["run"]).experiment.methods == ("grad_cam",)


@pytest.mark.parametrize(("opens", "said"), [(True, ""), (False, "no browser could be started; open runs/")])
def test_the_page_is_opened_where_that_is_wanted(opens, said, command, photo, monkeypatch):
    asked = []
    monkeypatch.setattr("webbrowser.open", lambda address: asked.append(address) or opens)
    command(photo, *TINY, "--quiet")
    assert asked == []
    assert said in command(photo, *TINY, "--quiet", "--open")[2]
    assert [address[:8] + address[-11:] for address in asked] == ["file:///report.html"]


# -- a command or a photograph -----------------------------------------------------------------------------------------


def test_a_name_that_is_both_is_the_command_and_the_file_can_be_reached(command, photo, tmp_path):
    shutil.copy(photo, tmp_path / "list")
    status, out, err = command("list", "models")
    assert (status, "tiny_net" in out) == (0, True)
    assert "'xaesthetic show ./list' shows that" in err
    status, out, _ = command("show", "./list", *TINY, "--json")
    assert (status, len(json.loads(out)["overlays"])) == (0, 3)


@pytest.mark.parametrize("value", ["report", "list"])
def test_an_options_value_names_no_command(value, command, photo, tmp_path):
    status, said, error = command("photo.png", *TINY, "--attr", "light", "--json", "--out", value)
    assert status == 0, error
    assert (json.loads(said)["run"], (tmp_path / value).is_dir()) == (value, True)
    assert command("--out", f"{value}-2", "photo.png", *TINY, "--attr", "light", "--quiet")[0] == 0


def test_an_options_value_is_no_photograph(command):
    status, _, error = command("comapre", "--out", "runs/here")
    assert (status, "No such command 'comapre'" in error) == (2, True)


def test_a_folder_called_as_a_command_is_spoken_of_only_where_it_may_be_meant(command, photos, tmp_path):
    shutil.copytree(photos, tmp_path / "data")
    assert "'xaesthetic show ./data' shows that" in command("data")[2]
    assert "show ./data" not in command("data", "check", "sample", "--help")[2]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["gone.jpg"], "gone.jpg: there is no such photograph or folder."),
        (["gone/"], "gone: there is no such photograph or folder."),
        (["comapre"], "No such command 'comapre'"),
        (["--attr", "light", "compare"], "No such option: --attr"),
        (["photo.png", "--attr", "lihgt", *TINY], "no attribute 'lihgt'"),
        (["photo.png", "--method", "cm", *TINY], "no method 'cm'"),
        (["photo.png", "--precision", "half", *TINY], "'half' is neither full nor bf16"),
        (["show"], "Missing argument"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_a_line(arguments, why, command, photo):
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert why in err
    assert "Traceback" not in err


def test_compare_takes_photographs_as_data(command, photos, tmp_path):
    options = ("--attr", "light", *TINY, "--method", "cam", "--report", "predictions", "--json", "--quiet")
    by_data = json.loads(command("compare", "--data", photos, *options)[1])
    named = json.loads(command("compare", photos, *options)[1])
    assert (by_data["run"], by_data["predictions"]) == (named["run"], named["predictions"])
    several = json.loads(command("compare", photos / "00.png", photos / "01.png", photos / "02.png", *options)[1])
    assert several["predictions"] == named["predictions"]
    status, _, err = command("compare", photos, "--data", "sample", *options)
    assert (status, "photographs or folders, or a data set with --data" in err) == (2, True)


def test_names_that_files_cannot_have():
    assert _plain("a b/c:d?.png") == "a-b-c-d-.png"
    assert _plain("...") == "photograph"
    taken = {"a"}
    assert [_free("a", taken), _free("a", taken)] == ["a-2", "a-3"]
