"""What a wrapped network does in its own forward pass, or shares with another, is as it was afterwards."""

import threading
from inspect import unwrap

import pytest
import torch
from support.odd_networks import INPUTS, Odd, wrapped

import xaesthetic as xa
from xaesthetic.core.errors import ModelError

X = torch.randn(3, 3, *INPUTS.size, generator=torch.Generator().manual_seed(0))


class Around(torch.nn.Module):
    """Another network with the same modules in it."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return 2 * self.inner(x)


def test_a_network_that_shares_modules_waits_too():
    inner = Odd("rectified")
    one, other = (xa.wrap(net, inputs=INPUTS) for net in (inner, Around(inner)))
    entered, go_on = threading.Event(), threading.Event()

    def pause(module, inputs):
        del module, inputs
        if threading.current_thread() is first:
            entered.set()
            go_on.wait(10)

    first = threading.Thread(target=other.run, args=(X, "sums"))
    second = threading.Thread(target=one.run, args=(X, "sums"))
    handle = inner.second.register_forward_pre_hook(pause)
    first.start()
    assert entered.wait(10)
    second.start()
    second.join(0.3)
    waited = second.is_alive()
    go_on.set()
    first.join()
    second.join()
    handle.remove()
    assert waited
    assert all(module.training for module in inner.modules())
    assert all(parameter.requires_grad for parameter in inner.parameters())


class Restless(Odd):
    """Sets itself to training, and a parameter to learning, in its own pass."""

    def forward(self, x, aux=1.0):
        self.norm.train()
        self.linear.weight.requires_grad_(True)
        return super().forward(x, aux)


def test_what_a_network_changes_of_itself_is_as_it_was():
    """Batch norms in training write their buffers without counting a version."""
    network = Restless().eval().requires_grad_(False)
    before = {name: buffer.clone() for name, buffer in network.named_buffers()}
    with pytest.raises(ModelError, match="Restless: .*training mode"):
        xa.wrap(network, layers="second", inputs=INPUTS)
    assert not any(module.training for module in network.modules())
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert all(torch.equal(buffer, before[name]) for name, buffer in network.named_buffers())


def test_modules_compiled_in_place_run_uncompiled():
    """What is compiled sees no hooks, and keeps its graph for one backward pass."""
    network = Odd("rectified")
    compiled = network.second._compiled_call_impl = lambda *_: pytest.fail("the compiled one runs")
    taken = xa.wrap(network, layers="second", inputs=INPUTS).run(X, "sums")
    assert network.second._compiled_call_impl is compiled
    torch.testing.assert_close(taken.gradient_sums[0], wrapped("rectified").run(X, "sums").gradient_sums[0])


def test_a_layer_is_found_by_all_its_names():
    network = Odd()
    network.again = network.second
    assert xa.wrap(network, layers="again", inputs=INPUTS).layers == ("second",)
    both = torch.nn.DataParallel(torch.compile(network))
    assert xa.wrap(both, layers="module._orig_mod.second", inputs=INPUTS).layers == ("second",)


def test_what_cannot_be_traced_is_refused_in_one_sentence():
    class Equal(Odd):
        pass

    network = Equal()
    Equal.__hash__ = None
    with pytest.raises(ModelError, match=r"Equal: cannot be traced \(TypeError: unhashable type"):
        unwrap(xa.wrap)(network, layers="second", inputs=INPUTS)


def test_an_export_for_one_size_of_batch_says_what_to_do():
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 64 * 96, 1)).eval()
    exported = torch.export.export(network, (X[:2],))
    with pytest.raises(ModelError, match=r"takes a batch of 2, but none of one .*dynamic_shapes"):
        xa.wrap(exported, inputs=INPUTS)


@pytest.mark.parametrize("name", [3, " ", "two\nlines"])
def test_a_name_is_a_text_of_one_line(name):
    with pytest.raises(ModelError, match="a text of one line was wanted"):
        wrapped(name=name)
