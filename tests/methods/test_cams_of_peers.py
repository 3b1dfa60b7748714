"""Every map against pytorch-grad-cam's or torchcam's after their normalisation, of an output and of its negative.

Peers rectify: what lowers an output is lost, unless one asks for the map of the negative. Ours has both by its sign. Runs
only where the peers are installed (they are no dependency: `pip install grad-cam torchcam`).
"""

from importlib import import_module

import numpy as np
import pytest
import torch
from support import nets
from support.oracles import maps_of
from torch import nn

from xaesthetic.core.types import InputSpec
from xaesthetic.methods._biases import record_biases
from xaesthetic.methods.eigen_cam import _first_component
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import AttributeModel

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
SIZE, OUTPUTS, SIGNS = (15, 15), range(3), (1, -1)


class Net(nn.Module):
    """Five cells of three pixels a side, so that all ways to enlarge a channel agree on its ends; steep, for epsilons."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.features = nn.Sequential(nn.Conv2d(3, 6, 3, stride=3), nn.BatchNorm2d(6), nn.ReLU())
        self.top = nn.Sequential(nn.Flatten(), nn.Linear(150, 8), nn.Tanh(), nn.Linear(8, 3))
        self.top[1].weight.data *= 3
        self.top[3].weight.data *= 20
        self.features[1].bias.data.normal_()
        self.eval()

    def forward(self, x):
        return self.top(self.features(x))


@pytest.fixture
def net():
    return Net()


@pytest.fixture
def model(net):
    head = FunctionHead(lambda activations: net.top(activations[0]))
    inputs = InputSpec(SIZE, mean=(0.0, 0.0, 0.0))
    return AttributeModel(nets.NAMES, inputs, lambda x: (net.features(x),), head, nets.SOURCE, net)


@pytest.fixture
def x():
    return nets.batch(1, size=SIZE)


def theirs(net, x, kind, target):
    peer = pytest.importorskip("pytorch_grad_cam")
    with getattr(peer, kind)(model=net, target_layers=[net.features]) as made:
        return made(input_tensor=x.clone(), targets=[target])[0]


def of(sign, output):
    """What torchcam is asked for, of a batch or of one."""
    return lambda out: sign * (out[output] if out.ndim == 1 else out[:, output])


def normalised(grid):
    """As pytorch-grad-cam does it: rectified, from 0 to 1, enlarged, and from 0 to 1 again."""
    image = pytest.importorskip("pytorch_grad_cam.utils.image")
    shown = image.scale_cam_image(np.maximum(np.asarray(grid, np.float32)[None], 0), SIZE)
    return image.scale_cam_image(shown)[0]


def same(ours, peer, tolerance=1e-3):
    assert peer.max() > 0.9, "an empty map proves nothing"
    np.testing.assert_allclose(ours, peer, atol=tolerance)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(("name", "kind"), [("grad_cam", "GradCAM"), ("hires_cam", "HiResCAM"), ("xgrad_cam", "XGradCAM")])
def test_signed_maps_hold_both(net, model, x, name, kind, sign, output):
    peer = theirs(net, x, kind, lambda out: sign * out[output])
    same(normalised(sign * maps_of(name, model, x)[0, output]), peer)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize(("name", "sign"), [("grad_cam_plus_plus", 1), ("grad_cam_plus_plus_down", -1)])
def test_grad_cam_plus_plus_has_a_name_for_either(net, model, x, name, sign, output):
    peer = theirs(net, x, "GradCAMPlusPlus", lambda out: sign * out[output])
    same(normalised(maps_of(name, model, x)[0, output]), peer, 5e-3)  # of their epsilon, 1e-6 beside squared gradients


@pytest.mark.parametrize("output", OUTPUTS)
def test_layer_cam_is_theirs_of_an_output_minus_theirs_of_its_negative(net, model, x, output):
    methods = pytest.importorskip("torchcam.methods")
    rectified = []
    for sign in SIGNS:
        with methods.LayerCAM(net, net.features, input_shape=(3, *SIZE)) as made:
            scores = net(x.clone().requires_grad_())
            rectified.append(made(scores=scores, targets=of(sign, output), normalized=False)[0][0].detach())
    ours = maps_of("layer_cam", model, x)[0, output]
    torch.testing.assert_close(ours, 25 * (rectified[0] - rectified[1]), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("sign", SIGNS)
def test_layer_cam_rectified_as_in_the_paper(net, model, x, sign, output):
    taken = model.run(x, "full")
    ours = (torch.relu(sign * taken.gradients[0][0, output]) * taken.activations[0][0]).sum(0)
    same(normalised(ours), theirs(net, x, "LayerCAM", lambda out: sign * out[output]))


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("sign", SIGNS)
def test_ablation_cam_after_their_division_which_loses_the_sign(net, model, x, sign, output):
    """(-y + y_k) / -y is (y - y_k) / y: their map of the negative is that of the output."""
    ours, y = maps_of("ablation_cam", model, x)[0, output], float(model.run(x).raw[0, output])
    same(normalised(ours / y), theirs(net, x, "AblationCAM", lambda out: sign * out[output]))


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("sign", SIGNS)
def test_score_cam_after_their_softmax(net, model, x, sign, output):
    methods = pytest.importorskip("torchcam.methods")
    with methods.ScoreCAM(net, net.features, input_shape=(3, *SIZE)) as made, torch.no_grad():
        scores = net(x)
        peer = made(scores=scores, targets=of(sign, output))[0][0].numpy()
    taken, module = model.run(x), import_module("xaesthetic.methods.score_cam")
    layer, blank = taken.activations[0], torch.zeros_like(x)
    weights = module._weights(taken, layer, blank, model.run(blank).raw)[0, output]
    ours = torch.relu(torch.einsum("k,kij->ij", torch.softmax(sign * weights, 0), layer[0]))
    same(((ours - ours.min()) / (ours.max() - ours.min())).numpy(), peer)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("sign", SIGNS)
def test_finer_cam_of_outputs_in_common_units(net, model, x, sign, output):
    pytest.importorskip("pytorch_grad_cam")
    from pytorch_grad_cam.finer_cam import FinerCAM

    lengths = model.run(x, "sums").gradient_sums[0][0].norm(dim=1)
    others = [other for other in OUTPUTS if other != output]

    def target(out):
        return sign * ((out / lengths)[output] - (out / lengths)[others].mean())

    with FinerCAM(net, [net.features]) as made:
        peer = made(input_tensor=x.clone(), targets=[target])[0]
    same(normalised(sign * maps_of("finer_cam", model, x)[0, output]), peer)


def test_eigen_cam_after_their_centring(net, model, x):
    """They centre the channels first, which makes the sign a matter of chance."""
    (layer,) = model.run(x).activations
    first = _first_component((layer - layer.mean((2, 3), keepdim=True),))[0]
    peer = theirs(net, x, "EigenCAM", lambda out: out[0])
    assert min(float(np.abs(normalised(sign * first) - peer).max()) for sign in SIGNS) < 1e-3


@pytest.mark.parametrize("sign", SIGNS)
def test_full_grad_after_their_absolute_values_and_rescaling(net, x, sign):
    image = pytest.importorskip("pytorch_grad_cam.utils.image")
    leaf = x.clone().requires_grad_()
    with record_biases(net) as biases:
        (raw,) = net(leaf)
    conv, norm = biases[:2]  # they leave out the linear layers, whose biases have no place
    gradients = torch.autograd.grad(sign * raw[1], (leaf, conv.at, norm.at))
    parts = [leaf.detach() * gradients[0], conv.value * gradients[1], norm.value * gradients[2]]
    scaled = [image.scale_accross_batch_and_channels(part.detach().abs().numpy(), SIZE) for part in parts]
    ours = image.scale_cam_image(sum(item.sum(1) for item in scaled))[0]
    peer = pytest.importorskip("pytorch_grad_cam")
    with peer.FullGrad(net, []) as made:
        same(ours, made(input_tensor=x.clone(), targets=[lambda out: sign * out[1]])[0], 5e-3)
