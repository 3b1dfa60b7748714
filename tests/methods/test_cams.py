"""The CAM family against the papers' equations, in plain loops over cells, for any head and several layers."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from support import nets
from support.oracles import maps_of, pooled

from xaesthetic.core import plugins
from xaesthetic.core.errors import ModelError
from xaesthetic.methods._gradients import contributions
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import select

FAMILY = ("cam", "grad_cam", "hires_cam", "xgrad_cam", "layer_cam")


def slopes(model, x):
    """∂y_a / ∂f_k(x, y) of one photograph, by moving each activation: for each layer (a, k, i, j)."""
    activations, step, result = model.features(x), 1e-5, []
    for index, layer in enumerate(activations):
        found = np.zeros((len(model.attributes), *layer.shape[1:]))
        for place in np.ndindex(*layer.shape[1:]):
            ends = []
            for sign in (1, -1):
                moved = [item.clone() for item in activations]
                moved[index][(0, *place)] += sign * step
                ends.append(model.head(tuple(moved))[0].detach().numpy())
            found[(slice(None), *place)] = (ends[0] - ends[1]) / (2 * step)
        result.append(found)
    return [layer[0].numpy() for layer in activations], result


@pytest.fixture(scope="module")
def case():
    model, x = nets.curved_net(torch.float64), nets.batch(1, torch.float64)
    return model, x, *slopes(model, x)


def summed(layers, gradients, attribute, value):
    """Σ over layers of the pooled value(f, g), which gives (i, j) of (k, i, j)."""
    rows, columns = layers[-1].shape[1:]
    return sum(pooled(value(f, g[attribute]), rows, columns) for f, g in zip(layers, gradients, strict=True))


def hires(f, g):
    rows, columns = f.shape[1:]
    result = np.zeros((rows, columns))
    for k, i, j in np.ndindex(*f.shape):
        result[i, j] += rows * columns * g[k, i, j] * f[k, i, j]
    return result


def xgrad(f, g):
    result = np.zeros(f.shape[1:])
    for k in range(len(f)):
        if f[k].any():
            weight = sum(f[k][cell] / f[k].sum() * g[k][cell] for cell in np.ndindex(*f[k].shape))
            result += f[k].size * weight * f[k]
    return result


def layer_cam(f, g):
    """The paper's map of y minus the paper's of -y: rectified gradients both, without the last rectification."""
    raises = sum(np.maximum(g[k], 0) * f[k] for k in range(len(f)))
    lowers = sum(np.maximum(-g[k], 0) * f[k] for k in range(len(f)))
    return f[0].size * (raises - lowers)


def plus_plus(f, g):
    result = np.zeros(f.shape[1:])
    for k in range(len(f)):
        weight = 0.0
        for cell in np.ndindex(*f[k].shape):
            second, third = g[k][cell] ** 2, g[k][cell] ** 3
            alpha = second / (2 * second + f[k].sum() * third) if second else 0.0
            weight += alpha * max(0, g[k][cell])
        result += weight * f[k]
    return result


@pytest.mark.parametrize(
    ("name", "value"),
    [("hires_cam", hires), ("xgrad_cam", xgrad), ("layer_cam", layer_cam), ("grad_cam_plus_plus", plus_plus)],
)
def test_against_the_equation(case, name, value):
    model, x, layers, gradients = case
    maps = maps_of(name, model, x)
    for attribute in range(3):
        wanted = summed(layers, gradients, attribute, value)
        np.testing.assert_allclose(maps[0, attribute].numpy(), wanted, rtol=1e-4, atol=1e-5)


def test_grad_cam_plus_plus_down_is_that_of_the_negative(case):
    model, x, layers, gradients = case
    maps = maps_of("grad_cam_plus_plus_down", model, x)
    for attribute in range(3):
        wanted = summed(layers, [-item for item in gradients], attribute, plus_plus)
        np.testing.assert_allclose(maps[0, attribute].numpy(), wanted, rtol=1e-4, atol=1e-5)
    assert float((maps - maps_of("grad_cam_plus_plus", model, x)).abs().max()) > 0.01


def test_grad_cam_plus_plus_is_nan_where_its_closed_form_has_no_meaning():
    """2 g² + g³ Σ f is at most 0 for g = 1 and Σ f = -2; the other output's gradient is 0 and has a map."""
    head = FunctionHead(
        lambda activations: torch.stack([activations[0].sum((1, 2, 3)), 0 * activations[0].sum((1, 2, 3))], 1)
    )
    model = select(nets.net_of(head), ["light"])
    model = replace(
        model, attributes=("light", "content"), head=head, features=lambda x: (torch.full((len(x), 1, 2, 1), -1.0),)
    )
    maps = maps_of("grad_cam_plus_plus", model, nets.batch(1))
    assert torch.isnan(maps[0, 0]).all()
    assert (maps[0, 1] == 0).all()


def test_finer_cam_against_the_equation(case):
    model, x, layers, gradients = case
    sums = [np.concatenate([item[a].sum((1, 2)) for item in gradients]) for a in range(3)]
    units = [weights / np.linalg.norm(weights) for weights in sums]
    maps = maps_of("finer_cam", model, x)
    channels = [len(item) for item in layers]
    for a in range(3):
        others = np.mean([units[d] for d in range(3) if d != a], axis=0)
        parts = np.split(np.linalg.norm(sums[a]) * (units[a] - others), np.cumsum(channels)[:-1])
        wanted = sum(pooled(np.tensordot(w, f, 1), *layers[-1].shape[1:]) for w, f in zip(parts, layers, strict=True))
        np.testing.assert_allclose(maps[0, a].numpy(), wanted, rtol=1e-4, atol=1e-5)


