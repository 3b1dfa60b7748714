"""Models of anybody's are tried when they are loaded: what is wrong is said then, in one line, or set right."""

import numpy as np
import pytest
import torch
from support import nets

from xaesthetic.core.errors import ModelError, XaestheticWarning
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models import contract
from xaesthetic.models.contract import validate_model
from xaesthetic.models.forward import Session
from xaesthetic.models.heads import FunctionHead, LinearHead
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.pooling import global_average

LAYERS = nets.linear_net().features
PHOTO = np.random.default_rng(1).integers(0, 256, (27, 23, 3), dtype=np.uint8)


def changed(model=None, **changes):
    """A model as a plug-in may make it, past all checks of types."""
    model = model or nets.linear_net()
    for name, value in changes.items():
        object.__setattr__(model, name, value)
    return model


def head(function, **more):
    return nets.net_of(FunctionHead(function, **more))


def refused(model):
    with pytest.raises(ModelError) as caught:
        validate_model(model, "their_net")
    said = str(caught.value)
    assert said.startswith("their_net: ")
    assert "\n" not in said
    return said


@pytest.mark.parametrize("make", [nets.linear_net, nets.curved_net, nets.partial_net, nets.writing_net])
def test_a_good_model_stays_what_it_is(make):
    model = make()
    loaded = validate_model(model, "their_net")
    assert (loaded.features, loaded.head.linear_row(0) is None) == (model.features, model.head.linear_row(0) is None)
    assert loaded.name == "their_net"
    np.testing.assert_array_equal(Session(loaded).run([PHOTO]).raw, Session(model).run([PHOTO]).raw)


@pytest.mark.parametrize("model", [None, 7, "multigap_lite0", torch.nn.Linear(2, 2)], ids=repr)
def test_what_is_no_model(model):
    assert f"gives {type(model).__name__}, but an AttributeModel was wanted" in refused(model)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"attributes": ()}, "one name or more"),
        ({"attributes": ["a", "b", "c"]}, "a tuple"),
        ({"attributes": ("a", "b", "a")}, "two of its attributes are called 'a'"),
        ({"attributes": ("a", "b", "A")}, "two of its attributes are called 'a'"),
        ({"attributes": ("a", "", "c")}, "is empty"),
        ({"attributes": ("a", " b", "c")}, "begins or ends with a blank"),
        ({"attributes": ("a", 2, "c")}, "2 is no text"),
        ({"attributes": ("a", "b/c", "d")}, "a slash or a control character"),
        ({"attributes": ("a", "b\nc", "d")}, "a slash or a control character"),
        ({"attributes": ("a", "..", "d")}, "begins with a dot"),
        ({"attributes": ("a", "All", "d")}, "the word for all"),
        ({"attributes": ("a" * 200, "b", "c")}, "too long"),
        ({"attributes": ("a", "b")}, "it has 2 attributes, but its head's weights are of 3 outputs"),
        ({"links": ("tanh",)}, "one for each attribute"),
        ({"links": ("tanh", "tanh", "softmax")}, "'softmax' is unknown; there are identity, tanh, sigmoid"),
        ({"inputs": (27, 23)}, "an InputSpec was wanted"),
        ({"source": {"citation": "me"}}, "a Source was wanted"),
        ({"features": None}, "its features are NoneType"),
        ({"module": "net"}, "its module is str"),
        ({"head": lambda activations: activations}, "its head is function, but a LinearHead or a FunctionHead"),
        (
            {"head": changed(LinearHead(torch.zeros(3, 27), torch.zeros(3)), weights=np.zeros((3, 27)))},
            "weights are ndarray",
        ),
        (
            {"head": changed(LinearHead(torch.zeros(3, 27), torch.zeros(3)), weights=torch.zeros(3, 27).long())},
            "torch.int64",
        ),
        ({"head": FunctionHead(LAYERS, linear={3: (torch.zeros(27), torch.tensor(0.0))})}, "it has 0 to 2"),
    ],
)
def test_what_a_model_says_of_itself(changes, said):
    assert said in refused(changed(**changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size": (0, 23)}, "its input size is (0, 23)"),
        ({"size": (27.0, 23)}, "its input size is (27.0, 23)"),
        ({"size": 27}, "its input size is 27"),
        ({"mean": (0.0, float("nan"), 0.0)}, "three finite numbers or an image"),
        ({"mean": np.zeros((3, 5, 5), np.float32)}, "no image of 3 finite channels"),
        ({"std": (1.0, 0.0, 1.0)}, "three numbers above 0"),
        ({"scale": 0.0}, "its scale is 0.0"),
        ({"resample": "lanczos"}, "'lanczos'; there are bilinear, bicubic, nearest"),
    ],
)
def test_inputs_that_cannot_be(changes, said):
    spec = changed(InputSpec((27, 23), mean=(0.0, 0.0, 0.0)), **changes)
    assert said in refused(changed(inputs=spec))


