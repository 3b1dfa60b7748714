"""Which edits a model names as those it was fitted on; what names none says none."""

import json

import pytest
from xaesthetic_baselines import _heads

from xaesthetic.models.fitted_edits import fitted_edits


@pytest.mark.parametrize(
    ("name", "wanted", "absent"),
    [
        ("multigap_lite0", "dof: blur_background", "composition: crop_to_third"),
        ("lite0_ft_edits", "rule_of_thirds: crop_to_third", "light: drain"),
    ],
)
def test_the_embedded_heads(name, wanted, absent):
    manifest = json.loads((_heads.EMBEDDED / f"{name}.json").read_text(encoding="utf-8"))
    known = fitted_edits(manifest)
    assert wanted in known
    assert absent not in known


@pytest.mark.parametrize("name", ["multigap_lite0_ratings", "lite0_ft_ratings"])
def test_heads_of_ratings_alone_name_none(name):
    assert fitted_edits(json.loads((_heads.EMBEDDED / f"{name}.json").read_text(encoding="utf-8"))) == ()


@pytest.mark.parametrize("manifest", [{}, {"assumed": 1}, {"assumed": {"effects": []}}, {"result": {"test": 0.5}}])
def test_a_manifest_that_says_something_else(manifest):
    assert fitted_edits(manifest) == ()
