"""`check-model`, `new model` and `train --head multigap` on the command line."""

import json
import subprocess
import sys

import numpy as np
import pytest
from support.command import command  # noqa: F401
from support.model_folders import TOML, model_folder  # noqa: F401

import xaesthetic as xa
from xaesthetic.models.examine import Proof


def test_a_new_model_is_a_folder_that_works_as_it_stands(command, tmp_path):
    status, said, _ = command("new", "model", "my_net")
    assert (status, said.split()) == (0, ["my_net/model.toml", "my_net/network.py", "my_net/test_my_net.py"])
    status, _, said = command("check-model", "my_net")
    assert status == 2
    assert said.startswith("xaesthetic: my_net/network.py: would run code of this folder; read it, then add --trust")
    assert len(said.splitlines()) == 1
    status, said, _ = command("check-model", "my_net", "--trust", "--json")
    found = json.loads(said)
    assert (status, found["adds_up"], found["layers"]) == (0, True, {"last": [3, 12, 16]})
    assert [item["name"] for item in found["outputs"]] == ["brightness", "blueness"]
    assert found["outputs"][0]["range"] == "0 to 1"
    model = xa.load_model(tmp_path / "my_net", on="cpu", trust=True)
    sky = np.full((60, 80, 3), (40, 90, 220), np.uint8)
    assert xa.Session(model).run([sky]).ratings[0, 1] > 0


@pytest.mark.slow
def test_the_test_of_a_new_model_passes(command, tmp_path):
    assert command("new", "model", "my_net")[0] == 0
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "my_net"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("name", ["there", "a:b", ".hidden", "a$b", 'a"b', "-x/"])
def test_a_new_model_takes_no_name_that_is_there_or_none(command, tmp_path, name):
    (tmp_path / "there").mkdir()
    status, _, said = command("new", "model", "--", name)
    assert status == 2
    assert len(said.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_model_is_shown_as_a_table(command, model_folder):
    status, said, _ = command("check-model", model_folder(), "--trust")
    assert status == 0
    for text in ("1 (5 × 6 × 8)", "24 × 32, RGB from 0 to 1", "not stated", "maps of cam add up", "beauty", "noise"):
        assert text in said


def test_maps_that_should_add_up_and_do_not_end_with_status_1(command, model_folder, monkeypatch):
    monkeypatch.setattr("xaesthetic.models.examine.prove", lambda model, photographs: Proof(False, "maps do not add up"))
    status, said, _ = command("check-model", model_folder(), "--trust")
    assert status == 1
    assert "maps do not add up" in said


def test_a_head_that_is_none_says_why_nothing_adds_up(command, model_folder):
    status, said, _ = command("check-model", model_folder(TOML.replace('layers = "1"', 'layers = "0"')), "--trust", "--json")
    assert (status, json.loads(said)["adds_up"]) == (0, None)
    assert "maps promise no sum" in json.loads(said)["proof"]


def test_photographs_are_rated_by_a_model_folder(command, model_folder, write_photo, tmp_path):
    write_photo(tmp_path / "a.png", np.full((40, 60, 3), 90, np.uint8))
    root = model_folder()
    status, _, said = command("predict", "a.png", "--model", root, "--device", "cpu")
    assert (status, "would run code of this folder" in said) == (2, True)
    status, said, _ = command("predict", "a.png", "--model", root, "--device", "cpu", "--trust", "--json")
    assert status == 0
    assert {row["attribute"] for row in json.loads(said)} == {"beauty", "noise"}


@pytest.mark.parametrize(
    "arguments",
    [
        *(
            ("show", "a.png"),
            ("compare", "a.png", "--attr", "beauty"),
            ("explain", "--data", "."),
            ("reproduce", "--data", "."),
        ),
        ("table", "1", "--data", "."),
    ],
)
def test_every_command_that_loads_a_model_asks_for_trust(command, model_folder, write_photo, tmp_path, arguments):
    write_photo(tmp_path / "a.png", np.full((40, 60, 3), 90, np.uint8))
    root = model_folder()
    status, _, said = command(*arguments, "--model", root, "--device", "cpu", "--quiet")
    assert (status, "would run code of this folder; read it, then add --trust" in said) == (2, True)
    assert len(said.strip().splitlines()) == 1


@pytest.mark.slow
def test_a_photograph_is_shown_by_a_folder_that_is_trusted(command, model_folder, write_photo, tmp_path):
    write_photo(tmp_path / "a.png", np.full((40, 60, 3), 90, np.uint8))
    status, said, _ = command("a.png", "--model", model_folder(), "--trust", "--device", "cpu", "--json")
    assert (status, json.loads(said)["predictions"][0]["model"]) == (0, "mine")


@pytest.mark.parametrize("name", ["minr", "./minr", "nofolder", "a.png", "other", "hf:x", "mine/model.toml"])
def test_a_name_that_is_no_model_says_what_may_be_meant(command, model_folder, write_photo, tmp_path, name):
    write_photo(tmp_path / "a.png", np.full((4, 6, 3), 90, np.uint8))
    (tmp_path / "other").mkdir()
    model_folder()
    meant = {
        "minr": "Nor is there a model folder of that name here; did you mean 'mine'?",
        "./minr": "minr: there is no such model folder; did you mean 'mine'?",
        "nofolder": "Nor is there a model folder of that name here; 'xaesthetic new model NAME' writes one",
        "a.png": "a.png: is a file; name the folder that holds the model.toml.",
        "other": "other: holds no model.toml; 'xaesthetic new model NAME' writes a model folder.",
        "hf:x": "'hf' is no library either; there are timm, torchvision, pyiqa.",
        "mine/model.toml": "mine/model.toml: is a file; name the folder that holds the model.toml.",
    }
    for arguments in (("check-model", name), ("train", name, "--out", "o"), ("predict", "a.png", "--model", name)):
        status, _, said = command(*arguments)
        assert (status, len(said.strip().splitlines())) == (2, 1)
        assert meant[name] in said


def test_a_list_of_models_says_how_others_are_named(command):
    assert "timm:NAME, torchvision:NAME, pyiqa:NAME" in command("list", "models")[1]
