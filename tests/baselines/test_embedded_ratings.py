"""The embedded heads that learnt from PARA: their inputs, licence, refits, and what they do not know of others."""

import hashlib
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from support.places import SHARED
from xaesthetic_baselines import _heads

from xaesthetic.core.choices import FREE_MODELS, MODELS, RATINGS_MODELS
from xaesthetic.core.errors import ModelError
from xaesthetic.core.files import sha256
from xaesthetic.core.having import default_models, models_having
from xaesthetic.core.para import LICENCE, PARA_ATTRIBUTES
from xaesthetic.core.seen import pack
from xaesthetic.core.types import Experiment
from xaesthetic.data import images
from xaesthetic.data.records import find_records
from xaesthetic.models.forward import Session
from xaesthetic.models.loading import load_model
from xaesthetic.models.weights import read_weights
from xaesthetic.stages import predict
from xaesthetic.train.features import pooled

pytestmark = pytest.mark.torch
RESEARCH = (*MODELS, *RATINGS_MODELS)
OSIE = SHARED / "osie" / "stimuli"


def manifest(name):
    return json.loads((_heads.EMBEDDED / f"{name}.json").read_text())


def originals():
    return [images.decode(record.path) for record in find_records("sample", None) if record.edit is None]


def squashed(pixels, quality):
    """A photograph squashed to PARA's 224 x 224 by the stated filter, as a file."""
    file = io.BytesIO()
    small = Image.fromarray(images.resize(pixels, (224, 224), "bilinear"))
    small.save(file, "JPEG", quality=quality) if quality else small.save(file, "PNG")
    return np.asarray(Image.open(file).convert("RGB"))


@pytest.mark.parametrize("name", RESEARCH)
def test_the_manifest_is_of_the_file_and_says_what_was_reached(name):
    described = manifest(name)
    assert described["sha256"] == sha256(_heads.EMBEDDED / f"{name}.safetensors")
    assert described["attributes"] == [item.name for item in PARA_ATTRIBUTES]
    assert described["licence"] == LICENCE
    assert described["size"] == [224, 224]
    assert described["seen"]["photographs"] == (2000 if name in RATINGS_MODELS else 2100)
    result = described["result"]["test"]
    assert result["photographs"] == 500
    for attribute, rho in result["spearman"].items():
        low, high = result["interval"][attribute]
        assert 0.55 < low < rho < high
    assert ("edits" in described) == (name in MODELS)


@pytest.mark.parametrize("name", FREE_MODELS)
def test_the_free_ones_list_what_they_saw(name):
    assert manifest(name)["seen"]["photographs"] == 175
    assert "licence" not in manifest(name)


@pytest.mark.parametrize("name", RESEARCH)
def test_refits_rate_as_the_head_does(name):
    kept = read_weights(_heads.EMBEDDED, name)
    weights, bias = kept.refits.weights.numpy(), kept.refits.bias.numpy()
    assert weights.shape == (10, *kept.weights.shape)
    assert bias.shape == (10, len(PARA_ATTRIBUTES))
    assert "converted" not in kept.manifest
    features = pooled(load_model(name, on="cpu"), originals(), "cpu")
    rated = features @ kept.weights.numpy().T + kept.bias.numpy()
    again = np.einsum("nk,rak->rna", features, weights) + bias[:, None]
    assert np.abs(again - rated).mean() < 0.4  # of 1 to 5; a head of other photographs is off by more than 1
    assert np.abs(again[::2] - again[1::2]).mean() > 1e-3