def test_a_source_that_is_none():
    for field, value in (("citation", 3), ("trained", None), ("files", ["a"]), ("untrained", "light")):
        source = changed(Source("me", "none", "random", {}), **{field: value})
        assert field in refused(changed(source=source))


@pytest.mark.parametrize(
    ("features", "said"),
    [
        (lambda x: {"conv": LAYERS(x)[0]}, "give a dict, but a tuple of one tensor a layer"),
        (lambda x: LAYERS(x)[0], "give a torch.float32 tensor of (1, 6, 13, 11), but a tuple"),
        (lambda x: (), "give a tuple, but"),
        (lambda x: (LAYERS(x)[0].mean((2, 3)),), "layer 1 of its features is a torch.float32 tensor of (1, 6)"),
        (lambda x: (LAYERS(x)[0].flatten(2).mT,), "lay tokens out on their grid"),
        (lambda x: (LAYERS(x)[0][:, :0],), "of (1, 0, 13, 11)"),
        (lambda x: (LAYERS(x)[0].long(),), "is torch.int64, but floats"),
        (lambda x: (LAYERS(x)[0].numpy(),), "is a ndarray"),
        (lambda x: (LAYERS(x)[0] * float("nan"),), "holds nan or infinity"),
        (lambda x: (torch.cat([LAYERS(x)[0]] * 2),), "(2, 6, 13, 11)"),
        (lambda x: LAYERS(x.half()), "fails on a batch of noise of the size (27, 23) (RuntimeError:"),
        (lambda x: LAYERS(x.no_such_thing), "AttributeError"),
        (lambda x: LAYERS(x)[:2], "the linear weights|fails on a batch"),
    ],
)
def test_features_that_cannot_be_explained(features, said):
    heard = refused(changed(features=features))
    assert any(part in heard for part in said.split("|"))


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda layers: layers[0].mean((2, 3)), "are a torch.float32 tensor of (1, 6), but a tensor of floats of (1, 3)"),
        (lambda layers: layers[0].mean((2, 3))[:, :3, None], "(1, 3, 1)"),
        (lambda layers: layers[0].mean((2, 3))[:, :3].numpy(), "are a ndarray"),
        (lambda layers: {"light": 1}, "are a dict"),
        (
            lambda layers: layers[0].mean((2, 3))[:, :3] / 0 * torch.tensor([1.0, 0.0, 1.0]),
            "its output 'light' is nan or inf",
        ),
        (lambda layers: 1 / 0, "ZeroDivisionError: division by zero"),
    ],
)
def test_heads_whose_outputs_cannot_be_rated(function, said):
    assert said in refused(head(function))


def test_only_the_output_that_is_nan_is_named():
    spoiled = lambda layers: layers[0].mean((2, 3))[:, :3] * torch.tensor([1.0, float("nan"), 1.0])  # noqa: E731
    assert "its output 'content' is nan" in refused(head(spoiled))


def test_weights_that_are_no_numbers():
    linear = nets.linear_net()
    spoiled = linear.weights.clone()
    spoiled[1, 5] = float("nan")
    assert "the linear weights of 'content' hold nan" in refused(changed(head=LinearHead(spoiled, linear.bias)))
    network = torch.nn.Conv2d(3, 4, 3).requires_grad_(False)
    network.weight[0, 0, 0, 0] = float("inf")
    assert "its weights weight hold nan or infinity" in refused(changed(module=network))


def test_linear_weights_that_are_not_those_of_the_outputs():
    linear = nets.linear_net()
    rows = {0: (linear.weights[0], linear.bias[0]), 1: (linear.weights[0], linear.bias[1])}
    assert "its output 'content' is not what the linear weights" in refused(head(linear.head, linear=rows))
    assert "(26,)" in refused(head(linear.head, linear={0: (linear.weights[0, 1:], linear.bias[0])}))
    validate_model(head(linear.head, linear={0: rows[0]}), "their_net")


def test_the_gradient_of_weights_does_not_matter():
    linear = nets.linear_net()
    free = LinearHead(torch.nn.Parameter(linear.weights), torch.nn.Parameter(linear.bias))
    loaded = validate_model(changed(head=free), "their_net")
    results = Session(loaded).run([PHOTO], ["cam", "grad_cam"])
    np.testing.assert_array_equal(results.raw, Session(linear).run([PHOTO]).raw)


# -- from call to call -------------------------------------------------------------------------------------------------


def network(*layers):
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Conv2d(3, 12, 3, 2), *layers, torch.nn.ReLU())


