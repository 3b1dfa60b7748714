"""Heads as values, and a pass against autograd one output and one photograph at a time."""

from dataclasses import replace

import pytest
import torch
from support import nets

from xaesthetic.core.errors import ModelError
from xaesthetic.models.gradients import output_gradients
from xaesthetic.models.heads import FunctionHead, LinearHead, linear_weights
from xaesthetic.models.model import select

NETS = (nets.linear_net, nets.curved_net, nets.partial_net, nets.writing_net)
every_net = pytest.mark.parametrize("make", NETS)


def slow(model, x):
    """Activations, raw outputs and gradients, one photograph and output after the other."""
    raw, layers = torch.zeros(len(x), 3), [[], [], []]
    for photograph in range(len(x)):
        rows = [[], [], []]
        for output in range(3):
            leaves = [each.detach().clone().requires_grad_() for each in model.features(x[photograph : photograph + 1])]
            value = model.head(tuple(leaves))[0, output]
            raw[photograph, output] = value.detach()
            for row, gradient in zip(rows, torch.autograd.grad(value, leaves), strict=True):
                row.append(gradient[0])
        for layer, row in zip(layers, rows, strict=True):
            layer.append(torch.stack(row))
    return raw, [torch.stack(layer) for layer in layers]


@every_net
def test_a_pass_against_the_slow_way(make):
    model, x = make(), nets.batch(2)
    if make is nets.curved_net:  # its head averages over the batch in one place: photographs one by one
        x = x[:1]
    raw, gradients = slow(model, x)
    taken = model.run(x, "full")
    torch.testing.assert_close(taken.raw, raw, rtol=1e-5, atol=1e-5)
    for found, sums, wanted in zip(taken.gradients, taken.gradient_sums, gradients, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-6)
        torch.testing.assert_close(sums, wanted.sum((3, 4)), rtol=1e-4, atol=1e-5)
    for found, wanted in zip(taken.activations, model.features(x), strict=True):
        assert torch.equal(found, wanted)


@every_net
def test_what_a_pass_brings_is_what_was_asked_for(make):
    model, x = make(), nets.batch(2)
    none, sums, full = (model.run(x, each) for each in ("none", "sums", "full"))
    assert none.gradient_sums is none.gradients is sums.gradients is None
    for one, other in zip(sums.gradient_sums, full.gradients, strict=True):
        torch.testing.assert_close(one, other.sum((3, 4)), rtol=1e-4, atol=1e-6)
    assert torch.equal(none.raw, sums.raw)
    assert torch.equal(none.raw, full.raw)
    with pytest.raises(ModelError, match="no gradients 'all'; there are none, sums, full"):
        model.run(x, "all")


@every_net
def test_torchs_mode_does_not_matter(make):
    """A pass made in any mode is one that autograd can go on from."""
    model, x = make(), nets.batch(2)
    wanted = model.run(x, "sums")
    for mode in (torch.no_grad, torch.enable_grad, torch.inference_mode):
        with mode():
            taken = model.run(x * 1, "sums")
        for found, layer in zip(taken.gradient_sums, wanted.gradient_sums, strict=True):
            assert torch.equal(found, layer)
        tensors = (taken.x, taken.raw, *taken.activations, *taken.gradient_sums)
        assert not any(each.is_inference() or each.requires_grad for each in tensors)
        leaves = tuple(each.clone().requires_grad_() for each in taken.activations)
        assert all(each.any() for each in torch.autograd.grad(model.head(leaves).sum(), leaves))


def test_outputs_come_in_groups_within_the_memory():
    leaf = torch.randn(2, 3, requires_grad=True)
    unused = torch.randn(2, 5, requires_grad=True)
    factors = torch.randn(5, 3)
    wanted = factors[:, None].expand(5, 2, 3)
    for memory, sizes in ((1, [1] * 5), (2 * 4 * (6 + 10), [2, 2, 1]), (1 << 20, [5])):
        groups = list(output_gradients(leaf @ factors.T, (leaf, unused), memory))
        assert [len(first) for first, _ in groups] == sizes
        torch.testing.assert_close(torch.cat([first for first, _ in groups]), wanted)
        assert torch.cat([second for _, second in groups]).shape == (5, 2, 5)
        assert not any(second.any() for _, second in groups)


