"""NIMA's MobileNet: as Keras computes it, and which of its outputs `cam` explains."""

import h5py
import numpy as np
import pytest
import torch
from xaesthetic_baselines._nima import NAMES, SCORES
from xaesthetic_baselines.converters.nima import nima as convert

from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.data.fetch.registry import cached, find_download
from xaesthetic.models.contract import probe
from xaesthetic.models.forward import Session
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import select
from xaesthetic.models.pooling import global_average

FILE = "weights_mobilenet_aesthetic_0.07.hdf5"


@pytest.fixture(scope="module")
def model():
    return load_model("nima=random", on="cpu")


def test_mean_and_deviation_are_of_the_softmax(model):
    raw = model.run(probe(model)).raw.double().numpy()
    shares = np.exp(raw[:, 2:]) / np.exp(raw[:, 2:]).sum(1, keepdims=True)
    scores = np.arange(1, 11)
    mean = shares @ scores
    assert raw[:, 0] == pytest.approx(mean, abs=1e-5)
    assert raw[:, 1] == pytest.approx(np.sqrt(shares @ scores**2 - mean**2), abs=1e-4)
    assert [item.range for item in model.descriptions[:3]] == ["1 to 10", "0 to 4.5", ""]


def test_cam_is_exact_for_the_logits_and_refused_for_the_others(model):
    pixels = [np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)]
    logits = select(model, NAMES[-SCORES:])
    results = Session(logits).run(pixels, ["cam", "grad_cam"])
    bias = model.head.function.bias.numpy()
    assert results.maps["cam"].mean((2, 3)) + bias == pytest.approx(results.raw, abs=1e-5)
    with pytest.raises(ModelError, match="^cam needs .*, which overall and overall_std lack; use --method grad_cam.$"):
        Session(model).run(pixels, ["cam"])
    maps = Session(model, partial=True).run(pixels, ["cam", "grad_cam"]).maps
    assert np.isnan(maps["cam"][:, :2]).all()
    assert np.array_equal(maps["cam"][:, 2:], results.maps["cam"])
    assert np.isfinite(maps["grad_cam"]).all()
    with pytest.raises(ModelError, match="which overall lacks"):  # no output is left that it explains
        Session(select(model, ["overall"]), partial=True).run(pixels, ["cam"])


def test_convolutions_of_stride_2_pad_on_the_right_and_below_only(model):
    first = model.module.parts["conv1"]
    x = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        patch = (first.convolution.weight[0] * x[0, :, :3, :3]).sum()  # the first cell sees no padding
        outcome = first.norm(patch * torch.ones(1, 32, 1, 1))[0, 0].clamp(0, 6)
        assert first(x)[0, 0, 0, 0] == pytest.approx(float(outcome), abs=1e-5)
        assert model.features(x)[0].shape == (1, 1024, 7, 7)


@pytest.mark.slow
def test_it_is_keras_network(tmp_path):
    """All 28 layers, from Keras's own MobileNet through a file to here."""
    from support.keras_mobilenet import build, randomise, write

    theirs = randomise(build())
    write(theirs, tmp_path / "published.hdf5")
    folder, manifest = convert(tmp_path / "published.hdf5", tmp_path / "out")
    assert manifest["trained"].startswith("weights not known (published.hdf5 sha256")
    mine = load_model(f"nima={folder}", on="cpu")
    assert mine.source.trained.startswith("weights not known")
    _assert_alike(mine, theirs)


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["lacks", "shape", "nan"])
def test_another_network_is_refused(damage, tmp_path):
    from support.keras_mobilenet import build, write

    file = tmp_path / "other.hdf5"
    write(build(), file)
    with h5py.File(file, "a") as opened:
        group = opened["conv_pw_3"]
        values = group["conv_pw_3/kernel:0"][()]
        del group["conv_pw_3/kernel:0"]
        if damage == "lacks":
            group.attrs["weight_names"] = np.array([], "S1")
        else:
            group["conv_pw_3/kernel:0"] = values[..., :-1] if damage == "shape" else np.full_like(values, np.nan)
    said = {"lacks": "lacks conv_pw_3/kernel; it is", "shape": r"but \(1, 1, 128, 128\) was wanted", "nan": "not finite|nan"}
    with pytest.raises((DataError, ModelError), match=said[damage]):
        convert(file, tmp_path / "out")


@pytest.mark.slow
def test_the_published_file(tmp_path):
    """An extra: where the file is fetched to."""
    from support.keras_mobilenet import build, read

    file = cached("nima") / FILE
    if not file.is_file():
        pytest.skip("xaesthetic data fetch nima has not been run")
    folder, _ = convert(file, tmp_path)
    mine = load_model(f"nima={folder}", on="cpu")
    assert mine.source.trained == "trained on people's ratings (AVA)"
    _assert_alike(mine, read(build(), file))


def test_its_download_has_a_checksum():
    (file,) = find_download("nima").files
    assert (file.name, file.size, len(file.sha256)) == (FILE, 13_174_216, 64)


def _assert_alike(mine, theirs):
    x = probe(mine)
    with torch.no_grad():
        averages = global_average(mine.features(x)).numpy()
        logits = mine.head(mine.features(x))[:, 2:].numpy()
        wanted = theirs(x.permute(0, 2, 3, 1).numpy(), training=False).numpy()
    assert averages.std() > 1e-3
    assert np.abs(logits - wanted).max() < 1e-5 * max(1.0, np.abs(wanted).max())
