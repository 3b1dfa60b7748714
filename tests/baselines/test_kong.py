import struct

import numpy as np
import pytest
import torch
from scipy.signal import correlate
from support.kong_files import BRANCHES, CONV, WIDTHS, blob, caffemodel, mean_image, prototxt, weights
from support.plugin_package import make_photos
from xaesthetic_baselines import _kong, _kong_torch, kong_alexnet_torch
from xaesthetic_baselines._caffe_files import read_binaryproto, read_caffemodel
from xaesthetic_baselines._caffe_net import computed
from xaesthetic_baselines._prototxt import read_prototxt
from xaesthetic_baselines.converters import kong as converter

from xaesthetic.core import plugins
from xaesthetic.core.attributes import ATTRIBUTES, NAMES
from xaesthetic.core.errors import DataError, MissingWeightsError, ModelError
from xaesthetic.models.forward import to_batch
from xaesthetic.models.loading import load_model


@pytest.fixture
def small(monkeypatch):
    """Kong's network with few channels in every layer, for the converter and the model."""
    plan = _kong.layers(WIDTHS)
    monkeypatch.setattr(converter, "layers", lambda: plan)
    monkeypatch.setattr(_kong_torch, "layers", lambda: plan)


@pytest.fixture
def files(tmp_path):
    """Its three files, as Caffe writes them."""

    def write(old=False, packed=True, text=None, model=None, mean=None):
        arrays = weights(WIDTHS)
        paths = [tmp_path / name for name in ("net.prototxt", "net.caffemodel", "mean.binaryproto")]
        paths[0].write_text(text or prototxt(WIDTHS, old))
        paths[1].write_bytes(caffemodel(arrays, old, packed) if model is None else model)
        paths[2].write_bytes(blob(mean_image(), old=True) if mean is None else mean)
        return paths

    return write


@pytest.fixture
def model(small, files, tmp_path):
    folder, _ = converter.kong(*files(), tmp_path / "out")
    return kong_alexnet_torch.kong_alexnet_torch(folder)


# -- the network, written out again ------------------------------------------------------------------------------------


def convolved(x, pair, stride, pad, group):
    kernel, bias = (np.float64(each) for each in pair)
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad)))
    per_in, per_out = len(x) // group, len(kernel) // group
    maps = []
    for number, (each, shift) in enumerate(zip(kernel, bias, strict=True)):
        first = number // per_out * per_in
        maps.append(sum(correlate(x[first + k], each[k], "valid") for k in range(per_in))[::stride, ::stride] + shift)
    return np.array(maps)


