from dataclasses import replace

import numpy as np
import pytest
import torch
from support.model_folders import INPUTS, STAGED

from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.execution import Execution
from xaesthetic.core.seen import seen_among
from xaesthetic.core.types import Record
from xaesthetic.data import images
from xaesthetic.data.records import Collection, file_sum
from xaesthetic.models.backbones import build_backbone
from xaesthetic.models.forward import Session, to_batch
from xaesthetic.models.loading import load_model
from xaesthetic.train import multigap, ridge

CHOICE = ModelChoice.parse("timm:test_resnet=random")
CPU = Execution(device="cpu")


@pytest.fixture
def photographs(tmp_path, write_photo, monkeypatch):
    """Twenty-four plain photographs whose light is rated, and one that is no photograph."""
    random = np.random.default_rng(0)
    records = []
    for index in range(24):
        level = int(random.integers(20, 230))
        pixels = np.clip(level + random.normal(0, 10, (40, 50, 3)), 0, 255).astype(np.uint8)
        path = write_photo(tmp_path / "photos" / f"{index}.png", pixels)
        records.append(Record(str(index), path, original=str(index), ratings={"light": level / 255}))
    (tmp_path / "photos/bad.png").write_bytes(b"no photograph")
    records.append(Record("bad", tmp_path / "photos/bad.png", original="bad", ratings={"light": 0.5}))
    monkeypatch.setattr(multigap, "collect", lambda data, root: Collection(tuple(records)))
    return records


def test_a_head_on_a_backbone_becomes_a_folder_whose_maps_add_up(photographs, tmp_path):
    out = tmp_path / "out"
    manifest = multigap.train_multigap(CHOICE, "mine", None, out, 0, CPU)
    assert sorted(path.name for path in out.iterdir() if path.name not in (".lock", "__pycache__")) == [
        "model.json",
        "model.safetensors",
        "model.toml",
    ]
    assert read_json(out / "model.json") == manifest
    model = load_model(out, on="cpu")
    assert len(model.layers) == 5
    pixels = [images.decode(record.path) for record in photographs[:6]]
    results = Session(model).run(pixels, ["cam"])
    np.testing.assert_allclose(results.maps["cam"].mean((2, 3)) + model.bias.numpy(), results.raw, rtol=1e-3, atol=1e-4)
    assert np.corrcoef(results.ratings[:, 0], [record.ratings["light"] for record in photographs[:6]])[0, 1] > 0.8
    assert "backbone of random weights" in model.source.trained
    assert manifest["result"]["test"]["photographs"] == 5
    sums = {record.id: file_sum(record.path) for record in photographs}
    seen = seen_among(model.source.seen, sums, "the model")
    assert len(seen) == manifest["seen"]["photographs"] == int(manifest["data"].split()[1]) == 18
    assert f"{manifest['left_out_of_tests'].split()[0]}" == "0"


def test_a_photograph_that_looks_trained_on_is_not_tested_on(photographs, tmp_path, monkeypatch, write_photo):
    random = np.random.default_rng(1)
    blobs = np.kron(random.integers(0, 255, (4, 5, 3), dtype=np.uint8), np.ones((10, 10, 1), np.uint8))
    lists = ["train"] * 20 + ["validation"] * 2 + ["test"] * 3
    known = [replace(record, splits={name: 0}) for record, name in zip(photographs, lists, strict=True)]
    for number, pixels in ((3, blobs), (22, blobs[::2, ::2])):  # the same, once smaller
        write_photo(known[number].path, pixels)
    monkeypatch.setattr(multigap, "collect", lambda data, root: Collection(tuple(known)))
    manifest = multigap.train_multigap(CHOICE, "mine", None, tmp_path / "out", 0, CPU)
    assert manifest["left_out_of_tests"].startswith("1 photographs")
    assert manifest["result"]["test"]["photographs"] == 2
    assert manifest["seen"]["photographs"] == 20


def test_the_features_are_the_averages_of_the_stages(photographs, tmp_path):
    """The slow way: timm's own stages one by one, each channel's mean in numpy."""
    import timm

    backbone = build_backbone(CHOICE)
    model = multigap._untrained(backbone, CHOICE, "cpu")
    features = multigap.photographs_features(model, photographs, tmp_path, CPU)
    assert np.isnan(features[-1]).all()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = timm.create_model("test_resnet", features_only=True).eval()
    net.load_state_dict(backbone.net.state_dict(), strict=False)
    x = to_batch([images.decode(photographs[3].path)], backbone.inputs)
    with torch.no_grad():
        slow = np.concatenate([stage[0].numpy().mean((1, 2)) for stage in net(x)])
    np.testing.assert_allclose(features[3], slow, rtol=1e-4, atol=1e-5)


