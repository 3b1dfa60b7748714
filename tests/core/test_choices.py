from pathlib import Path

import pytest

from xaesthetic.core.choices import ModelChoice


@pytest.mark.parametrize(
    ("text", "name", "weights", "random", "key"),
    [
        ("net", "net", None, False, "net"),
        ("net=", "net", None, False, "net"),
        ("net=my/heads", "net", Path("my/heads"), False, "net-heads"),
        ("net=/a/b.c/heads_2/", "net", Path("/a/b.c/heads_2"), False, "net-heads_2"),
        ("net=a=b", "net", Path("a=b"), False, "net-a=b"),
        ("net=random", "net", None, True, "net-random"),
        ("net=./random", "net", Path("random"), False, "net-random"),
        ("timm:convnext_tiny", "timm:convnext_tiny", None, False, "timm-convnext_tiny"),
        ("timm:resnet18.a1_in1k=random", "timm:resnet18.a1_in1k", None, True, "timm-resnet18.a1_in1k-random"),
        ("a/b/my_folder/", "a/b/my_folder/", None, False, "my_folder"),
        ("./my_folder=random", "./my_folder", None, True, "my_folder-random"),
    ],
)
def test_a_choice_is_its_text_taken_apart(text, name, weights, random, key):
    choice = ModelChoice.parse(text)
    assert (choice.name, choice.weights, choice.random, choice.key) == (name, weights, random, key)
    assert str(choice) == text


def test_the_folder_it_is_in_names_a_folder_without_a_name(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    assert ModelChoice.parse("net=.").key == "net-mine"


@pytest.mark.parametrize(
    ("text", "family", "folder"),
    [
        ("net", "", None),
        ("timm:a", "timm", None),
        ("pyiqa:a/b", "pyiqa", None),
        ("other:a", "", None),
        ("./a", "", Path("a")),
        ("..", "", Path("..")),
        ("a\\b", "", Path("a\\b")),
        ("no\0name", "", None),
    ],
)
def test_a_name_is_a_plug_ins_a_librarys_or_a_folders(text, family, folder):
    choice = ModelChoice.parse(text)
    assert (choice.family, choice.folder) == (family, folder)


def test_a_folder_without_a_slash_is_one_where_it_holds_a_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("mine", "empty", "multigap_lite0"):
        (tmp_path / name).mkdir()
    for name in ("mine", "multigap_lite0"):
        (tmp_path / name / "model.toml").touch()
    assert ModelChoice.parse("mine").folder == Path("mine")
    assert ModelChoice.parse("empty").folder is None
    assert ModelChoice.parse("multigap_lite0").folder is None  # the plug-in


@pytest.mark.parametrize(
    ("text", "weights", "expected"),
    [
        ("net", "heads", "net=heads"),
        ("net", None, "net"),
        ("net", "", "net"),
        ("net=mine", "heads", "net=mine"),
        ("net=", "heads", "net="),
    ],
)
def test_weights_for_all_go_to_those_that_name_none(text, weights, expected):
    assert str(ModelChoice.parse(text).or_weights(weights)) == expected