def of_network(net, hidden=False):
    weights, bias = torch.randn(3, 12, generator=torch.Generator().manual_seed(0)), torch.zeros(3)
    inputs = InputSpec((27, 23), mean=(128.0,) * 3, std=(60.0,) * 3)
    module = None if hidden else net
    return AttributeModel(nets.NAMES, inputs, lambda x: (net(x),), LinearHead(weights, bias), nets.SOURCE, module)


@pytest.mark.parametrize("hidden", [False, True], ids=["module", "in a closure"])
@pytest.mark.parametrize("layer", [torch.nn.Dropout(0.5), torch.nn.BatchNorm2d(12)], ids=["dropout", "norm"])
def test_training_mode_is_ended_and_said(layer, hidden):
    net = network(layer).train()
    with pytest.warns(XaestheticWarning, match="their_net: was in training mode") as warned:
        loaded = validate_model(of_network(net, hidden), "their_net")
    assert len(warned) == 1
    assert not net.training
    first, second = (Session(loaded).run([PHOTO]).raw for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_layers_that_have_no_mode_are_not_spoken_of():
    validate_model(of_network(network().train()), "their_net")


def test_a_rating_by_chance_is_refused():
    net = network()
    drop = lambda x: (torch.nn.functional.dropout(net(x), 0.5, training=True),)  # noqa: E731
    assert "rates one photograph differently from call to call" in refused(changed(of_network(net), features=drop))


def test_ratings_that_depend_on_the_batch_are_spoken_of():
    norm = lambda x: (torch.nn.functional.batch_norm(network()(x), None, None, training=True) + 1,)  # noqa: E731
    model = changed(of_network(network()), features=norm)
    object.__setattr__(model, "features", lambda x: (norm(x)[0] * x.mean((0, 1, 2, 3)),))
    with pytest.warns(XaestheticWarning, match="their_net: ratings depend on what else is in the batch"):
        validate_model(model, "their_net")


# -- what is written into ----------------------------------------------------------------------------------------------


def test_an_input_that_is_written_into_stays():
    linear = nets.linear_net()
    loaded = validate_model(changed(features=lambda x: LAYERS(x.mul_(0.5))), "their_net")
    x = contract.probe(linear)
    before = x.clone()
    raw = loaded.run(x).raw
    assert torch.equal(x, before)
    torch.testing.assert_close(raw, linear.run(before * 0.5).raw)
    np.testing.assert_array_equal(*(Session(loaded).run([PHOTO], ["occlusion"]).maps["occlusion"] for _ in range(2)))


def test_a_buffer_that_is_filled_again_is_copied():
    buffers = {}

    def features(x):
        for number, layer in enumerate(LAYERS(x)):
            buffers.setdefault((number, layer.shape), torch.empty_like(layer)).copy_(layer)
        return tuple(buffers[number, layer.shape] for number, layer in enumerate(LAYERS(x)))

    loaded = validate_model(changed(features=features), "their_net")
    first, second = torch.split(contract.probe(loaded), 1)
    taken = loaded.run(first)
    loaded.run(second)
    for layer, wanted in zip(taken.activations, LAYERS(first), strict=True):
        assert torch.equal(layer, wanted)


def test_a_head_that_writes_into_what_it_says_it_leaves():
    writes = lambda layers: global_average((layers[2].sub_(1).relu_(),))[:, :3]  # noqa: E731
    assert "its head writes into the activations; leave copies=False out" in refused(head(writes, copies=False))
    loaded = validate_model(head(writes), "their_net")
    alone, together = (
        Session(loaded).run([PHOTO], methods).maps["activation_energy"]
        for methods in (["activation_energy"], ["activation_energy", "grad_cam"])
    )
    np.testing.assert_array_equal(alone, together)


def test_a_layer_that_the_head_does_not_use_adds_nothing():
    used = lambda layers: layers[0].mean((2, 3))[:, :3]  # noqa: E731
    loaded = validate_model(head(used), "their_net")
    taken = loaded.run(contract.probe(loaded), "full")
    assert not any(sums.any() for sums in taken.gradient_sums[1:])
    assert not any(gradient.any() for gradient in taken.gradients[1:])
    assert np.isfinite(Session(loaded).run([PHOTO], ["grad_cam"]).maps["grad_cam"]).all()


def test_what_fails_later_is_one_line_as_well():
    calls = []

    def features(x):
        calls.append(len(x))
        if len(calls) > 3:
            raise KeyError("late\nand long")
        return LAYERS(x)

    loaded = validate_model(changed(features=features), "their_net")
    with pytest.raises(
        ModelError, match=r"^their_net: fails on a batch of \(1, 3, 27, 23\) \(KeyError: '?late.nand long'?\)"
    ):
        Session(loaded).run([PHOTO])
