import json

import h5py
import numpy as np
import pytest
import torch
from support.keras_resnet50 import HEADS, SIGMOID, build, randomise, write
from xaesthetic_baselines._resnet50_v1 import INPUTS, ResNet50V1
from xaesthetic_baselines.converters.malu import malu

from xaesthetic.core import plugins
from xaesthetic.core.attributes import ATTRIBUTES
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.files import sha256
from xaesthetic.models.forward import to_batch
from xaesthetic.models.loading import load_model
from xaesthetic.models.pooling import global_average

pytestmark = pytest.mark.slow

SIZE = (97, 131)  # odd and even grids come up on the way


@pytest.fixture(scope="module")
def keras_model():
    return randomise(build(SIZE))


@pytest.fixture(scope="module")
def checkpoint(keras_model, tmp_path_factory):
    path = tmp_path_factory.mktemp("keras") / "weights-improvement.hdf5"
    write(keras_model, path)
    return path


@pytest.fixture(scope="module")
def converted(checkpoint, tmp_path_factory):
    folder, _ = malu(checkpoint, tmp_path_factory.mktemp("converted"))
    return folder


@pytest.fixture(scope="module")
def x():
    return torch.randn(2, 3, *SIZE, generator=torch.Generator().manual_seed(0)) * 60


@pytest.fixture(scope="module")
def keras_outputs(keras_model, x):
    return [output.detach().numpy() for output in keras_model(x.permute(0, 2, 3, 1).numpy(), training=False)]


# -- the network -------------------------------------------------------------------------------------------------------


def test_it_has_as_many_parameters_as_the_paper_says():
    network = ResNet50V1()
    backbone = sum(each.numel() for each in network.parameters())
    model = load_model("malu_resnet50=random", on="cpu")
    assert backbone == 23_534_592
    assert backbone + model.weights.numel() + model.bias.numel() == 23_715_852
    assert model.weights.shape == (12, 15104)


@pytest.mark.slow
def test_the_grids_at_299():
    with torch.no_grad():
        found = ResNet50V1()(torch.zeros(1, 3, 299, 299))
    assert (
        [layer.shape[2] for layer in found]
        == [layer.shape[3] for layer in found]
        == [*[74] * 3, *[37] * 4, *[19] * 6, *[10] * 3]
    )
    assert sum(layer.shape[1] for layer in found) == 15104


def test_every_block_and_head_agrees_with_keras(converted, keras_outputs, x, record_property):
    model = load_model(f"malu_resnet50={converted}", on="cpu")
    with torch.no_grad():
        blocks = model.features(x)
        raw = model.head(blocks).numpy()
    differences = {}
    for number, (ours, theirs) in enumerate(zip(blocks, keras_outputs[:16], strict=True)):
        theirs = theirs.transpose(0, 3, 1, 2)
        assert ours.shape == theirs.shape
        assert np.abs(theirs).max() > 0
        differences[f"block {number}"] = np.abs(ours.numpy() - theirs).max() / np.abs(theirs).max()
    for column, (name, theirs) in enumerate(zip(HEADS, keras_outputs[16:], strict=True)):
        assert model.attributes[column] == ATTRIBUTES[column].name
        assert ATTRIBUTES[column].csv == name
        differences[name] = np.abs(raw[:, column] - theirs[:, 0]).max() / np.abs(theirs).max()
    for name, value in differences.items():
        record_property(name, f"{value:.1e}")
    print({name: f"{value:.1e}" for name, value in differences.items()})
    assert max(differences.values()) < 1e-4
    assert len(differences) == 28


def test_ratings_have_the_published_links(converted):
    model = load_model(f"malu_resnet50={converted}", on="cpu")
    raw = torch.linspace(-2, 2, 12)[None]
    wanted = [torch.sigmoid(v) if name in SIGMOID else torch.tanh(v) for name, v in zip(HEADS, raw[0], strict=True)]
    torch.testing.assert_close(model.ratings(raw)[0], torch.stack(wanted))


@pytest.mark.parametrize(("whole", "suffix"), [(False, ""), (True, ":0")])
def test_both_layouts_of_keras_are_read(keras_model, converted, tmp_path, whole, suffix):
    write(keras_model, tmp_path / "other.hdf5", whole, suffix)
    folder, _ = malu(tmp_path / "other.hdf5", tmp_path / "out")
    assert sha256(folder / "malu_resnet50.safetensors") == sha256(converted / "malu_resnet50.safetensors")


def test_photographs_become_what_the_paper_fed_it():
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[..., 0] = 200  # red
    found = to_batch([pixels], INPUTS)[0]
    assert found.shape == (3, 299, 299)
    torch.testing.assert_close(found[:, 0, 0], torch.tensor([-103.939, -116.779, 200 - 123.68]))


# -- the head ----------------------------------------------------------------------------------------------------------


def conserved(model, x):
    taken = model.run(x)
    raw, maps = taken.raw, plugins.load("methods", "cam")(taken)
    torch.testing.assert_close(maps.mean((2, 3)) + model.bias, raw, rtol=1e-5, atol=1e-5 * float(maps.abs().mean()))
    return raw


def test_a_cams_mean_plus_the_bias_is_the_raw_output(converted, x):
    conserved(load_model(f"malu_resnet50={converted}", on="cpu"), x)


