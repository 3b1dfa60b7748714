"""Networks that cannot be hooked: TorchScript and exported ones, and those of which only the inputs are wanted."""

import pytest
import torch
from support.odd_networks import INPUTS, Odd

import xaesthetic as xa
from xaesthetic.core.errors import ModelError

X = torch.randn(2, 3, *INPUTS.size, generator=torch.Generator().manual_seed(0))
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning", "ignore:.*torch.jit:DeprecationWarning")


class Returns(torch.nn.Module):
    """Activations and outputs, or outputs alone."""

    def __init__(self, both=True):
        super().__init__()
        self.both, self.inside = both, Odd().eval()

    def forward(self, x):
        late = self.inside.second(torch.relu(self.inside.norm(self.inside.first(x))))
        raw = self.inside.linear(late.mean((2, 3)))
        return (late, raw) if self.both else raw


def scripted(both=True):
    return torch.jit.trace(Returns(both).eval(), X)


def exported(both=True):
    return torch.export.export(Returns(both).eval(), (X,), dynamic_shapes=({0: torch.export.Dim.DYNAMIC},))


@pytest.mark.parametrize("make", [scripted, exported])
def test_returned_activations_are_explained(make):
    model = xa.wrap(make(), inputs=INPUTS)
    taken, wanted = model.run(X, "full"), xa.wrap(Odd(), layers="second", inputs=INPUTS).run(X, "full")
    torch.testing.assert_close(taken.raw, wanted.raw)
    torch.testing.assert_close(taken.activations[0], wanted.activations[0])
    torch.testing.assert_close(taken.gradients[0], wanted.gradients[0])
    assert "activations that it returns" in " ".join(model.notes)
    with pytest.raises(ModelError, match="cannot be run from its activations on"):
        model.outputs_at(X, taken.activations)
    with pytest.raises(ModelError, match="have it return"):
        xa.wrap(make(), layers="inside.second", inputs=INPUTS)


@pytest.mark.parametrize("network", [scripted, exported, Odd])
def test_without_layers_methods_of_the_inputs_are_there(network):
    net = Odd() if network is Odd else network(False)
    model = xa.wrap(net, layers=(), inputs=INPUTS, outputs=["beauty", "quality"])
    results = xa.Session(model).run_batch(X, ["occlusion"])
    assert results.maps["occlusion"].shape[:2] == (2, 2)
    with pytest.raises(ModelError, match="occlusion"):
        xa.Session(model).run_batch(X, ["grad_cam"])
    with pytest.raises(ModelError, match="occlusion"):
        xa.Session(model).run_batch(X, ["activation_energy"])


def test_a_scripted_part_of_a_network_cannot_be_hooked():
    network = Odd().eval()
    network.first = torch.jit.trace(network.first, X)
    with pytest.raises(ModelError, match="'first'.*TorchScript"):
        xa.wrap(network, layers="first", inputs=INPUTS)
    assert xa.wrap(network, layers="second", inputs=INPUTS).layers == ("second",)
