"""What a data set declares of its ratings stands in the weights that are trained on them, and the model says it again."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from support.trained_package import write_package
from xaesthetic_baselines._heads import with_head

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import ModelError
from xaesthetic.core.execution import Execution
from xaesthetic.core.files import write_json
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.folder import ModelFile, output_of, read_folder, write_folder
from xaesthetic.models.loading import load_model
from xaesthetic.models.weights import Weights, read_weights, write_weights
from xaesthetic.train.fit import train_network
from xaesthetic.train.multigap import train_multigap
from xaesthetic.train.recipe import make_recipe

BEAUTY = Attribute("beauty", "Beauty of all", 1, 10)
NOISE = Attribute("noise", low=0, higher_is_better=False)
DECLARED = '[beauty]\ntitle = "Beauty of all"\nlow = 1\nhigh = 10\n[noise]\nlow = 0\nhigher_is_better = false\n'


@pytest.fixture
def rated(tmp_path):
    """Forty plain photographs with ratings, and what is declared of these."""
    random = np.random.default_rng(0)
    folder = tmp_path / "rated"
    folder.mkdir()
    with (folder / "ratings.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["image", "beauty", "noise", "light"])
        for number in range(40):
            level = int(random.integers(20, 230))
            pixels = np.clip(level + random.normal(0, 10, (40, 50, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number:02}.png")
            table.writerow([f"{number:02}.png", 1 + level / 30, level / 100, level / 255])
    (folder / "attributes.toml").write_text(DECLARED)
    return folder


@pytest.mark.slow
def test_weights_say_it_and_a_model_with_them_too(rated, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(write_package(tmp_path / "package"))
    recipe = make_recipe({"attributes": ["noise", "beauty", "light"], "epochs": 1, "batch": 8, "flips": False})
    manifest = train_network("small_net", str(rated), None, tmp_path / "out", recipe, execution=Execution(device="cpu"))
    assert manifest["described"] == [
        {"name": "beauty", "title": "Beauty of all", "low": 1.0, "high": 10.0, "higher_is_better": True},
        {"name": "noise", "title": "noise", "low": 0.0, "higher_is_better": False},
    ]
    kept = read_weights(tmp_path / "out", "small_net")
    assert set(kept.described) == {BEAUTY, NOISE}
    source = Source("", "", "", {})
    model = with_head("net", torch.nn.Identity(), 20, InputSpec((8, 8), mean=(0.0, 0.0, 0.0)), source, kept)
    assert [item.range for item in model.descriptions] == ["from 0", "1 to 10", "-1 to 1"]
    assert model.descriptions[1].title == "Beauty of all"


@pytest.mark.slow
def test_a_model_folder_says_it(rated, tmp_path):
    choice = ModelChoice.parse("timm:test_resnet=random")
    manifest = train_multigap(choice, str(rated), None, tmp_path / "out", 0, Execution(device="cpu"))
    assert [item["name"] for item in manifest["described"]] == ["beauty", "noise"]
    model = load_model(tmp_path / "out", on="cpu")
    known = {item.name: item for item in model.descriptions}
    assert (known["beauty"], known["noise"]) == (BEAUTY, NOISE)
    assert (known["light"].title, known["light"].range) == ("Light", "-1 to 1")  # the vocabulary's, as for the ratings


@pytest.mark.parametrize("item", [BEAUTY, NOISE, Attribute("技術", high=5), Attribute("plain"), Attribute('a"b', "x")])
def test_a_model_file_keeps_open_ends(item, tmp_path):
    write_folder(tmp_path, ModelFile("timm:resnet18", outputs=[output_of(item)]))
    assert read_folder(tmp_path).outputs == (item,)


@pytest.mark.parametrize("described", [[{"name": "light"}] * 2, [{"name": "other"}]])
def test_a_manifest_that_describes_what_it_has_not_is_refused(described, tmp_path):
    weights = Weights(torch.zeros(1, 4), torch.zeros(1), {}, {"attributes": ["light"], "trained": "not"})
    manifest = write_weights(tmp_path, "net", weights)
    write_json(tmp_path / "net.json", manifest | {"described": described})
    with pytest.raises(ModelError, match="describes '(light|other)' twice, or has no such attribute"):
        read_weights(tmp_path, "net")
    assert replace(weights, manifest={}).described == ()
