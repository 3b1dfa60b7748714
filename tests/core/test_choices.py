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
