"""The names of baselines, and methods' keys with one."""

import pytest

from xaesthetic.core import attributes, method_keys, plugins
from xaesthetic.core.baselines import BASELINES, DEFAULTS, is_confounded, join, split
from xaesthetic.core.errors import PluginError

WITH_BASELINE = [name for name in plugins.names("methods") if method_keys.with_baselines([name]) != (name,)]


def test_the_two_defaults_are_of_different_kinds():
    assert len({BASELINES[name].kind for name in DEFAULTS}) == len(DEFAULTS) == 2


def test_every_baseline_edits_something_that_the_vocabulary_has():
    for baseline in BASELINES.values():
        assert baseline.confounds
        assert baseline.confounds <= set(attributes.NAMES)


@pytest.mark.parametrize(
    ("attribute", "baseline", "confounded"),
    [
        ("light", "black", True),
        ("depth_of_field", "blur", True),
        ("vivid_color", "grey", True),
        ("light", "blur", False),
        ("beauty", "black", False),
        ("light", "", False),
    ],
)
def test_confounded_pairs(attribute, baseline, confounded):
    assert is_confounded(attribute, baseline) is confounded


def test_a_key_is_split_and_joined():
    assert [join(*split(key)) for key in ("cam", "occlusion@blur")] == ["cam", "occlusion@blur"]
    with pytest.raises(PluginError, match=r"baseline 'blak'.*black"):
        split("occlusion@blak")


def test_methods_that_need_a_baseline_get_two_where_none_is_named():
    methods = method_keys.with_baselines(["cam", "occlusion", "integrated_gradients@black", "occlusion@blur"])
    assert methods == ("cam", "occlusion@mean", "occlusion@blur", "integrated_gradients@black")


@pytest.mark.parametrize(
    "refuse",
    [method_keys.with_baselines, pytest.param(lambda keys: plugins.load("methods", keys[0]), marks=pytest.mark.torch)],
    ids=["with_baselines", "load"],
)
def test_a_baseline_for_a_method_without_one_is_refused(refuse):
    with pytest.raises(PluginError, match="^cam compares with no baseline; choose it as --method cam.$"):
        refuse(["cam@blur"])


@pytest.mark.torch
@pytest.mark.parametrize("name", plugins.names("methods"))
def test_the_declared_facts_agree_with_the_parameter(name):
    assert plugins.facts("methods", name).baseline is (name in WITH_BASELINE)


@pytest.mark.torch
def test_a_map_adds_up_only_where_its_baseline_is_the_same_for_all_photographs():
    keys = ("integrated_gradients", "integrated_gradients@black", "integrated_gradients@blur")
    assert [plugins.facts("methods", key).adds_up for key in keys] == ["sum", "sum", ""]


def test_the_summary_is_the_methods():
    assert plugins.summary("methods", "occlusion@blur") == plugins.summary("methods", "occlusion")
