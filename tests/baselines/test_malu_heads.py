import os
import pickle

import joblib
import numpy as np
import pytest
import torch
import torchvision
from support.keras_resnet50 import HEADS
from xaesthetic_baselines import _resnet50
from xaesthetic_baselines.converters.malu import malu

from xaesthetic.core import plugins
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import sha256
from xaesthetic.models.loading import load_model


@pytest.fixture
def published():
    random = np.random.default_rng(0)
    return {name: random.normal(size=(15104, 1)).astype(np.float32) for name in HEADS}


@pytest.fixture
def backbone(tmp_path, monkeypatch):
    """torchvision's network in the cache, under the name that its sha256 gives it."""
    monkeypatch.setenv("XAESTHETIC_CACHE", str(tmp_path))
    (tmp_path / "resnet50").mkdir()
    file = tmp_path / "resnet50" / "weights.pth"
    torch.manual_seed(7)
    torch.save(torchvision.models.resnet50().state_dict(), file)
    name = f"resnet50-{sha256(file)[:8]}.pth"
    file.rename(file.with_name(name))
    monkeypatch.setattr(_resnet50, "WEIGHTS", name)


@pytest.mark.parametrize("protocol", [2, 4])
def test_output_weights_go_on_the_imagenet_backbone_and_say_so(published, backbone, tmp_path, protocol):
    joblib.dump(published, tmp_path / "weights.pkl", protocol=protocol)
    malu(tmp_path / "weights.pkl", heads=True)
    model = load_model("malu_resnet50", on="cpu")
    wanted = torch.from_numpy(np.stack([published[name][:, 0] for name in HEADS]))
    assert torch.equal(model.weights, wanted)
    assert not model.bias.any()
    assert model.inputs == _resnet50.INPUTS
    digest = sha256(tmp_path / "malu_resnet50" / "malu_resnet50.safetensors")[:12]
    assert model.source.trained == (
        f"weights not known (malu_resnet50.safetensors sha256 {digest}…), "
        "on an ImageNet backbone that they were not trained on"
    )
    x = torch.randn(2, 3, 97, 131, generator=torch.Generator().manual_seed(0))
    taken = model.run(x)
    raw, maps = taken.raw, plugins.load("methods", "cam")(taken)
    torch.testing.assert_close(maps.mean((2, 3)) + model.bias, raw, rtol=1e-5, atol=1e-5 * float(maps.abs().mean()))


class Evil:
    def __reduce__(self):
        return os.mkdir, ("evil",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda heads: pickle.dumps({"Light": Evil()}, protocol=2), "asks for (posix|nt).mkdir"),
        (lambda heads: pickle.dumps([1, 2]), "holds something else than arrays"),
        (lambda heads: pickle.dumps({"Light": 1}), "holds something else than arrays"),
        (lambda heads: b"", "is no joblib file"),
        (
            lambda heads: (
                b"\x80\x02}q\x00(U\x07Contentq\x01cjoblib.numpy_pickle\nNumpyArrayWrapper\nq\x02)\x81q\x03}q\x04b."
            ),
            "array of NoneType",
        ),
    ],
)
def test_other_pickles_are_refused_and_do_not_run(tmp_path, monkeypatch, content, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights.pkl").write_bytes(content(None))
    with pytest.raises(DataError, match=said):
        malu(tmp_path / "weights.pkl", tmp_path / "out", heads=True)
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "out").exists()


def test_output_weights_that_do_not_fit_are_refused(published, tmp_path):
    joblib.dump(published | {"Beauty": published["Light"]}, tmp_path / "more.pkl")
    with pytest.raises(DataError, match="besides the twelve outputs: Beauty"):
        malu(tmp_path / "more.pkl", tmp_path / "out", heads=True)
    joblib.dump(published | {"Light": np.zeros((7, 1), np.float32)}, tmp_path / "small.pkl")
    with pytest.raises(DataError, match=r"Light is \(7, 1\)"):
        malu(tmp_path / "small.pkl", tmp_path / "out", heads=True)
    joblib.dump(published | {"Light": np.array([[None]] * 15104)}, tmp_path / "objects.pkl")
    with pytest.raises(DataError, match="objects.pkl: is no joblib file"):
        malu(tmp_path / "objects.pkl", tmp_path / "out", heads=True)
    whole = (tmp_path / "more.pkl").read_bytes()
    (tmp_path / "torn.pkl").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="torn.pkl: is no joblib file"):
        malu(tmp_path / "torn.pkl", tmp_path / "out", heads=True)