def test_the_ridge_is_that_of_the_equation():
    """β = (ZᵀZ + αI)⁻¹ Zᵀ(y − ȳ) of centred features over their deviations; nan is no rating."""
    random = np.random.default_rng(0)
    features, labels = random.normal(3, [1, 5, 0.2], (40, 3)).astype(np.float32), random.normal(size=40)
    labels[7] = np.nan
    weights, bias, alpha = multigap._fit(features, labels, "light", "mine")
    known = ~np.isnan(labels)
    rows, wanted = features[known].astype(float), labels[known]
    scale = rows.std(0)
    centred = (rows - rows.mean(0)) / scale
    beta = np.linalg.solve(centred.T @ centred + alpha * np.eye(3), centred.T @ (wanted - wanted.mean())) / scale
    np.testing.assert_allclose(weights, beta, rtol=1e-6)
    assert bias == pytest.approx(wanted.mean() - rows.mean(0) @ beta)


def test_photographs_that_nobody_rated_are_edited(tmp_path, write_photo, monkeypatch):
    """Twelve photographs with a subject: the head is fitted to edits, on a model folder, and maps add up."""
    random = np.random.default_rng(0)
    records = []
    for index in range(12):
        pixels = np.clip(random.integers(40, 180, 3) + random.normal(0, 40, (32, 40, 3)), 0, 255).astype(np.uint8)
        path = write_photo(tmp_path / "photos" / f"{index}.png", pixels)
        outline = ((12.0, 8.0), (30.0, 8.0), (30.0, 24.0), (12.0, 24.0))
        records.append(Record(str(index), path, original=str(index), subject=(outline,), ratings={"light": 0.5}))
    monkeypatch.setattr(multigap, "collect", lambda data, root: Collection(tuple(records)))
    monkeypatch.setattr(ridge, "find_records", lambda data, root: records)
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "network.py").write_text(STAGED)
    (folder / "model.toml").write_text(f'architecture = "network:build"\n{INPUTS}')
    choice, trusted = ModelChoice(str(folder)), Execution(device="cpu", trust=True)
    out = tmp_path / "out"
    with pytest.raises(ModelError, match="would run code of this folder; read it, then add --trust"):
        multigap.train_multigap(choice, "mine", None, out, 0, CPU, from_edits=True)
    manifest = multigap.train_multigap(choice, "mine", None, out, 0, trusted, from_edits=True)
    assert manifest["trained"] == "trained on edits, not on ratings"
    assert manifest["command"].endswith("--head multigap --recipe ridge")
    model = load_model(out, on="cpu", trust=True)
    assert "depth_of_field" in model.attributes
    assert model.layers == ("one", "two")
    results = Session(model).run([images.decode(record.path) for record in records[:3]], ["cam"])
    np.testing.assert_allclose(results.maps["cam"].mean((2, 3)) + model.bias.numpy(), results.raw, rtol=1e-3, atol=1e-3)
    assert sorted(path.name for path in out.iterdir() if path.name not in (".lock", "__pycache__")) == [
        *("model.json", "model.safetensors", "model.toml", "network.py")
    ]


def test_what_cannot_be_trained_is_refused(photographs, tmp_path, monkeypatch):
    (tmp_path / "model.toml").write_text("")
    with pytest.raises(DataError, match="holds a model already"):
        multigap.train_multigap(CHOICE, "mine", None, tmp_path, 0, CPU)
    for choice in ("multigap_lite0", "pyiqa:piqe", "timm:test_resnet=weights"):
        with pytest.raises(ModelError, match="is no backbone for a new head"):
            multigap.train_multigap(ModelChoice.parse(choice), "mine", None, tmp_path / "out", 0, CPU)
    monkeypatch.setattr(multigap, "collect", lambda data, root: Collection(tuple(photographs[:8])))
    with pytest.raises(DataError, match="photographs rated for light can be trained on; 10 at least"):
        multigap.train_multigap(CHOICE, "mine", None, tmp_path / "out", 0, CPU)
    assert not (tmp_path / "out/model.toml").exists()