def test_outputs_that_depend_on_nothing_have_no_gradient():
    model = nets.net_of(FunctionHead(lambda activations: torch.ones(len(activations[0]), 3)))
    assert not any(each.any() for each in model.run(nets.batch(2), "sums").gradient_sums)


# -- values ------------------------------------------------------------------------------------------------------------


@every_net
def test_select_narrows_outputs_and_gradients(make):
    model, x = make(), nets.batch(2)
    chosen = select(select(model, ["depth_of_field", "content", "light"]), ["light", "depth_of_field"])
    found, wanted = chosen.run(x, "full"), model.run(x, "full")
    torch.testing.assert_close(found.raw, wanted.raw[:, [0, 2]])
    for one, other in zip(found.gradients, wanted.gradients, strict=True):
        torch.testing.assert_close(one, other[:, [0, 2]], rtol=1e-4, atol=1e-6)


def test_a_linear_head_is_a_value():
    head = LinearHead(torch.arange(6.0).reshape(2, 3), torch.tensor([1.0, 2.0]))
    assert head.outputs == 2
    chosen = head.select([1])
    assert (chosen.weights.tolist(), chosen.bias.tolist()) == ([[3, 4, 5]], [2])
    other = head.with_weights(torch.zeros(2, 3))
    assert (other.weights.any(), other.bias.tolist(), head.weights[1].tolist()) == (False, [1, 2], [3, 4, 5])
    assert head.to("meta").weights.device.type == head.to("meta").bias.device.type == "meta"


def test_a_function_heads_own_sums_and_choice_are_used():
    calls = []

    def head_of(rows):
        def sums(activations):
            calls.append(("sums", rows))
            count = len(activations[0])
            return torch.full((count, len(rows)), 3.0), (torch.full((count, len(rows), 6), 7.0),)

        def choose(chosen):
            calls.append(("choose", chosen))
            return head_of([rows[row] for row in chosen])

        return FunctionHead(lambda activations: torch.ones(2, 3)[:, rows], with_sums=sums, choose=choose)

    chosen = head_of([0, 1, 2]).select([2, 0])
    found = chosen.evaluate(nets.linear_net().features(nets.batch(2))[:1], "sums")
    assert found.raw.tolist() == [[3, 3], [3, 3]]
    assert found.gradient_sums[0].shape == (2, 2, 6)
    assert (found.gradient_sums[0] == 7).all()
    assert calls == [("choose", [2, 0]), ("sums", [2, 0])]
    plain = replace(head_of([0, 1, 2]), choose=None).select([1])
    assert plain.evaluate(nets.linear_net().features(nets.batch(2))[:1], "sums").gradient_sums[0].shape == (2, 1, 6)


def test_linear_rows_follow_the_outputs():
    head = nets.partial_net().head
    moved = head.select([1, 2, 0])
    assert moved.linear_row(0) is None
    assert torch.equal(moved.linear_row(1)[0], head.linear[2][0])
    assert torch.equal(moved.linear_row(2)[1], head.linear[0][1])
    with pytest.raises(ModelError, match="^mine needs .*, which b lacks; use --method grad_cam.$"):
        linear_weights(moved.select([1, 0]), ["a", "b"], "mine")
    assert nets.partial_net().weights is nets.partial_net().bias is None
    assert select(nets.partial_net(), ["depth_of_field"]).weights.shape == (1, 27)


def test_a_head_that_writes_leaves_its_activations():
    model, x = nets.writing_net(), nets.batch(2)
    activations = model.features(x)
    before = [layer.clone() for layer in activations]
    for gradients in ("none", "sums", "full"):
        for found, wanted in zip(model.run(x, gradients).activations, before, strict=True):
            assert torch.equal(found, wanted)
    model.head(activations)
    assert all(torch.equal(one, other) for one, other in zip(activations, before, strict=True))
    careless = replace(model, head=replace(model.head, copies=False))
    assert not torch.equal(careless.run(x).activations[0], before[0])
