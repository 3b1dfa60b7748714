"""Methods that change the photograph or the activations, against the papers' equations one change at a time."""

import numpy as np
import pytest
import torch
from support import nets
from support.oracles import maps_of, pooled

from xaesthetic.core import plugins, progress
from xaesthetic.core.facts import MethodFacts
from xaesthetic.core.types import InputSpec
from xaesthetic.methods import _perturbed
from xaesthetic.models.baselines import baseline_input
from xaesthetic.models.forward import method_facts
from xaesthetic.models.heads import FunctionHead

MODELS = {"linear": nets.linear_net, "hidden": nets.hidden_net}


def summed(model, x, weight):
    """Σ over layers and channels of weight(layer, channel), which gives (a,), times the pooled channel; (a, i, j)."""
    layers = [layer[0].double().numpy() for layer in model.features(x)]
    rows, columns = layers[-1].shape[1:]
    return sum(
        weight(index, channel)[:, None, None] * pooled(layer[channel], rows, columns)
        for index, layer in enumerate(layers)
        for channel in range(len(layer))
    )


def outputs(model, x):
    return model.head(model.features(x))[0].detach().double().numpy()


@pytest.mark.parametrize("head", MODELS)
def test_ablation_cam_against_the_equation(head):
    model, x = MODELS[head](), nets.batch(1)

    def lost(index, channel):
        without = [layer.clone() for layer in model.features(x)]
        without[index][0, channel] = 0
        return outputs(model, x) - model.head(tuple(without))[0].detach().double().numpy()

    np.testing.assert_allclose(maps_of("ablation_cam", model, x)[0].numpy(), summed(model, x, lost), rtol=1e-3, atol=2e-6)


@pytest.mark.parametrize("baseline", ["mean", "white"])
@pytest.mark.parametrize("head", MODELS)
def test_score_cam_against_the_equation(head, baseline):
    model, x = MODELS[head](), nets.batch(1)
    blank = baseline_input(x, model.inputs, baseline)
    layers = model.features(x)

    def brought(index, channel):
        mask = torch.nn.functional.interpolate(layers[index][:, channel : channel + 1], x.shape[2:], mode="bilinear")
        if float(mask.max()) == float(mask.min()):
            return np.zeros(3)
        mask = (mask - mask.min()) / (mask.max() - mask.min())
        return outputs(model, mask * x + (1 - mask) * blank) - outputs(model, blank)

    maps = plugins.load("methods", f"score_cam@{baseline}")(model.run(x))
    np.testing.assert_allclose(maps[0].numpy(), summed(model, x, brought), rtol=1e-3, atol=2e-6)


def test_score_cam_and_ablation_cam_of_a_dead_channel_are_finite():
    """The first layer's channel is -1 everywhere: its mask hides everything."""
    head = FunctionHead(lambda activations: torch.tanh(activations[0].mean((2, 3))) @ torch.ones(2, 3))
    torch.manual_seed(0)
    weights = torch.randn(1, 3, 3, 3)

    def features(x):
        alive = torch.nn.functional.conv2d(x, weights)
        return (torch.cat([torch.full_like(alive, -1), alive], dim=1),)

    model, x = nets.net_of(head), nets.batch(2)
    object.__setattr__(model, "features", features)
    for name in ("score_cam", "ablation_cam", "xgrad_cam", "eigen_cam"):
        assert torch.isfinite(maps_of(name, model, x)).all(), name


def test_occlusion_is_one_window_after_another():
    """Two photographs of odd sides, one pass a window, onto another baseline than 0."""
    model, x = nets.hidden_net(), nets.batch(2)
    blank = baseline_input(x, model.inputs, "white")
    rows, columns = ([round(side * cell / 10) for cell in range(11)] for side in (27, 23))
    whole, lost, times = model.run(x).raw, torch.zeros(2, 3, 10, 10), torch.zeros(10, 10)
    for i, j in np.ndindex(9, 9):
        covered = x.clone()
        box = (..., slice(rows[i], rows[i + 2]), slice(columns[j], columns[j + 2]))
        covered[box] = blank[box]
        lost[..., i : i + 2, j : j + 2] += (whole - model.run(covered).raw)[..., None, None]
        times[i : i + 2, j : j + 2] += 1
    maps = plugins.load("methods", "occlusion@white")(model.run(x))
    torch.testing.assert_close(maps, lost / times, rtol=0, atol=1e-6)


def test_rise_is_the_papers_map_around_its_mean(monkeypatch):
    """E[y | shown] of the paper, over the same masks, minus the mean over all of them."""
    module = __import__("xaesthetic.methods.rise", fromlist=["_mask"])
    model, x = nets.hidden_net(), nets.batch(1)
    random = torch.Generator().manual_seed(0)
    masks = [module._mask((27, 23), random).double().numpy() for _ in range(1000)]
    values = [outputs(model, x * torch.from_numpy(mask).float()) for mask in masks]
    wanted = (
        sum((value - np.mean(values, axis=0))[:, None, None] * mask for value, mask in zip(values, masks, strict=True)) / 500
    )
    np.testing.assert_allclose(maps_of("rise", model, x)[0].numpy(), wanted, rtol=1e-3, atol=1e-6)


