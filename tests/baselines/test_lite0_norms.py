"""Convolutions that carry the norm behind them give what both give one after the other."""

import pytest
import torch
from xaesthetic_baselines._efficientnet_lite0 import Block, Same, batch_norm, normalised


def randomised(norm):
    torch.manual_seed(0)
    for tensor in (norm.weight, norm.bias, norm.running_mean):
        tensor.data.normal_()
    norm.running_var.uniform_(0.1, 3)
    return norm.eval()


@pytest.mark.parametrize(("kernel", "stride", "groups"), [(1, 1, 1), (3, 2, 1), (5, 2, 4), (3, 1, 4)])
@pytest.mark.parametrize("size", [(14, 15), (15, 14)])
def test_one_step_is_both(kernel, stride, groups, size):
    convolution, norm = Same(4, 8, kernel, stride, groups), randomised(batch_norm(8))
    x = torch.randn(2, 4, *size)
    both = norm(convolution(x))
    with torch.no_grad():
        torch.testing.assert_close(normalised(convolution, norm, x), both.detach(), rtol=1e-5, atol=1e-5)
        convolution.weight.data.mul_(2)  # as weights that are drawn anew
        norm.running_mean.add_(1)
        torch.testing.assert_close(normalised(convolution, norm, x), norm(convolution(x)), rtol=1e-5, atol=1e-5)


def test_a_norm_in_training_is_the_norms_own_affair():
    convolution, norm = Same(4, 8), batch_norm(8).train()
    x = torch.randn(2, 4, 5, 5)
    with torch.no_grad():
        assert torch.equal(normalised(convolution, norm, x).mean((0, 2, 3)).round(decimals=4), torch.zeros(8))
    assert bool(norm.running_mean.any())


@pytest.mark.parametrize("gradients", [True, False])
def test_modules_that_somebody_listens_to_are_called(gradients):
    block, called = Block(4, 4, 3, 1, 2), []
    for part in block.eval().children():
        part.register_forward_hook(lambda module, *_: called.append(module))
    with torch.set_grad_enabled(gradients):
        block(torch.randn(1, 4, 6, 6))
    assert called == list(block.children())
