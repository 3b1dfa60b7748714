"""What installed models declare that they rate."""

import json
import sys

import pytest
from support.named_nets import named_nets  # noqa: F401
from support.third_party import third_party  # noqa: F401

from xaesthetic.core import plugins
from xaesthetic.core.attributes import Attribute, attribute
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.installed import installed_attributes, model_attributes, model_names, place_of
from xaesthetic.core.para import PARA_ATTRIBUTES


def test_literals_are_read_without_importing_the_plugin(named_nets):
    beauty, technique, noise = model_attributes("beauty_net")
    assert beauty == Attribute("beauty", "Beauty of all", 1, 10)
    assert (technique, noise) == (Attribute("技術"), Attribute("noise", low=0, high=1, higher_is_better=False))
    assert not [name for name in sys.modules if name.startswith("named_nets.")]


def test_the_vocabularys_constants_are_literals_too():
    assert len(model_attributes("kong_alexnet")) == 12
    assert model_attributes("multigap_lite0_edits")[3] is attribute("light")
    assert model_attributes("multigap_lite0") == PARA_ATTRIBUTES


@pytest.mark.torch
def test_a_declaration_that_is_none_of_literals_is_imported(named_nets):
    assert [item.name for item in model_attributes("memory_net")] == ["memorability", "beauty"]
    assert model_attributes("silent_net") == ()


def test_what_a_plugin_calls_like_the_vocabulary_is_its_own(third_party):
    third_party(
        {"mine": "from xaesthetic.core.facts import model\nNAMES = ['grain']\n@model(attributes=NAMES)\ndef mine(): pass"}
    )
    assert [item.name for item in model_attributes("mine")] == ["grain"]


@pytest.mark.torch
def test_an_attribute_that_a_model_lacks_is_had_by_others(named_nets):
    names = (Attribute("light"), Attribute("content"), Attribute("sharpness", "Wie scharf"))
    with pytest.raises(
        DataError, match=r"one has no attribute 'beauty'.*Installed models that have it: beauty_net, memory_net"
    ):
        place_of("beauty", names, "one")
    with pytest.raises(ModelError, match="that have it: .*malu_resnet50"):
        place_of("Motion Blur", names, "one")
    with pytest.raises(DataError, match="has no attribute 'beuaty'; it has light, content, sharpness.$"):
        place_of("beuaty", names, "one")
    with pytest.raises(DataError, match="it has dof. Did you mean 'depth_of_field'"):  # which `dof` answers
        place_of("depth_of_feld", [Attribute("dof", related=("depth_of_field",))], "one")
    assert [place_of(text, names, "one") for text in ("Content", "Sharpness", "wie Scharf")] == [1, 2, 2]


@pytest.mark.torch
def test_every_model_of_every_attribute(named_nets):
    listed = installed_attributes()
    others = [name for name, models in listed.items() if {"beauty_net", "memory_net"} & set(models)]
    assert [name for name in others if name in list(listed)[12:]] == ["beauty", "技術", "noise", "memorability"]
    assert {model: item.range for model, item in listed["beauty"].items()} == {"beauty_net": "1 to 10", "memory_net": ""}
    assert "multigap_lite0" in listed["light"]


def test_a_plugin_that_is_no_python_costs_no_other(third_party):
    third_party({"broken": "def broken(:\n"})
    with pytest.warns(plugins.XaestheticWarning, match="their_package.broken cannot be read"):
        assert "light" in installed_attributes()


def test_one_name_is_one_attribute(third_party):
    third_party({"mine": "from xaesthetic.core.facts import model\n\n\n@model(attributes='grain')\ndef mine():\n    pass\n"})
    assert [item.name for item in plugins.facts("models", "mine").attributes] == ["grain"]
    assert [item.name for item in model_attributes("mine")] == ["grain"]


@pytest.mark.torch
def test_the_command_lists_them(named_nets, command):
    status, out, _ = command("list", "attributes")
    assert status == 0
    row = next(line for line in out.splitlines() if line.startswith("noise"))
    assert row.split() == ["noise", "noise", "0", "to", "1,", "lower", "is", "better", "beauty_net"]
    assert sum(line.startswith("beauty ") for line in out.splitlines()) == 2  # with and without a range
    status, out, _ = command("list", "attributes", "--json")
    assert json.loads(out)["技術"] == {"beauty_net": {"name": "技術", "title": "技術", "higher_is_better": True}}


def test_where_free_weights_are_wanted_others_are_not_listed(monkeypatch):
    monkeypatch.setenv("XAESTHETIC_FREE_WEIGHTS", "1")
    assert {"multigap_lite0_edits", "lite0_ft_edits", "nima"} <= set(model_names())
    research = ("multigap_lite0", "lite0_ft_ratings", "kong_alexnet", "kong_alexnet_torch")
    assert not set(research) & set(model_names())
    assert "quality" not in installed_attributes()
    with pytest.raises(ModelError, match="XAESTHETIC_FREE_WEIGHTS leaves out models") as refused:
        place_of("overall", (attribute("light"),), "net")
    assert "multigap_lite0" not in str(refused.value)
    monkeypatch.setenv("XAESTHETIC_FREE_WEIGHTS", "no")
    assert set(research) <= set(model_names())