def pooled(x):
    """3 x 3 windows every 2 cells; Caffe lets the last one reach over the edge."""
    cells = -(-(x.shape[1] - 3) // 2) + 1
    return np.array(
        [[x[:, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3].max((1, 2)) for j in range(cells)] for i in range(cells)]
    ).transpose(2, 0, 1)


def normalised(x):
    """Caffe's LRN across channels: x / (1 + alpha / 5 Σ over five channels x²) ^ beta."""
    sums = np.array([(x[max(0, k - 2) : k + 3] ** 2).sum(0) for k in range(len(x))])
    return x / (1 + 1e-4 / 5 * sums) ** 0.75


def slow(x):
    """conv5 and the twelve outputs of one input, by CaffeNet's layers."""
    arrays = weights(WIDTHS)
    for name, (_, stride, pad, group) in CONV.items():
        x = np.maximum(convolved(x, arrays[name], stride, pad, group), 0)
        if name in ("conv1", "conv2"):
            x = normalised(pooled(x))

    def inner(name, values):
        return np.float64(arrays[name][0]) @ values + arrays[name][1]

    hidden = np.maximum(inner("fc7", np.maximum(inner("fc6", pooled(x).ravel()), 0)), 0)
    spread = {name: np.maximum(inner(name, hidden), 0) for name in ("fc8new", *(f"fc8_{branch}" for branch in BRANCHES))}
    outputs = [inner(f"fc9_{branch}", spread[f"fc8_{branch}"])[0] for branch in BRANCHES]
    merged = np.maximum(inner("fc10_merge", np.concatenate(list(spread.values()))), 0)
    return x, np.array([*outputs, inner("fc11_score", merged)[0]])


def test_it_computes_what_caffenets_layers_do(model):
    x = np.random.default_rng(3).normal(0, 60, (2, 3, 227, 227)).astype(np.float32)
    with torch.no_grad():
        (conv5,) = model.features(torch.from_numpy(x))
        found = model.head((conv5,)).numpy()
    assert conv5.shape == (2, WIDTHS["conv5"], 13, 13)
    for row in range(2):
        maps, outputs = slow(np.float64(x[row]))
        np.testing.assert_allclose(conv5[row], maps, rtol=0, atol=1e-5 * maps.max())
        np.testing.assert_allclose(found[row], outputs, rtol=1e-4, atol=1e-5 * np.abs(outputs).max())


def test_the_order_of_outputs_is_the_vocabularys(model):
    assert model.attributes == NAMES
    assert [each.blob for each in ATTRIBUTES] == [*(f"fc9_{branch}" for branch in BRANCHES), "fc11_score"]


def test_grad_cam_of_all_attributes_comes_of_one_pass(model, photo):
    x = to_batch([photo, photo[::-1]], model.inputs)
    taken = model.run(x, "sums")
    activations, maps = taken.activations, plugins.load("methods", "grad_cam")(taken)
    assert maps.shape == (2, 12, 13, 13)
    layer = activations[0].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(model.head((layer,))[:, 3].sum(), layer)
    wanted = (gradient.sum((2, 3), keepdim=True) * activations[0]).sum(1)
    torch.testing.assert_close(maps[:, 3], wanted, rtol=1e-4, atol=1e-5 * float(wanted.abs().max()))
    with pytest.raises(ModelError, match="use --method grad_cam"):
        plugins.load("methods", "cam")(taken)


def test_photographs_are_bgr_less_the_middle_of_the_mean_image(model):
    red = np.zeros((50, 60, 3), np.uint8)
    red[..., 0] = 200
    wanted = -mean_image()[0, :, 14:241, 14:241]
    wanted[2] += 200
    np.testing.assert_allclose(to_batch([red], model.inputs)[0], wanted, rtol=1e-6)


# -- files -------------------------------------------------------------------------------------------------------------


def test_every_format_of_caffe_gives_the_same(small, files, tmp_path):
    found = []
    for number, options in enumerate(({}, {"old": True}, {"packed": False})):
        folder, manifest = converter.kong(*files(**options), tmp_path / str(number))
        found.append(((folder / "kong_alexnet_torch.safetensors").read_bytes(), manifest["attributes"]))
    assert found[0] == found[1] == found[2]


def test_the_full_network_has_kongs_sizes():
    shapes = {name: tuple(value.shape) for name, value in _kong.KongAlexNet(_kong.layers()).state_dict().items()}
    assert shapes["layers.conv2.weight"] == (256, 48, 5, 5)
    assert shapes["layers.fc6.weight"] == (4096, 9216)
    assert shapes["layers.fc8.weight"] == (512 + 11 * 256, 4096)
    assert shapes["layers.fc9_Light.weight"] == (1, 256)
    assert shapes["layers.fc10_merge.weight"] == (128, 512 + 11 * 256)


def test_what_is_read_is_what_was_written(files):
    arrays = weights(WIDTHS)
    found = read_caffemodel(files()[1])
    assert found.keys() == arrays.keys()
    for name, pair in arrays.items():
        for ours, theirs in zip(found[name], pair, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(read_binaryproto(files()[2]), mean_image())


def test_a_doubles_blob_is_read(tmp_path):
    values = np.array([0.5, -2.0])
    (tmp_path / "b").write_bytes(b"\x3a\x03\x0a\x01\x02" + b"\x42\x10" + values.astype("<f8").tobytes())
    np.testing.assert_array_equal(read_binaryproto(tmp_path / "b"), values.astype(np.float32))


def test_blobs_are_followed_in_place_or_not(tmp_path):
    text = """
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer { name: "a" type: "InnerProduct" bottom: "data" top: "a" inner_product_param { num_output: 4 } }
    layer { name: "r" type: "ReLU" bottom: "a" top: "b" }   # not in place
    layer < name: 'c' type: "InnerProduct" bottom: "b" top: "c", inner_product_param: { num_output: 2 } >
    """
    (tmp_path / "p").write_text(text)
    found = computed(read_prototxt(tmp_path / "p"), tmp_path / "p").layers
    assert {name: each.words for name, each in found.items()} == {
        "a": "inner product 4 of the input of 3",
        "c": "inner product 2 of relu(a)",
    }


# -- other networks and damage -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("num_output: 12 kernel_size: 5", "num_output: 12 kernel_size: 3", r"layer 'conv2' is 'convolution 12 of 3 x 3"),
        ("group: 2", "group: 1", r"layer 'conv2' is .*groups 1 of .*but .*groups 2"),
        ('name: "conv3"', 'name: "convolution3"', "has no layer 'conv3'"),
        ("alpha: 0.0001", "alpha: 0.0002", r"layer 'conv2' is .*lrn 5 0.0002"),
        ("pool: MAX", "pool: AVE", r"layer 'conv2' is .*ave 3 / 2"),
        ('type: "ReLU"', 'type: "PReLU"', "layer 'relu_conv1' is of type PReLU"),
        ('bottom: "fc6"', 'bottom: "nothing"', "reads nothing"),
        ("{", "", "cannot be read as a prototxt"),
        ("}", "} }", "an unexpected }"),
    ],
)
def test_the_first_layer_that_is_another_is_named(small, files, tmp_path, old, new, said):
    text = prototxt(WIDTHS)
    assert old in text
    with pytest.raises(DataError, match=said):
        converter.kong(*files(text=text.replace(old, new, 1)), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_pooling_after_normalisation_is_another_network(small, files, tmp_path):
    text = prototxt(WIDTHS).replace('bottom: "conv1" top: "pool1"', 'bottom: "norm1" top: "pool1"')
    text = text.replace('bottom: "pool1" top: "norm1"', 'bottom: "conv1" top: "norm1"')
    lines = text.splitlines()
    first, second = (next(i for i, line in enumerate(lines) if f'name: "{name}"' in line) for name in ("pool1", "norm1"))
    lines[first], lines[second] = lines[second], lines[first]
    text = "\n".join(lines).replace('bottom: "norm1" top: "conv2"', 'bottom: "pool1" top: "conv2"')
    with pytest.raises(DataError, match=r"layer 'conv2' is .*of max 3 / 2\(lrn"):
        converter.kong(*files(text=text), tmp_path / "out")


def test_weights_that_do_not_fit_are_refused(small, files, tmp_path):
    arrays = weights(WIDTHS)
    for change, said in (
        ({"fc7": [arrays["fc7"][0][:, :-1], arrays["fc7"][1]]}, r"layer 'fc7' has a weight of \(18, 19\), but \(18, 20\)"),
        ({"fc7": arrays["fc7"][:1]}, "layer 'fc7' has 1 arrays"),
        ({"fc11_score": []}, "layer 'fc11_score' has 0 arrays"),
    ):
        with pytest.raises(DataError, match=said):
            converter.kong(*files(model=caffemodel(arrays | change)), tmp_path / "out")
    with pytest.raises(DataError, match=r"the mean image is \(3, 8, 8\)"):
        converter.kong(*files(mean=blob(np.zeros((3, 8, 8), np.float32))), tmp_path / "out")


def test_torn_files_are_refused(small, files, tmp_path):
    whole = caffemodel(weights(WIDTHS))
    spoiled = [b"", whole[:-1], whole[: len(whole) // 2], b"\xff" * 40, b"\x0b", b"#!/bin/sh", whole + whole]
    spoiled.append(struct.pack("<BBI", 0xA2, 0x06, 2**31))
    for content in spoiled:
        with pytest.raises(DataError, match=r"net\.caffemodel: (cannot be read|holds no layer|has two layers)"):
            converter.kong(*files(model=content), tmp_path / "out")


def test_without_weights_the_commands_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("XAESTHETIC_CACHE", str(tmp_path))
    with pytest.raises(MissingWeightsError, match=r"data fetch kong.*research use.*convert kong initModel\.prototxt"):
        kong_alexnet_torch.kong_alexnet_torch()


def test_another_networks_tensors_are_refused(model, tmp_path, monkeypatch):
    monkeypatch.setattr(_kong_torch, "layers", lambda: _kong.layers(WIDTHS | {"fc7": 5}))
    with pytest.raises(ModelError, match="is not this network"):
        kong_alexnet_torch.kong_alexnet_torch(tmp_path / "out")


# -- without its weights, and with methods that it has not ---------------------------------------------------------------


@pytest.fixture
def narrow(monkeypatch):
    monkeypatch.setattr(kong_alexnet_torch, "layers", lambda: _kong.layers(WIDTHS))


def test_random_weights_are_the_same_every_time_and_say_so(narrow):
    first, second = (load_model("kong_alexnet_torch=random") for _ in range(2))
    x = to_batch([np.random.default_rng(0).integers(0, 256, (50, 60, 3), dtype=np.uint8)], first.inputs)
    assert first.source.trained == "random weights, not trained"
    assert first.attributes == NAMES
    assert torch.equal(first.run(x).raw, second.run(x).raw)
    assert first.run(x).raw.std() > 0


@pytest.mark.slow
def test_reproduce_leaves_cam_out_and_named_it_is_refused_at_once(narrow, tmp_path, command):
    """As in the README: the default methods hold `cam`, which Kong's head has not."""
    photos = make_photos(tmp_path / "photos", 4)
    chosen = ("--data", photos, "--model", "kong_alexnet_torch", "--weights", "random")
    drawn = ("reproduce", "--figure", 8, *chosen, "--pick", 1, "--out", "paper")
    status, out, said = command(*drawn)
    assert (status, "index.html" in out) == (0, True)
    assert said.startswith("xaesthetic: kong_alexnet_torch-random: cam is left out: cam needs global average pooling")
    status, _, said = command(*drawn[:-1], "other", "--method", "cam")
    assert (status, said.count("\n")) == (2, 1)
    assert "kong_alexnet_torch-random: cam needs" in said
    assert not (tmp_path / "other").exists()
    status, out, said = command("compare", "--attr", "light", *chosen, "--method", "grad_cam", "--pick", 1, "--out", "both")
    assert (status, "xaesthetic:" in said) == (0, False)
    assert "attribute_grid_light.png" in out
