"""Near duplicates by features: crops and mirrored copies, in blocks, whatever their size."""

import json

import numpy as np
import pytest
from PIL import Image

from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import DataError, PluginError
from xaesthetic.core.types import Record
from xaesthetic.data.photograph import load_photograph
from xaesthetic.data.records import find_records
from xaesthetic.train import similar
from xaesthetic.train.similar import SIMILAR, near_by_features, similar_pairs


def by_hand(features):
    """Pearson-like cosines of standardised channels, pair by pair: every later row with the first that it is like."""
    scaled = (features - features.mean(0)) / features.std(0)
    result = []
    for other in range(len(scaled)):
        for one in range(other):
            cosine = scaled[one] @ scaled[other] / np.linalg.norm(scaled[one]) / np.linalg.norm(scaled[other])
            if cosine >= SIMILAR:
                result.append((one, other))
                break
    return sorted(result)


@pytest.mark.parametrize("block", [1, 7, 1024])
def test_blocks_find_what_all_pairs_have(block):
    random = np.random.default_rng(0)
    features = random.normal(size=(40, 30)).astype(np.float32) * random.uniform(0.1, 9, 30).astype(np.float32) + 3
    features[20:26] = features[3:9] + 0.3 * random.normal(size=(6, 30)) * features.std(0)
    features[30:32] = features[3]
    wanted = by_hand(features.astype(np.float64))
    assert {(3, 30), (3, 31)} <= set(wanted)
    assert len(wanted) >= 8
    assert similar_pairs(features, block) == wanted


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Ninths of six photographs; of the fifth the middle 90 %, and it mirrored."""
    folder = tmp_path_factory.mktemp("photographs")
    whole = [load_photograph(record) for record in find_records("sample") if record.edit is None]
    parts = [part for item in whole for row in np.array_split(item, 3) for part in np.array_split(row, 3, axis=1)]
    height, width = parts[4].shape[:2]
    inner = parts[4][height // 20 : -(height // 20), width // 20 : -(width // 20)]
    for number, pixels in enumerate([*parts, inner, parts[4][:, ::-1]]):
        Image.fromarray(pixels).resize((224, 224)).save(folder / f"{number:02}.png")
    return folder


@pytest.mark.slow
def test_the_command_finds_crops_and_mirrored_copies(folder, command):
    status, said, _ = command("data", "check", folder, "--model", "lite0_ft", "--no-near", "--json")
    assert status == 0
    (sheet,) = [item for item in json.loads(said)["sheets"] if "by features of lite0_ft" in item["title"]]
    pairs = {(row[0], row[2]) for row in sheet["rows"]}
    assert {("04.png", "54.png"), ("04.png", "55.png")} <= pairs
    assert len(pairs) <= 5  # parts of one sky may pass for one another


def test_what_cannot_be_compared_is_refused(folder):
    few = [Record(f"{n}", folder / f"{n:02}.png", f"{n}") for n in range(3)]
    with pytest.raises(DataError, match="3 photographs that can be read are too few to compare by features; 50 were wanted"):
        near_by_features({"mine": few}, ModelChoice.parse("lite0_ft"))
    with pytest.raises(PluginError, match="no model 'nothing'"):
        near_by_features({"mine": few}, ModelChoice.parse("nothing"))


def test_more_than_can_be_compared_all_with_all_are_refused_before_anything_is_computed(folder, monkeypatch):
    monkeypatch.setattr(similar, "MOST", 2)
    monkeypatch.setattr(similar, "load_model", None)
    many = [Record(f"{n}", folder / f"{n:02}.png", f"{n}") for n in range(3)]
    with pytest.raises(DataError, match="mine: 3 photographs are too many to compare all with all by features; at most 2"):
        near_by_features({"mine": many}, ModelChoice.parse("lite0_ft"))
