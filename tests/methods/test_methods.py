"""Every method against its paper's equation, written out in plain loops, and against captum where captum has it."""

from dataclasses import replace

import captum.attr
import numpy as np
import pytest
import torch
from support import nets

from xaesthetic.core import plugins
from xaesthetic.core.errors import ModelError
from xaesthetic.core.facts import MethodFacts
from xaesthetic.core.types import InputSpec
from xaesthetic.models.forward import method_facts
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import AttributeModel, gap_linear, select

_THEIR_OWN_TESTS = ("full_grad", "attention_")  # they need a module, or a transformer
METHODS = tuple(name for name in plugins.names("methods") if not name.startswith(_THEIR_OWN_TESTS))
LINEAR = ("cam", "malu_cam")
ANY_HEAD = tuple(name for name in METHODS if name not in LINEAR)


def maps_of(name, model, x):
    return plugins.load("methods", name)(model.run(x, method_facts(name).gradients))


# -- the contract ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", METHODS)
def test_one_finite_map_an_attribute_and_photograph(name):
    maps = maps_of(name, nets.linear_net(), nets.batch(2))
    assert maps.shape[:2] == (2, 3)
    assert maps.dtype == torch.float32
    assert torch.isfinite(maps).all()
    assert not maps.requires_grad


@pytest.mark.parametrize("name", METHODS)
def test_a_pass_is_left_alone(name):
    taken = nets.linear_net().run(nets.batch(2), "full")
    tensors = (taken.x, taken.raw, *taken.activations, *taken.gradient_sums, *taken.gradients)
    before = [each.clone() for each in tensors]
    plugins.load("methods", name)(taken)
    for kept, now in zip(before, tensors, strict=True):
        assert torch.equal(kept, now)
        assert now.grad is None
        assert not now.requires_grad


@pytest.mark.parametrize("name", METHODS)
def test_a_photographs_map_does_not_depend_on_its_batch(name):
    model, x = nets.linear_net(), nets.batch(3)
    together = maps_of(name, model, x)
    alone = torch.cat([maps_of(name, model, x[index : index + 1]) for index in range(3)])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", sorted(set(METHODS) - {"finer_cam"}))  # which is about the others
