"""What this project's models declare that they rate is what they rate."""

import pytest

from xaesthetic.core import plugins
from xaesthetic.core.attributes import NAMES
from xaesthetic.core.installed import model_attributes
from xaesthetic.models.loading import load_model

pytestmark = pytest.mark.torch
_RANDOM = ("kong_alexnet_torch", "malu_resnet50", "multigap_resnet50", "resnet50_ft")


def declared(name):
    return tuple(item.name for item in model_attributes(name))


def test_every_model_declares_it():
    assert [name for name in plugins.names("models") if not declared(name)] == []


def test_a_declaration_is_read_as_it_is_run():
    for name in plugins.names("models"):
        assert plugins.facts("models", name).attributes == model_attributes(name)


@pytest.mark.parametrize("name", ["multigap_lite0", "lite0_ft", "lite0_ft_ratings", "lite0_ft_edits"])
def test_the_embedded_ones_hold_it(name):
    assert load_model(name).attributes == declared(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", _RANDOM)
def test_those_with_random_weights_hold_it(name):
    assert load_model(f"{name}=random").attributes == declared(name)


def test_the_one_behind_a_server_has_the_vocabulary():
    assert declared("kong_alexnet") == NAMES
