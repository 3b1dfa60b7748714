"""Methods in image pixels against their equations, by finite differences and plain loops, and against captum."""

import captum.attr
import numpy as np
import pytest
import torch
from support import nets

from xaesthetic.core import plugins
from xaesthetic.core.types import InputSpec
from xaesthetic.methods import gradient_shap as shap
from xaesthetic.methods import smooth_grad as smooth
from xaesthetic.models.forward import method_facts
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import AttributeModel

SIZE = (4, 5)


def tiny(dtype=torch.float64):
    """Two outputs of 60 inputs by a hidden layer of tanh, which is smooth: finite differences are right."""
    torch.manual_seed(7)
    first, last = torch.nn.Linear(60, 7).to(dtype), torch.nn.Linear(7, 2).to(dtype)

    def head(activations):
        return last(torch.tanh(first(activations[0].flatten(1))))

    inputs = InputSpec(SIZE, mean=(0.4, 0.5, 0.6), std=(0.2, 0.3, 0.4), scale=1.0)
    return AttributeModel(("light", "content"), inputs, lambda x: (x,), FunctionHead(head), nets.SOURCE)


def maps_of(name, model, x):
    return plugins.load("methods", name)(model.run(x, method_facts(name).gradients))


def slopes(model, x, step=1e-5):
    """∂y_a/∂x_c for one photograph, value by value: (a, c, h, w)."""
    result = np.zeros((2, *x.shape[1:]))
    for place in np.ndindex(*x.shape[1:]):
        ends = []
        for sign in (1, -1):
            moved = x.clone()
            moved[(0, *place)] += sign * step
            ends.append(model.outputs(moved)[0].detach().numpy())
        result[(slice(None), *place)] = (ends[0] - ends[1]) / (2 * step)
    return result


def alike(maps, wanted):
    np.testing.assert_allclose(maps.numpy(), wanted, rtol=1e-4, atol=1e-6)


# -- the equations -----------------------------------------------------------------------------------------------------


def test_saliency():
    model, x = tiny(), nets.batch(1, torch.float64, SIZE)
    alike(maps_of("saliency", model, x)[0], slopes(model, x).sum(1))


def test_input_x_gradient():
    model, x = tiny(), nets.batch(1, torch.float64, SIZE)
    alike(maps_of("input_x_gradient", model, x)[0], (x[0].numpy() * slopes(model, x)).sum(1))


@pytest.mark.parametrize("key", ["integrated_gradients", "integrated_gradients@black"])
def test_integrated_gradients(key):
    """By 40 steps of the midpoint rule; of black each color has its own value."""
    model, x = tiny(), nets.batch(1, torch.float64, SIZE)
    black = -torch.tensor([2.0, 0.5 / 0.3, 1.5], dtype=torch.float64)[:, None, None].expand_as(x)
    way = x - (black if "black" in key else 0)
    total = sum(slopes(model, x - way + (n + 0.5) / 40 * way) for n in range(40)) / 40
    np.testing.assert_allclose(maps_of(key, model, x)[0].numpy(), (way[0].numpy() * total).sum(1), rtol=1e-3, atol=1e-5)


def test_smooth_grad(monkeypatch):
    monkeypatch.setattr(smooth, "_DRAWS", 3)
    model, x = tiny(), nets.batch(1, torch.float64, SIZE)
    generator = torch.Generator().manual_seed(0)
    noise = [torch.randn(x.shape[1:], generator=generator) for _ in range(3)]
    deviation = 0.15 * float(x.max() - x.min())
    wanted = sum(slopes(model, x + deviation * item).sum(1) for item in noise) / 3
    alike(maps_of("smooth_grad", model, x)[0], wanted)


def test_gradient_shap(monkeypatch):
    monkeypatch.setattr(shap, "_DRAWS", 3)
    model, x = tiny(), nets.batch(1, torch.float64, SIZE)
    generator, wanted = torch.Generator().manual_seed(0), 0
    for _ in range(3):
        noisy = x + 0.05 * float(x.max() - x.min()) * torch.randn(x.shape[1:], generator=generator)
        place = float(torch.rand((), generator=generator))
        wanted = wanted + (noisy[0].numpy() * slopes(model, place * noisy)).sum(1) / 3
    alike(maps_of("gradient_shap", model, x)[0], wanted)


def test_gradient_shap_adds_up_in_expectation(monkeypatch):
    monkeypatch.setattr(shap, "_DRAWS", 400)
    monkeypatch.setattr(shap, "_SHARE", 0.0)
    model, x = tiny(), nets.batch(1, torch.float64, SIZE)
    difference = (model.outputs(x) - model.outputs(torch.zeros_like(x))).detach().float()
    torch.testing.assert_close(maps_of("gradient_shap", model, x).sum((2, 3)), difference, rtol=0.1, atol=0.02)


# -- captum ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "theirs", "options"),
    [
        ("saliency", captum.attr.Saliency, {"abs": False}),
        ("input_x_gradient", captum.attr.InputXGradient, {}),
        ("integrated_gradients", captum.attr.IntegratedGradients, {"n_steps": 32, "method": "gausslegendre"}),
    ],
)
def test_against_captum(name, theirs, options):
    model, x = tiny(torch.float32), nets.batch(2, size=SIZE)
    ours = maps_of(name, model, x)
    for target in range(2):
        wanted = theirs(model.outputs).attribute(x.clone().requires_grad_(), target=target, **options).sum(1)
        torch.testing.assert_close(ours[:, target], wanted.detach().float(), rtol=1e-4, atol=1e-6)


def test_the_noisy_ones_against_captum_with_many_draws(monkeypatch):
    model, x = tiny(torch.float32), nets.batch(1, size=SIZE)
    spread = float(x.max() - x.min())
    for module in (smooth, shap):
        monkeypatch.setattr(module, "_DRAWS", 500)
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002  # captum draws from it
    smoothed = captum.attr.NoiseTunnel(captum.attr.Saliency(model.outputs)).attribute(
        x.clone().requires_grad_(), nt_type="smoothgrad", nt_samples=500, stdevs=0.15 * spread, abs=False, target=1
    )
    shapped = captum.attr.GradientShap(model.outputs).attribute(
        x, torch.zeros_like(x), n_samples=500, stdevs=0.05 * spread, target=1
    )
    for name, theirs in (("smooth_grad", smoothed), ("gradient_shap", shapped)):
        ours, wanted = maps_of(name, model, x)[0, 1], theirs.sum(1)[0].detach().float()
        assert float((ours - wanted).norm() / wanted.norm()) < 0.1, name


def test_nothing_depends_on_torchs_own_mode():
    model, x = tiny(torch.float32), nets.batch(1, size=SIZE)
    with torch.inference_mode():
        inside = maps_of("saliency", model, x.clone())
    torch.testing.assert_close(inside.clone(), maps_of("saliency", model, x))
