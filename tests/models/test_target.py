"""Targets: the opposite, after the link, against a zero; by every kind of head."""

from dataclasses import replace

import pytest
import torch
from support import nets

import xaesthetic as xa
from xaesthetic.core import plugins
from xaesthetic.core.errors import ModelError
from xaesthetic.core.types import InputSpec
from xaesthetic.models.forward import Session, method_facts
from xaesthetic.models.model import select
from xaesthetic.models.target import Target, explained, unit

LINKS = ("tanh", "identity", "sigmoid")
SLOPES = (lambda y: 1 - torch.tanh(y) ** 2, torch.ones_like, lambda y: torch.sigmoid(y) * (1 - torch.sigmoid(y)))
SPEC = InputSpec((27, 23), mean=(0.5, 0.5, 0.5), scale=1.0)


def hooked(linear):
    torch.manual_seed(8)
    conv = torch.nn.Conv2d(3, 5, 3, stride=4)
    after = [torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()] if linear else [torch.nn.Tanh(), torch.nn.Flatten()]
    last = torch.nn.Linear(5 if linear else 5 * 7 * 6, 3)
    return xa.wrap(torch.nn.Sequential(conv, *after, last), layers="0", outputs=nets.NAMES, inputs=SPEC)


def served():
    """A model with a way of its own to a pass."""
    inner = nets.linear_net()

    def run(model, x, gradients):
        return replace(select(inner, model.attributes).run(x, gradients), model=model)

    return replace(inner, runner=run)


MODELS = {
    "linear": nets.linear_net,
    "curved": nets.curved_net,
    "partial": nets.partial_net,
    "hooked linear": lambda: hooked(True),
    "hooked curved": lambda: hooked(False),
    "served": served,
}
models = pytest.mark.parametrize("model", [pytest.param(make, id=name) for name, make in MODELS.items()])


def linked(make):
    return replace(make(), links=LINKS)


def maps_of(name, model, x):
    return torch.from_numpy(Session(model).run_batch(x, [name]).maps[name])


@models
@pytest.mark.parametrize("name", ["grad_cam", "saliency", "occlusion"])
def test_down_is_the_opposite_of_every_signed_map(model, name):
    made, x = linked(model), nets.batch(2)
    down = explained(made, Target("down"))
    torch.testing.assert_close(maps_of(name, down, x), -maps_of(name, made, x), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(down.run(x).raw, -made.run(x).raw)


@models
def test_a_zero_changes_no_map_and_shifts_the_output(model):
    made, x = linked(model), nets.batch(2)
    contrast = explained(made, Target(zero={"content": 3.0}))
    torch.testing.assert_close(maps_of("grad_cam", contrast, x), maps_of("grad_cam", made, x), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(contrast.run(x).raw, made.run(x).raw - torch.tensor([0.0, 3.0, 0.0]))


@models
@pytest.mark.parametrize("gradients", ["sums", "full"])
def test_after_the_link_gradients_have_its_slope(model, gradients):
    made, x = linked(model), nets.batch(2)
    before, after = made.run(x, gradients), explained(made, Target("down", of="rating")).run(x, gradients)
    slopes = torch.stack([slope(before.raw[:, row]) for row, slope in enumerate(SLOPES)], dim=1)
    for one, other in zip(before.gradient_sums, after.gradient_sums, strict=True):
        torch.testing.assert_close(other, -one * slopes[..., None], rtol=1e-4, atol=1e-5)
    if gradients == "full":
        for one, other in zip(before.gradients, after.gradients, strict=True):
            torch.testing.assert_close(other, -one * slopes[..., None, None, None], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(after.raw, -made.ratings(before.raw))


@models
def test_some_outputs_of_a_target_are_the_target_of_some(model):
    made, x = linked(model), nets.batch(2)
    target = Target("down", of="rating", zero={"light": 0.5})
    some = select(explained(made, target), ["depth_of_field", "light"])
    torch.testing.assert_close(some.run(x).raw, explained(made, target).run(x).raw[:, [2, 0]])


@pytest.mark.parametrize("model", [nets.linear_net, lambda: hooked(True)], ids=["cut", "hooked"])
def test_a_linear_target_adds_up(model):
    target, x = explained(model(), Target("down", zero={"light": 2.0})), nets.batch(2)
    sums = plugins.load("methods", "cam")(target.run(x)).mean((2, 3)) + target.bias
    torch.testing.assert_close(sums, target.run(x).raw, rtol=1e-4, atol=1e-4)


def test_cam_after_the_link_is_refused():
    with pytest.raises(ModelError, match="^cam needs .*use --method grad_cam.$"):
        maps_of("cam", explained(linked(nets.linear_net), Target(of="rating")), nets.batch(1))


def test_the_default_is_the_model_itself():
    model = nets.linear_net()
    assert explained(model, Target()) is model
    assert Target.parse("down") == Target("down")
    assert Target.parse(Target("down")) == Target("down")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Target("sideways"), "direction 'sideways'.*down, up"),
        (lambda: Target(of="stars"), "'stars'.*raw"),
        (lambda: Target.parse(3), "int is no target; pass 'up', 'down' or a Target"),
        (lambda: explained(nets.linear_net(), Target(zero={"light": float("nan")})), "zero of 'light' is nan; a finite"),
        (lambda: explained(nets.linear_net(), Target(zero={"beauty": 1.0})), "zero names 'beauty'.*light, content"),
    ],
)
def test_what_is_no_target_is_refused(make, said):
    with pytest.raises(ModelError, match=said):
        make()


def test_the_unit_of_the_bar():
    model = linked(nets.linear_net)
    cam, occlusion = method_facts("cam"), method_facts("occlusion")
    assert unit(model, "content", Target(), cam) == "rating points"
    assert unit(model, "light", Target(), cam) == "raw output"
    assert unit(model, "light", Target(of="rating"), cam) == "rating points"
    assert unit(model, "light", Target(), occlusion) == ""


def test_down_of_what_rectifies_is_its_own_map():
    model, x = nets.curved_net(), nets.batch(2)
    down = maps_of("grad_cam_plus_plus", explained(model, Target("down")), x)
    torch.testing.assert_close(down, maps_of("grad_cam_plus_plus_down", model, x), rtol=1e-4, atol=1e-6)
    assert not torch.allclose(down, maps_of("grad_cam_plus_plus", model, x), rtol=1e-2, atol=1e-4)