@pytest.mark.parametrize("name", MODELS)
def test_the_licence_is_in_what_every_caption_says(name):
    source = load_model(name, on="cpu").source
    assert LICENCE in source.licence
    assert LICENCE in source.trained
    assert (_heads.EMBEDDED / "LICENSE-PARA.md").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(("quality", "shifted", "alike"), [(0, 0.05, 0.99), (95, 0.05, 0.99), (75, 0.1, 0.95)])
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.skipif(not OSIE.is_dir(), reason="needs OSIE's photographs")
def test_a_file_and_its_copy_like_paras_are_rated_alike(name, quality, shifted, alike):
    """Without losses nearly the same; PARA's files are of quality 75 or so, where what is lost costs some of the order."""
    model = load_model(name, on="cpu")
    pixels = [images.decode(path) for path in sorted(OSIE.glob("*.jpg"))[::9]]
    session = Session(model)
    one, other = (
        np.concatenate([session.run([item]).ratings for item in photos])
        for photos in (pixels, [squashed(item, quality) for item in pixels])
    )
    shift = (other - one).mean(0) / one.std(0)
    correlation = [np.corrcoef(*pair)[0, 1] for pair in zip(one.T, other.T, strict=True)]
    assert np.abs(shift).max() < shifted
    assert min(correlation) > alike


def test_free_weights_alone(monkeypatch):
    monkeypatch.setenv("XAESTHETIC_FREE_WEIGHTS", "1")
    assert default_models(("light",)) == FREE_MODELS
    with pytest.raises(ModelError, match="lite0_ft: its weights are for research use, PARA, .*; choose lite0_ft_edits"):
        load_model("lite0_ft", on="cpu")
    assert load_model("lite0_ft_edits", on="cpu").source.trained == "trained on edits, not on ratings"
    monkeypatch.setenv("XAESTHETIC_FREE_WEIGHTS", "0")
    assert default_models(("all",)) == MODELS


def test_the_edits_model_is_shown_where_it_has_what_is_named(monkeypatch):
    monkeypatch.delenv("XAESTHETIC_FREE_WEIGHTS", raising=False)
    assert default_models(("light",)) == (*MODELS, "multigap_lite0_edits")
    assert default_models(("depth_of_field",)) == (*MODELS, "multigap_lite0_edits")
    assert default_models(("quality",)) == MODELS
    assert default_models(("all",)) == MODELS


def test_a_model_that_has_none_of_the_attributes_is_left_out():
    with pytest.warns(UserWarning, match="lite0_ft_edits is left out: it has no quality"):
        assert models_having(("lite0_ft", "lite0_ft_edits"), ("quality",)) == ("lite0_ft",)
    assert models_having(("lite0_ft_edits",), ("quality",)) == ("lite0_ft_edits",)
    assert models_having(("lite0_ft_edits", "lite0_ft"), ("quality", "light")) == ("lite0_ft_edits", "lite0_ft")


def test_what_is_related_is_found_and_said():
    model = load_model("lite0_ft", ["depth_of_field"], on="cpu")
    assert model.attributes == ("dof",)
    assert model.descriptions[0].likeness == "related to depth_of_field, not the same"


def test_beyond_a_score_the_models_that_have_it_are_shown(monkeypatch):
    monkeypatch.delenv("XAESTHETIC_FREE_WEIGHTS", raising=False)
    assert default_models(("light",), "overall") == MODELS
    with pytest.warns(UserWarning, match="lite0_ft_edits is left out: it has no overall"):
        assert models_having(("lite0_ft_edits", "lite0_ft"), ("light",), "overall") == ("lite0_ft",)
    assert models_having(("lite0_ft_edits",), ("light",), "overall") == ("lite0_ft_edits",)  # refused by name when loaded


def test_a_rating_says_which_photographs_its_model_saw(monkeypatch, write_photo, photo, tmp_path):
    monkeypatch.delenv("XAESTHETIC_FREE_WEIGHTS", raising=False)
    files = [write_photo(tmp_path / name, photo + n) for n, name in enumerate(("a.png", "b.png"))]
    model = load_model("lite0_ft", ["light"], on="cpu")
    seen = pack([hashlib.sha256(files[1].read_bytes()).hexdigest()])
    saw = replace(model, source=replace(model.source, seen=seen))
    monkeypatch.setattr(predict, "load_model", lambda *_: saw)
    ratings = predict.rate(files, Experiment("", None, ("lite0_ft",), (), ("light",), None, device="cpu"))
    (name,) = ratings.seen["lite0_ft"]
    assert name.endswith("b.png")
    assert f"Seen in training by lite0_ft: {name}." in ratings._repr_html_()
