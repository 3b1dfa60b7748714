"""A head from people's ratings, and from edits with them, on a tiny network."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.seen import seen_among
from xaesthetic.core.types import InputSpec, Record, Source
from xaesthetic.data import images
from xaesthetic.data.records import Collection, file_sum
from xaesthetic.models.forward import Session
from xaesthetic.models.model import gap_linear
from xaesthetic.models.weights import read_weights
from xaesthetic.train import choosing, edited, rated
from xaesthetic.train.standardised import refits, standardised

SOURCE = Source("nobody", "none", "nothing", {})
CPU = Execution(device="cpu")
DOF = Attribute("dof", "Depth", 1, 5, related=("depth_of_field",))


def tiny_net(attributes=("light", "dof")):
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(3, 12, 3, stride=2)
    inputs = InputSpec((24, 24), mean=(0.5, 0.5, 0.5), scale=1.0)
    head = torch.zeros(len(attributes), 12), torch.zeros(len(attributes))
    return gap_linear(list(attributes), inputs, lambda x: (torch.relu(layer(x)),), *head, SOURCE)


@pytest.fixture
def photographs(tmp_path, write_photo, monkeypatch):
    """Sixty plain photographs in sessions of two whose light is rated 1 to 5; twelve others with a subject."""
    monkeypatch.setattr(choosing, "PENALTIES", (1.0, 10.0))
    monkeypatch.setattr(choosing, "WEIGHTS", (1.0,))
    random = np.random.default_rng(0)
    records, subjects = [], []
    for index in range(72):
        level = int(random.integers(20, 230))
        pixels = np.clip(level + random.normal(0, 10, (30, 40, 3)), 0, 255).astype(np.uint8)
        path = write_photo(tmp_path / "photos" / f"{index}.png", pixels)
        if index >= 60:
            outline = ((10.0, 8.0), (30.0, 8.0), (30.0, 22.0), (10.0, 22.0))
            subjects.append(Record(str(index), path, original=str(index), subject=(outline,)))
            continue
        ratings = {"light": 1 + level / 64, "dof": 3 + random.normal(), "other": 2.0}
        splits = {"test" if index >= 48 else "train": index}
        records.append(Record(str(index), path, original=str(index), ratings=ratings, splits=splits, group=f"s{index // 2}"))
    monkeypatch.setattr(rated, "collect", lambda data, root: Collection(tuple(records), described=(DOF,)))
    monkeypatch.setattr(edited, "find_records", lambda data, root: subjects)
    monkeypatch.setattr(rated, "load_model", lambda name, on, trust: tiny_net())
    monkeypatch.setattr(rated, "validate_trainable", lambda name: None)
    return records, subjects


def test_photographs_to_edit_are_looked_for_before_anything_is_computed(photographs, tmp_path, monkeypatch):
    monkeypatch.setattr(edited, "find_records", lambda data, root: [])
    monkeypatch.setattr(rated, "load_model", None)
    with pytest.raises(DataError, match="osi: 0 photographs with a subject"):
        rated.train_rated_head("tiny", "para:train", None, tmp_path / "out", 0, CPU, "osi")
    assert not (tmp_path / "out").exists()


def test_a_head_from_ratings_rates_in_their_scale(photographs, tmp_path):
    records, _ = photographs
    manifest = rated.train_rated_head("tiny", "para:train", None, tmp_path / "out", 0, CPU)
    assert read_json(tmp_path / "out/tiny.json") == manifest
    assert manifest["attributes"] == ["light", "dof"]  # what the model rates; the data has more
    assert manifest["described"][0]["related"] == ["depth_of_field"]
    assert manifest["trained"] == "trained on people's ratings (research use, PARA)"
    assert (manifest["licence"], manifest["size"]) == ("research use, PARA", [24, 24])
    result = manifest["result"]["test"]
    assert result["photographs"] == 12
    low, high = result["interval"]["light"]
    assert -1 < low <= result["spearman"]["light"] <= high
    assert result["spearman"]["light"] > 0.8
    assert -1 <= manifest["specificity_null"]["light, dof"] <= 1
    assert "48 photographs" in manifest["specificity_null_method"]
    kept = read_weights(tmp_path / "out", "tiny")
    model = gap_linear(["light", "dof"], tiny_net().inputs, tiny_net().features, kept.weights, kept.bias, SOURCE)
    shown = Session(model).run([images.decode(record.path) for record in records[48:]], ["cam"])
    np.testing.assert_allclose(shown.ratings[:, 0], [record.ratings["light"] for record in records[48:]], atol=0.5)
    np.testing.assert_allclose(shown.maps["cam"].mean((2, 3)) + kept.bias.numpy(), shown.raw, rtol=1e-4, atol=1e-4)


def test_it_lists_what_it_saw_and_nothing_else(photographs, tmp_path):
    records, subjects = photographs
    manifest = rated.train_rated_head("tiny", "mine", None, tmp_path, 0, CPU, "others")
    sums = {record.id: file_sum(record.path) for record in (*records, *subjects)}
    seen = seen_among(manifest["seen"]["sums"], sums, "the manifest")
    assert {record.id for record in records[:48]} <= seen
    assert not seen & {record.id for record in records[48:]}
    assert len(seen & {record.id for record in subjects}) == 6
    assert "licence" not in manifest


def test_edits_are_rows_and_their_effects_are_said(photographs, tmp_path):
    manifest = rated.train_rated_head("tiny", "mine", None, tmp_path, 0, CPU, "others")
    assert manifest["assumed"]["effects"]["underexpose"] == {"light": -0.8, "dof": 0.0}
    assert manifest["nested_folds"]["edits_may_cost"] == 0.01
    item = manifest["edits"]["light: underexpose"]
    assert item["assumed"] == -0.8
    assert item["moved"] < -0.3
    assert {"moved_kind_not_shown", "accuracy", "accuracy_kind_not_shown"} <= set(item)
    assert "accuracy" not in manifest["edits"]["dof: underexpose"]
    assert manifest["assumed"]["effects"]["jpeg"] == {"light": 0.0, "dof": 0.0}
    assert manifest["copies"].keys() == {"jpeg 95", "jpeg 90", "jpeg 75"}
    assert abs(manifest["copies"]["jpeg 75"]["light"]) < 0.1
    kept = manifest["nested_folds"]["edits_kept"]
    assert manifest["trained"] == ("trained on people's ratings and on edits" if kept else "trained on people's ratings")


def test_refits_are_of_disjoint_halves():
    random = np.random.default_rng(0)
    features, labels = random.normal(size=(40, 5)), random.normal(size=(40, 2))
    rows = standardised(features, labels, [f"s{row // 4}" for row in range(40)], None)
    used = []
    real = type(rows).head

    class Noted(type(rows)):
        def head(self, part, choice):
            used.append(set(part))
            return real(self, part, choice)

    noted = Noted(rows.rows, rows.problem, rows.groups, rows.scale, rows.center, rows.spread)
    weights, bias = refits(noted, choosing.Choice(2.0, 0.0), 0)
    assert (weights.shape, weights.dtype, bias.shape, bias.dtype) == ((10, 2, 5), np.float16, (10, 2), np.float32)
    for one, other in zip(used[::2], used[1::2], strict=True):
        assert not one & other
        assert one | other == set(range(40))
        assert {row // 4 for row in one} & {row // 4 for row in other} == set()
        assert len(one) == 20
    assert len({frozenset(item) for item in used}) > 4
    np.testing.assert_allclose(weights[0], rows.head(np.array(sorted(used[0])), choosing.Choice(1.0, 0.0))[0], atol=1e-3)


def test_too_little_is_refused(photographs, tmp_path, monkeypatch):
    records, _ = photographs
    monkeypatch.setattr(rated, "collect", lambda data, root: Collection(tuple(records[:20])))
    with pytest.raises(DataError, match="mine: 20 photographs rated for light; at least 30 are needed"):
        rated.train_rated_head("tiny", "mine", None, tmp_path / "few", 0, CPU)
    together = tuple(replace(record, group="one") for record in records)
    monkeypatch.setattr(rated, "collect", lambda data, root: Collection(together))
    with pytest.raises(DataError, match="mine: the photographs to train on are of 1 groups; at least 5 are needed"):
        rated.train_rated_head("tiny", "mine", None, tmp_path / "one", 0, CPU)