@pytest.mark.filterwarnings("ignore:.*depend on what else is in the batch")
def test_running_is_the_codes_head_at_the_trained_batch(checkpoint, tmp_path, write_photo, photo):
    """Sixteen photographs that the running norm was measured on, as one batch through the code's own head."""
    random = np.random.default_rng(0)
    for index in range(16):
        write_photo(
            tmp_path / "photos" / f"{index:02}.png", np.clip(photo + random.integers(-60, 60, 3), 0, 255).astype(np.uint8)
        )
    (tmp_path / "photos" / "broken.png").write_bytes(b"no photograph")
    running, manifest = malu(checkpoint, tmp_path / "running", "running", str(tmp_path / "photos"))
    code, _ = malu(checkpoint, tmp_path / "batch", "batch")
    assert manifest["measured_on"].endswith("photos: 16 photographs")
    one, other = (load_model(f"malu_resnet50={folder}", on="cpu") for folder in (running, code))
    assert other.weights is None
    random_x = torch.randn(16, 3, *SIZE, generator=torch.Generator().manual_seed(1))
    from xaesthetic.data import images

    pixels = [images.decode(path) for path in sorted((tmp_path / "photos").glob("[0-9]*.png"))]
    with torch.no_grad():
        activations = one.features(to_batch(pixels, INPUTS))
        torch.testing.assert_close(one.head(activations), other.head(activations), rtol=1e-3, atol=1e-4)
    conserved(one, random_x[:2])


@pytest.mark.filterwarnings("ignore:.*depend on what else is in the batch")
def test_the_codes_head_by_the_equation_and_its_dependence_on_the_batch(checkpoint, tmp_path):
    folder, _ = malu(checkpoint, tmp_path / "batch", "batch")
    model = load_model(f"malu_resnet50={folder}", on="cpu")
    assert "depend on the batch" in model.source.trained
    kept = load_model(f"malu_resnet50={malu(checkpoint, tmp_path / 'none')[0]}", on="cpu")
    random = torch.Generator().manual_seed(0)
    activations = tuple(torch.rand(16, count, 2, 2, generator=random) for count in ResNet50V1().channels)
    features = global_average(activations)
    normed = features / torch.stack([torch.linalg.vector_norm(column) for column in features.T])
    wanted = normed @ kept.weights.T + kept.bias
    torch.testing.assert_close(model.head(activations), wanted, rtol=1e-4, atol=1e-5)
    four_times = tuple(layer.repeat(4, 1, 1, 1) for layer in activations)
    torch.testing.assert_close(model.head(four_times)[:16] - kept.bias, (wanted - kept.bias) / 2, rtol=1e-4, atol=1e-5)
    alone = [model.head(tuple(layer[i : i + 1] for layer in activations)) for i in range(2)]
    torch.testing.assert_close(alone[0], alone[1])


# -- what cannot be converted ------------------------------------------------------------------------------------------


def called(file, layer, *names):
    """Let the file say that these are the layer's arrays."""
    file["model_weights"][layer].attrs["weight_names"] = [name.encode() for name in names]


def swapped(file):
    values = file["model_weights/conv1/conv1_W"][()].transpose(3, 2, 0, 1)
    del file["model_weights/conv1/conv1_W"]
    file["model_weights/conv1/conv1_W"] = values


def renamed(file):
    file["model_weights/Light"].move("Light_W", "Beauty_W")
    called(file, "Light", "Beauty_W", "Light_b")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: file["model_weights"].attrs.__delitem__("layer_names"), "has no layer_names"),
        (lambda file: called(file, "conv1", "conv1_W"), "lacks conv1_b"),
        (lambda file: called(file, "conv1", "conv1_W", "conv1_b", "gone"), "cannot be read"),
        (renamed, "lacks Light_W"),
        (swapped, r"conv1_W is \(64, 3, 7, 7\), but \(7, 7, 3, 64\) was wanted; .* Theano"),
    ],
)
def test_damaged_checkpoints_are_refused(checkpoint, tmp_path, spoil, said):
    path = tmp_path / "w.hdf5"
    path.write_bytes(checkpoint.read_bytes())
    with h5py.File(path, "r+") as file:
        spoil(file)
    with pytest.raises(DataError, match=said):
        malu(path, tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:5201\n", "is a Git LFS pointer"),
        (b"nothing", "cannot be read as HDF5"),
        (b"", "cannot be read as HDF5"),
    ],
)
def test_files_that_are_no_checkpoint(tmp_path, content, said):
    (tmp_path / "w.hdf5").write_bytes(content)
    with pytest.raises(DataError, match=said):
        malu(tmp_path / "w.hdf5", tmp_path / "out")


def test_choices_that_do_not_go_together(checkpoint, tmp_path):
    for arguments, said in (
        (("best",), "no norm 'best'"),
        (("running",), "needs photographs"),
        (("none", "sample"), "the others need none"),
        (("running", "sample", None, True), "do not have"),
    ):
        with pytest.raises(DataError, match=said):
            malu(checkpoint, tmp_path, *arguments)


def test_a_manifest_that_names_another_network_is_refused(converted, tmp_path):
    described = json.loads((converted / "malu_resnet50.json").read_text())
    described["backbone"] = "imagenet"
    (tmp_path / "malu_resnet50.safetensors").write_bytes((converted / "malu_resnet50.safetensors").read_bytes())
    (tmp_path / "malu_resnet50.json").write_text(json.dumps(described))
    with pytest.raises(ModelError, match="xaesthetic data fetch resnet50"):
        load_model(f"malu_resnet50={tmp_path}")