def test_finer_cam_takes_the_three_outputs_most_like_one_whatever_their_units():
    """Of five others, three point nearly the same way, one of them a thousand times as steep."""
    weights = torch.tensor([[1, 0, 0], [0.9, 0.1, 0], [1000, 200, 0], [3, 0, 1], [-1, 0, 0], [0, 1, 0]], dtype=torch.float32)
    model = nets.one_layer_net(weights)
    x = nets.batch(1)
    units = weights / weights.norm(dim=1, keepdim=True)
    wanted = torch.einsum("k,bkij->bij", units[0] - units[1:4].mean(0), model.features(x)[0])
    torch.testing.assert_close(maps_of("finer_cam", model, x)[:, 0], wanted, rtol=1e-4, atol=1e-6)


def test_finer_cam_without_others_or_with_an_output_that_asks_nothing():
    model = nets.one_layer_net(torch.tensor([[1.0, 0, 2], [0, 1, 0], [0, 0, 0]]))
    maps = maps_of("finer_cam", model, nets.batch(1))
    assert torch.isfinite(maps[:, :2]).all()
    assert torch.isnan(maps[:, 2]).all()
    with pytest.raises(
        ModelError, match="^finer_cam compares outputs and only one is here; use --method grad_cam, or --attr all.$"
    ):
        maps_of("finer_cam", select(model, model.attributes[:1]), nets.batch(1))


def test_eigen_cam_against_numpy():
    model, x = nets.linear_net(), nets.batch(2)
    for photograph, maps in enumerate(maps_of("eigen_cam", model, x)):
        layers = [layer[photograph].double().numpy() for layer in model.features(x)]
        cells = np.stack([pooled(grid, 6, 5).ravel() for layer in layers for grid in layer], axis=1)
        _, _, right = np.linalg.svd(cells)
        wanted = cells @ right[0]
        wanted = wanted * np.sign(wanted.sum())
        assert (wanted >= 0).all()
        np.testing.assert_allclose(maps[1].numpy().ravel(), wanted, rtol=1e-4, atol=1e-5)


def test_with_several_layers_that_the_head_averages_all_of_the_family_are_one_map():
    model, x = nets.linear_net(), nets.batch(2)
    for name in FAMILY[1:]:
        torch.testing.assert_close(maps_of(name, model, x), maps_of("cam", model, x), rtol=1e-5, atol=1e-5)


def test_with_another_head_only_two_of_the_family_are_one_map():
    model, x = nets.curved_net(), nets.batch(2)
    maps = {name: maps_of(name, model, x) for name in FAMILY[1:]}
    assert torch.equal(maps["hires_cam"], maps["layer_cam"])
    for name in ("grad_cam", "xgrad_cam"):
        assert float((maps[name] - maps["hires_cam"]).abs().max()) > 0.1
    assert float((maps["grad_cam"] - maps["xgrad_cam"]).abs().max()) > 0.01


def test_hires_cams_mean_plus_the_bias_is_the_output_of_a_linear_layer_that_sees_every_cell():
    torch.manual_seed(5)
    last = torch.nn.Linear(12 * 6 * 5, 3).requires_grad_(False)
    model = nets.net_of(FunctionHead(lambda activations: last(activations[2].flatten(1))))
    x = nets.batch(2)
    maps = maps_of("hires_cam", model, x)
    torch.testing.assert_close(maps.mean((2, 3)) + last.bias, model.run(x).raw, rtol=1e-5, atol=1e-5)
    assert float((maps_of("grad_cam", model, x).mean((2, 3)) + last.bias - model.run(x).raw).abs().max()) > 0.01


@pytest.mark.parametrize("name", ["hires_cam", "xgrad_cam", "layer_cam", "grad_cam_plus_plus", "grad_cam_plus_plus_down"])
def test_a_pass_of_some_outputs_gives_their_maps(name):
    """Full gradients come in groups of outputs."""
    taken = nets.curved_net().run(nets.batch(2), "full")
    some = replace(
        taken,
        raw=taken.raw[:, [2, 0]],
        gradient_sums=tuple(item[:, [2, 0]] for item in taken.gradient_sums),
        gradients=tuple(item[:, [2, 0]] for item in taken.gradients),
    )
    run = plugins.load("methods", name)
    torch.testing.assert_close(run(some), run(taken)[:, [2, 0]], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["hires_cam", "xgrad_cam", "layer_cam", "grad_cam_plus_plus", "grad_cam_plus_plus_down"])
def test_a_pass_without_gradients_says_how_to_make_one(name):
    with pytest.raises(ModelError, match=f"^{name} needs gradients .*gradients='full'"):
        plugins.load("methods", name)(nets.linear_net().run(nets.batch(1), "sums"))


def test_no_array_has_an_axis_for_outputs_channels_and_cells_at_once():
    """Gradients of pooling are broadcast; the sum of products never makes them whole."""
    taken = nets.linear_net().run(nets.batch(2), "full")
    largest = max(layer.numel() for layer in taken.activations)
    sizes = []

    class Sizes(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            result = function(*args, **(kwargs or {}))
            if isinstance(result, torch.Tensor) and result._base is None:
                sizes.append(result.untyped_storage().nbytes() // result.element_size())
            return result

    with Sizes():
        contributions(taken, "hires_cam")
    assert max(sizes) <= largest