def test_rise_masks_are_half_shown_and_smooth():
    module = __import__("xaesthetic.methods.rise", fromlist=["_mask"])
    random = torch.Generator().manual_seed(1)
    masks = torch.stack([module._mask((56, 49), random) for _ in range(400)])
    assert float(masks.min()) >= 0
    assert float(masks.max()) <= 1
    torch.testing.assert_close(masks.mean(0), torch.full((56, 49), 0.5), atol=0.1, rtol=0)
    assert float(masks.diff(dim=1).abs().max()) <= 1 / 8 + 1e-6  # a step between cells of 8 pixels takes 8 pixels
    assert not torch.equal(masks[0], masks[1])


def test_rise_finds_the_part_that_an_output_sees():
    """An output is the top left quarter's mean; nothing else changes it."""
    head = FunctionHead(lambda activations: activations[0][:, :, :14, :14].mean((2, 3)))
    model = nets.net_of(head)
    object.__setattr__(model, "features", lambda x: (x,))
    maps = maps_of("rise", model, torch.ones(1, 3, 28, 28))[0]
    assert float(maps[:, :14, :14].mean()) > 10 * float(maps[:, 14:, 14:].abs().mean())
    assert float(maps[:, :14, :14].min()) > float(maps[:, 14:, 14:].max())


@pytest.mark.parametrize("name", ["rise", "score_cam", "ablation_cam", "occlusion"])
def test_the_groups_make_no_difference_and_all_outputs_share_a_pass(name, monkeypatch):
    model, x = nets.hidden_net(), nets.batch(2)
    calls = []
    head = FunctionHead(lambda activations: calls.append(len(activations[0])) or model.head.function(activations))
    counting = nets.net_of(head)
    at_once = maps_of(name, counting, x)
    versions = {"rise": 1000, "score_cam": 27, "ablation_cam": 27, "occlusion": 81}[name]
    besides = {"rise": 1, "score_cam": 2, "ablation_cam": 2, "occlusion": 1}[name]  # the photograph; the baseline, the whole
    assert sum(calls) == 2 * (versions + besides)
    size = x.numel() * 4 + (sum(layer.numel() * 4 for layer in model.features(x)) if name == "ablation_cam" else 0)
    monkeypatch.setattr(_perturbed, "MEMORY", 5 * size + 1)
    calls.clear()
    torch.testing.assert_close(maps_of(name, counting, x), at_once, rtol=1e-4, atol=1e-6)
    assert max(calls) == 2 * 5


def test_ablation_cam_of_a_linear_head_asks_nothing_again():
    model, x = nets.linear_net(), nets.batch(2)
    taken = model.run(x)
    object.__setattr__(model, "features", None)  # would fail
    assert torch.isfinite(plugins.load("methods", "ablation_cam")(taken)).all()


@pytest.mark.parametrize("name", ["rise", "score_cam", "occlusion"])
def test_what_needs_a_baseline_says_so(name):
    facts = method_facts(name)
    assert isinstance(facts, MethodFacts)
    assert facts.baseline
    model, x = nets.hidden_net(), nets.batch(1)
    mean, blur = (plugins.load("methods", f"{name}@{one}")(model.run(x)) for one in ("mean", "blur"))
    assert torch.equal(mean, maps_of(name, model, x))
    assert not torch.allclose(mean, blur, atol=1e-4)


def test_passes_are_counted_beside_the_photographs(capsys, monkeypatch):
    """A line about every ten seconds; the clock here goes on by four at each look."""
    clock = iter(range(0, 4000, 4))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(_perturbed, "MEMORY", 0)
    model, x = nets.hidden_net(), nets.batch(2)
    for _ in progress.lines([0, 1], "maps", 2):
        maps_of("score_cam", model, x)
    said = capsys.readouterr().err.splitlines()
    assert "maps: 1 of 2, " not in said[0]
    assert any(line.startswith("maps: 1 of 2 (score_cam of 2 photographs: ") and " of 12 passes), " in line for line in said)
    assert said[-1].startswith("maps: 2 of 2, ")
    maps_of("score_cam", model, x)
    assert capsys.readouterr().err == ""


def test_inputs_of_another_size_than_the_layers(monkeypatch):
    model = nets.net_of(nets.linear_net().head)
    object.__setattr__(model, "inputs", InputSpec((31, 19), mean=(0.0, 0.0, 0.0)))
    assert maps_of("rise", model, nets.batch(1, size=(31, 19))).shape == (1, 3, 31, 19)
