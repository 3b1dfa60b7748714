"""`wrap`: which networks it takes, what it says of them, and that nothing of them is changed."""

import threading
from inspect import unwrap

import pytest
import torch
from support.odd_networks import INPUTS, Odd, wrapped

import xaesthetic as xa
from xaesthetic.core.errors import ModelError

X = torch.randn(3, 3, *INPUTS.size, generator=torch.Generator().manual_seed(0))


def traces(network):
    """What must be as it was."""
    return (
        [(key, tensor.clone()) for key, tensor in network.state_dict().items()],
        [(parameter.requires_grad, parameter.grad) for parameter in network.parameters()],
        [(module.training, len(module._forward_hooks), len(module._forward_pre_hooks)) for module in network.modules()],
    )


def same(one, other):
    kept = (key == other_key and torch.equal(x, y) for (key, x), (other_key, y) in zip(one[0], other[0], strict=True))
    return one[1:] == other[1:] and all(kept)


@pytest.mark.parametrize(
    ("kind", "options", "linear"),
    [
        ("plain", {}, True),
        ("in-place", {}, False),
        ("rectified", {}, False),
        ("sigmoid", {}, False),
        ("clamped", {}, False),
        ("both layers", {}, False),
        ("both layers", {"layers": ["first", "second"]}, False),
        ("mapping", {"output": "scores"}, True),
        ("tuple", {"output": 1}, True),
        ("tuple", {"output": lambda returned: returned[1]}, True),
        ("vector", {}, True),
        ("aux", {"forward": lambda net, x: net(x, 2.0)}, True),
        ("no_grad", {}, True),
    ],
)
def test_networks_of_all_kinds_are_explained_and_left_as_they_were(kind, options, linear):
    network = Odd(kind)
    before = traces(network)
    model = xa.wrap(network, **{"layers": "second", "inputs": INPUTS} | options)
    taken = model.run(X, "sums")
    assert same(before, traces(network))
    network.eval()
    choose = model.head.network.read
    with torch.no_grad():
        wanted = choose(network(X, 2.0) if kind == "aux" else network(X))
    torch.testing.assert_close(taken.raw, wanted)
    assert (model.weights is not None) == linear
    if linear:
        averages = taken.activations[0].mean((2, 3))
        torch.testing.assert_close(averages @ model.weights.T + model.bias, taken.raw, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(taken.gradient_sums[0], model.weights.expand(3, -1, -1))


@pytest.mark.parametrize("kind", ["in-place", "rectified", "sigmoid", "mapping"])
def test_gradients_are_those_of_a_cut_network(kind):
    """The slow way: the layer's output as a leaf of a network that is cut by hand."""
    model = wrapped(kind, output="scores" if kind == "mapping" else None)
    network = model.module
    taken = model.run(X, "full")
    network.eval()
    with torch.no_grad():
        early = network.relu(network.norm(network.first(X)))
        late = network.second(early)
    torch.testing.assert_close(taken.activations[0], late)
    for output in range(2):
        leaf = late.clone().requires_grad_()
        returned = network.end(early, leaf.clone(), 1.0)
        raw = returned["scores"] if kind == "mapping" else returned
        (gradient,) = torch.autograd.grad(raw[:, output].sum(), leaf)
        torch.testing.assert_close(taken.gradients[0][:, output], gradient)
        torch.testing.assert_close(taken.gradient_sums[0][:, output], gradient.sum((2, 3)))


@pytest.mark.parametrize(("kind", "linear"), [("plain", True), ("rectified", False), ("clamped", False), ("sigmoid", False)])
def test_tiny_outputs_are_held_to_as_much_as_large_ones(kind, linear):
    """A tolerance that is not relative would take any head of outputs of 1e-9 for linear."""

    class Tiny(Odd):
        def end(self, early, late, aux):
            return super().end(early, late, aux) * 1e-9

    model = xa.wrap(Tiny(kind), layers="second", inputs=INPUTS)
    assert 0 < float(model.run(X).raw.abs().max()) < 1e-6
    assert (model.weights is not None) == linear


def test_layers_in_series_have_total_derivatives():
    model = wrapped("rectified", layers=["first", "second"])
    both = model.run(X, "full")
    alone = wrapped("rectified", layers="first").run(X, "full")
    torch.testing.assert_close(both.gradients[0], alone.gradients[0])
    assert model.weights is None


def test_layers_that_the_head_reads_add_up():
    class Both(Odd):
        def end(self, early, late, aux):
            del aux
            return self.linear(late.mean((2, 3))) + early.mean((2, 3))[:, :2]

    model = xa.wrap(Both(), layers=["relu", "second"], inputs=INPUTS)
    maps = xa.Session(model).run_batch(X, ["cam"]).maps["cam"]
    raw = model.run(X).raw
    torch.testing.assert_close(torch.from_numpy(maps).mean((2, 3)) + model.bias, raw, rtol=1e-5, atol=1e-5)


def test_weights_that_change_are_proved_again():
    model = wrapped()
    before = model.weights.clone()
    with torch.no_grad():
        model.module.linear.weight.mul_(2)
    torch.testing.assert_close(model.weights, before * 2)
    model.module.linear.weight.data.mul_(2)  # which torch does not count
    taken = model.run(X)
    torch.testing.assert_close(taken.activations[0].mean((2, 3)) @ model.weights.T + model.bias, taken.raw)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": "secnd"}, "no layer 'secnd'; near it are second"),
        ({"layers": "unused"}, "'unused' is not called in a pass"),
        ({"layers": "linear"}, r"'linear' gives a tensor of \(2, 2\), in which no grid"),
        ({"layers": torch.nn.ReLU()}, "the layer ReLU is no part of the network"),
        ({"layers": 3}, "layers are 3, but names or modules"),
        ({"outputs": ["beauty"]}, r"has 2 outputs, but 1 names \(beauty\) came"),
        ({"outputs": 2}, "outputs are 2, but names were wanted"),
        ({"outputs": ["light", "light"]}, "two of its attributes are called 'light'"),
        ({"inputs": (64, 64)}, "inputs are tuple, but an InputSpec"),
        ({"link": "log"}, "its link 'log' is unknown"),
        ({"forward": 3}, "forward is int, but a function"),
        ({"grid": 7}, r"grid is 7, but \(rows, columns\)"),
        ({"output": "scores"}, "has no output 'scores'"),
        ({"forward": lambda net, x: net(x[:, :1])}, "fails on a batch of"),
        ({"link": 3}, r"link is 3, but a name \(identity, tanh, sigmoid\)"),
        ({"link": {"output_0": "tanh"}}, "link is .*, but a name"),
        ({"call": "last"}, "call is 'last', but a whole number"),
        ({"call": True}, "call is True, but a whole number"),
        ({"call": 1}, "'second' is called once in a pass; leave call=1 out"),
        ({"output": ["scores", "hidden"]}, "a key, a place or a function was wanted; one function joins several"),
        ({"output": True}, "output is True, but a key"),
        ({"layers": ["second", "second"]}, "the layer 'second' twice; name it once"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(options, message):
    with pytest.raises(ModelError, match=message) as caught:
        wrapped(**options)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("Odd: ")


@pytest.mark.parametrize(
    ("network", "message"),
    [
        ("resnet50", r"xa.load_model\('resnet50'\) loads"),
        (Odd, r"type is no network; .* pass Odd\(…\)"),
        (lambda x: x, "function is no network"),
        (None, "NoneType is no network"),
    ],
)
def test_what_is_no_network_is_refused(network, message):
    with pytest.raises(ModelError, match=message):
        unwrap(xa.wrap)(network)


def test_a_network_without_weights_is_refused():
    with pytest.raises(ModelError, match="second.weight have no size yet; run it once"):
        network = Odd()
        network.second = torch.nn.LazyConv2d(8, 3)
        xa.wrap(network, inputs=INPUTS)
    with pytest.raises(ModelError, match="lie on the device meta"):
        xa.wrap(Odd().to("meta"), inputs=INPUTS)


def test_a_layer_called_twice_needs_its_call():
    with pytest.raises(ModelError, match=r"'relu' is called 2 times in a pass; say which with call=0 to 1"):
        wrapped("in-place", layers="relu")
    last = wrapped("in-place", layers="relu", call=-1)
    assert last.run(X).activations[0].shape == (3, 8, 8, 12)
    assert wrapped("in-place", layers="relu", call=0).run(X).activations[0].shape == (3, 6, 16, 24)
    with pytest.raises(ModelError, match="call=2 is not one of them"):
        wrapped("in-place", layers="relu", call=2)


def test_after_an_exception_nothing_is_left():
    network = Odd()
    model = xa.wrap(network, layers="second", inputs=INPUTS)
    before = traces(network)
    network.kind = "late error"
    with pytest.raises(ModelError, match="fails on a batch of .*the network's own"):
        model.run(X, "sums")
    assert same(before, traces(network))


def test_without_a_gradient_the_error_says_what_to_do():
    model = wrapped("numpy")
    assert model.run(X).raw.shape == (3, 2)
    with pytest.raises(ModelError, match="no gradient reaches 'second'.*occlusion"):
        model.run(X, "sums")


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_half_precision_and_other_memory_formats(kind):
    network = Odd().to(kind).to(memory_format=torch.channels_last)
    model = xa.wrap(network, layers="second", inputs=INPUTS)
    taken = model.run(X, "sums")
    assert taken.raw.dtype == taken.activations[0].dtype == taken.gradient_sums[0].dtype == torch.float32
    full = wrapped().run(X).raw
    torch.testing.assert_close(taken.raw, full, rtol=0.1, atol=0.1)


def test_compiled_and_parallel_networks_are_explained_through_what_is_inside():
    network = Odd()
    compiled = xa.wrap(torch.compile(network), layers="_orig_mod.second", inputs=INPUTS)
    parallel = xa.wrap(torch.nn.DataParallel(network), layers="module.second", inputs=INPUTS)
    assert compiled.module is network is parallel.module
    assert "compiled" in compiled.notes[0]
    assert "parallel" in parallel.notes[0]


def test_what_was_assumed_is_said():
    network = Odd()
    model = xa.wrap(network)
    assert model.layers == ("second",)
    assert model.attributes == ("output_0", "output_1")
    assert model.inputs.size == (224, 224)
    assert any("224 x 224, ImageNet's" in note for note in model.notes)
    assert any("'second', the last layer with a grid" in note for note in model.notes)
    assert any("training mode" in note for note in model.notes)
    assert model.source.trained == "not stated on what"
    assert network.training


def test_a_thousand_outputs_come_in_groups(monkeypatch):
    network = Odd("rectified", outputs=1000)
    model = xa.wrap(network, layers="second", inputs=INPUTS)
    parts = list(model.passes(X, "full", memory=3 * 8 * 8 * 12 * 4 * 300))
    assert [part.raw.shape[1] for part in parts] == [300, 300, 300, 100]
    whole = model.run(X, "full")
    torch.testing.assert_close(torch.cat([part.gradients[0] for part in parts], 1), whole.gradients[0])
    assert parts[1].model.attributes[0] == "output_300"


def test_an_operation_without_a_rule_for_several_outputs_takes_a_loop():
    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(context, x):
            del context
            return x * 2

        @staticmethod
        def backward(context, gradient):
            del context
            return torch.from_numpy(gradient.numpy() * 2)

    class Looped(Odd):
        def end(self, early, late, aux):
            del early, aux
            return self.linear(Twice.apply(late.relu()).mean((2, 3)))

    def explain():
        return xa.wrap(Looped(), layers="second", inputs=INPUTS).run(X, "sums")

    with pytest.warns(UserWarning, match="2 outputs take a backward pass each"):
        taken = explain()
    torch.testing.assert_close(taken.gradient_sums[0], 2 * wrapped("rectified").run(X, "sums").gradient_sums[0])


def test_a_second_thread_waits_and_sees_its_own_pass():
    model = wrapped("rectified")
    model.module.eval()
    wanted = model.run(X, "sums")
    results = [None] * 4

    def explain(place):
        results[place] = model.run(X, "sums")

    threads = [threading.Thread(target=explain, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        with torch.no_grad():
            model.module(X)  # somebody's own use of it, unhooked
    for thread in threads:
        thread.join()
    assert all(torch.equal(result.gradient_sums[0], wanted.gradient_sums[0]) for result in results)
    assert all(result.activations[0].shape[0] == 3 for result in results)