def test_an_attributes_map_does_not_depend_on_the_others(name):
    model, x = nets.linear_net(), nets.batch(2)
    chosen = maps_of(name, select(model, ["depth_of_field", "light"]), x)
    torch.testing.assert_close(chosen, maps_of(name, model, x)[:, [2, 0]], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", METHODS)
def test_either_memory_layout_gives_the_same_maps(name):
    taken = nets.linear_net().run(nets.batch(2), "full")
    last = tuple(layer.contiguous(memory_format=torch.channels_last) for layer in taken.activations)
    method = plugins.load("methods", name)
    torch.testing.assert_close(method(replace(taken, activations=last)), method(taken), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ANY_HEAD)
def test_works_with_any_head(name):
    assert torch.isfinite(maps_of(name, nets.curved_net(), nets.batch(2))).all()


@pytest.mark.parametrize("name", LINEAR)
def test_what_needs_a_linear_head_says_what_to_use_instead(name):
    said = f"^{name} needs .* linear layer, which light, content and depth_of_field lack; use --method grad_cam.$"
    with pytest.raises(ModelError, match=said):
        maps_of(name, nets.curved_net(), nets.batch(1))


@pytest.mark.parametrize("name", LINEAR)
def test_some_outputs_alone_may_be_linear(name):
    model, x = nets.partial_net(), nets.batch(2)
    found = maps_of(name, select(model, ["depth_of_field", "light"]), x)
    torch.testing.assert_close(found, maps_of(name, nets.linear_net(), x)[:, [2, 0]], rtol=1e-4, atol=1e-5)
    with pytest.raises(ModelError, match=f"^{name} needs .* linear layer, which content lacks; use --method grad_cam.$"):
        maps_of(name, model, x)


@pytest.mark.parametrize("name", ANY_HEAD)
def test_a_head_that_writes_into_activations_changes_no_map(name):
    """The same head without writing gives the same maps."""
    writing, x = nets.writing_net(), nets.batch(2)
    weights, bias = nets.linear_net().weights, nets.linear_net().bias

    def pure(activations):
        averages = [torch.relu(layer - 0.2).mean((2, 3)) for layer in activations]
        return torch.nn.functional.linear(torch.cat(averages, dim=1), weights, bias)

    torch.testing.assert_close(
        maps_of(name, writing, x), maps_of(name, nets.net_of(FunctionHead(pure)), x), rtol=1e-4, atol=1e-5
    )


def test_grad_cam_of_a_pass_without_gradients_says_how_to_make_one():
    with pytest.raises(ModelError, match="gradients='sums'"):
        plugins.load("methods", "grad_cam")(nets.linear_net().run(nets.batch(1)))


@pytest.mark.parametrize("name", METHODS)
def test_an_unsigned_map_is_at_least_0_and_a_floor_is_the_same_for_all(name):
    facts, maps = method_facts(name), maps_of(name, nets.linear_net(), nets.batch(2))
    assert bool((maps < 0).any()) == facts.signed
    assert torch.equal(maps, maps[:, :1].expand_as(maps)) == (not facts.asks_output)


@pytest.mark.parametrize("name", plugins.names("methods"))
def test_every_method_says_what_is_known_against_it(name):
    assert method_facts(name).against


def test_facts_are_declared():
    cam = method_facts("cam")
    assert cam == MethodFacts(adds_up="mean", linear=True, promises=cam.promises, against=cam.against, title="CAM")
    assert method_facts("grad_cam").gradients == "sums"
    facts = method_facts("integrated_gradients")
    assert (facts.adds_up, facts.needs_head) == ("sum", True)
    assert method_facts("occlusion").passes == "9x9+1"


# -- what the maths promises -----------------------------------------------------------------------------------------


def test_a_cams_mean_plus_the_bias_is_the_prediction():
    model, x = nets.linear_net(), nets.batch(4)
    torch.testing.assert_close(maps_of("cam", model, x).mean((2, 3)) + model.bias, model.run(x).raw, rtol=1e-5, atol=1e-5)


def test_grad_cam_is_cam_where_the_head_is_linear():
    for dtype, tolerance in ((torch.float32, 1e-5), (torch.float64, 1e-12)):
        model, x = nets.linear_net(dtype), nets.batch(2, dtype)
        if dtype == torch.float64:  # box filters are float32 on purpose; compare one layer, which needs none
            model = one_layer(dtype)
        torch.testing.assert_close(maps_of("grad_cam", model, x), maps_of("cam", model, x), rtol=tolerance, atol=tolerance)


def test_integrated_gradients_add_up_to_the_difference():
    model, x = nets.curved_net(), nets.batch(2)
    difference = model.head(model.features(x)) - model.head(model.features(torch.zeros_like(x)))
    torch.testing.assert_close(maps_of("integrated_gradients", model, x).sum((2, 3)), difference, rtol=0.02, atol=0.02)


# -- the papers' equations -------------------------------------------------------------------------------------------


def pooled(grid, rows, columns):
    """The mean over equal boxes, cut where they cut cells, by plain loops."""
    height, width = grid.shape
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, bottom, left, right = (
                i * height / rows,
                (i + 1) * height / rows,
                j * width / columns,
                (j + 1) * width / columns,
            )
            for y in range(height):
                for x in range(width):
                    share = max(0, min(bottom, y + 1) - max(top, y)) * max(0, min(right, x + 1) - max(left, x))
                    result[i, j] += share * grid[y, x] / ((bottom - top) * (right - left))
    return result


def oracle(activations, value, start=0.0):
    """start + Σ over layers and channels of the pooled value(k, f_k), for one photograph."""
    rows, columns = activations[-1].shape[1:]
    total, channel = np.full((rows, columns), start), 0
    for layer in activations:
        for grid in layer.double().numpy():
            total += pooled(value(channel, grid), rows, columns)
            channel += 1
    return total


@pytest.mark.parametrize(
    ("name", "start", "term"),
    [
        ("cam", 0.0, lambda w, f: w * f),
        ("malu_cam", 1.0, lambda w, f: np.maximum(0, w * f)),
        ("activation_energy", 0.0, lambda w, f: f * f),
    ],
)
def test_against_the_equation(name, start, term):
    model, x = nets.linear_net(), nets.batch(2)
    maps, activations = maps_of(name, model, x), model.features(x)
    for photograph in range(2):
        for attribute in range(3):
            weights = model.weights[attribute].double().numpy()
            layers = [layer[photograph] for layer in activations]
            wanted = oracle(layers, lambda k, f, w=weights: term(w[k], f), start)
            np.testing.assert_allclose(maps[photograph, attribute].numpy(), wanted, rtol=2e-5, atol=2e-5)


def test_grad_cam_against_finite_differences():
    """w_k = Σ ∂y/∂f_k(x, y) is the slope of y as the whole channel is raised."""
    model, x, step = nets.curved_net(torch.float64), nets.batch(1, torch.float64), 1e-5
    activations = model.features(x)
    slopes = []
    for index, layer in enumerate(activations):
        for channel in range(layer.shape[1]):
            ends = []
            for sign in (1, -1):
                raised = [each.clone() for each in activations]
                raised[index][:, channel] += sign * step
                ends.append(model.head(tuple(raised))[0])
            slopes.append(((ends[0] - ends[1]) / (2 * step)).detach().numpy())
    maps = maps_of("grad_cam", model, x)
    for attribute in range(3):
        wanted = oracle([layer[0] for layer in activations], lambda k, f, a=attribute: slopes[k][a] * f)
        np.testing.assert_allclose(maps[0, attribute].numpy(), wanted, rtol=1e-4, atol=1e-5)


def test_malu_cam_of_negative_activations_is_refused():
    taken = nets.linear_net().run(nets.batch(1))
    with pytest.raises(ModelError, match="use cam"):
        plugins.load("methods", "malu_cam")(replace(taken, activations=tuple(layer - 1 for layer in taken.activations)))


def test_occlusion_against_plain_loops():
    model, x = square_net(), nets.batch(1, size=(40, 40))
    whole, lost, times = model.head(model.features(x))[0], np.zeros((10, 10)), np.zeros((10, 10))
    for i in range(9):
        for j in range(9):
            covered = x.clone()
            covered[:, :, 4 * i : 4 * i + 8, 4 * j : 4 * j + 8] = 0
            fall = float((whole - model.head(model.features(covered))[0])[1])
            lost[i : i + 2, j : j + 2] += fall
            times[i : i + 2, j : j + 2] += 1
    np.testing.assert_allclose(maps_of("occlusion", model, x)[0, 1], lost / times, rtol=1e-4, atol=1e-6)


# -- captum ----------------------------------------------------------------------------------------------------------


def one_layer(dtype=torch.float32):
    torch.manual_seed(4)
    weights = torch.randn(3, 12, dtype=dtype)
    features = nets.linear_net(dtype).features
    return gap_linear(
        nets.NAMES,
        InputSpec((27, 23), mean=(0.0, 0.0, 0.0)),
        lambda x: features(x)[2:],
        weights,
        torch.zeros(3, dtype=dtype),
        nets.SOURCE,
    )


def square_net():
    features = nets.linear_net().features
    inputs = InputSpec((40, 40), mean=(0.0, 0.0, 0.0))
    return gap_linear(nets.NAMES, inputs, features, torch.randn(3, 27), torch.zeros(3), nets.SOURCE)


class Whole(torch.nn.Module):
    """A model as captum wants it: one module, with the target layer inside."""

    def __init__(self, model: AttributeModel) -> None:
        super().__init__()
        self.model, self.layer = model, torch.nn.Identity()

    def forward(self, x):
        return self.model.head((self.layer(self.model.features(x)[0]),))


def test_grad_cam_against_captum():
    model, x = one_layer(), nets.batch(2)
    whole = Whole(model)
    ours = maps_of("grad_cam", model, x)
    for attribute in range(3):
        theirs = captum.attr.LayerGradCam(whole, whole.layer).attribute(x.clone().requires_grad_(), target=attribute)
        torch.testing.assert_close(ours[:, attribute] / (6 * 5), theirs[:, 0].detach(), rtol=1e-5, atol=1e-6)


def test_occlusion_against_captum():
    model, x = square_net(), nets.batch(2, size=(40, 40))
    occlusion = captum.attr.Occlusion(lambda inputs: model.head(model.features(inputs)))
    theirs = occlusion.attribute(x, (3, 8, 8), strides=(3, 4, 4), target=2)[:, 0, ::4, ::4]
    torch.testing.assert_close(maps_of("occlusion", model, x)[:, 2], theirs.float(), rtol=1e-4, atol=1e-6)
