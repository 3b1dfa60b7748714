"""Layer-wise relevance propagation (Bach et al., PLoS ONE 2015), by its epsilon rule."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._inputs import gradients_of
from xaesthetic.methods._slopes import Function, Rule, gather, outputs_with
from xaesthetic.models.model import Pass

_EPSILON = 1e-6


@method(
    title="LRP",
    passes=1,
    differentiable=True,
    layers=False,
    promises="Without biases its sum is the output; biases keep their share.",
    against="Where all functions are ReLU it is input times gradient (Ancona et al., ICLR 2018): input 0 is its baseline.",
)
def lrp(taken: Pass) -> Float[Tensor, "b a h w"]:
    """The output handed down layer by layer, in the shares in which it came up, summed over colors; on the input's grid.

    R_i = Σ_j z_ij / (z_j + ε sign z_j) R_j with z_ij = x_i w_ij and z_j = Σ_i z_ij + b_j; a nonlinearity hands on what it
    gets, a window's maximum to the greatest. Ancona et al. (ICLR 2018): that is the input times the gradient with f(z) / z
    for the derivative of every elementwise function f. Signed. captum's `LRP` hooks modules and rewrites weights
    for the time; where a module is used twice, as the ReLUs of torchvision's ResNets, its sum has nothing to do with the
    output. Here calls are replaced, not modules.

    Raises
    ------
    ModelError
        If the network uses a function without a rule: a product of two activations, a layer's norm, attention.
    """
    with torch.inference_mode(False), torch.enable_grad():
        leaf = taken.x.detach().clone().requires_grad_()
        values = outputs_with(_Epsilon(), "lrp", taken.model, leaf.clone())
        gradients = gradients_of(values, leaf)
    return torch.einsum("bachw,bchw->bahw", gradients, taken.x.float())


@dataclass(frozen=True, slots=True)
class _Epsilon(Rule):
    """Shares in proportion; a sum near zero is held off it."""

    def slope(self, z: Tensor, value: Tensor, function: Function) -> Tensor:
        """Return the slope of the line from 0 to the value."""
        del function
        return value / (z + torch.where(z < 0, -_EPSILON, _EPSILON))

    def pool(self, z: Tensor, places: Tensor, value: Tensor) -> Tensor:
        """Hand everything to the greatest."""
        del value
        return gather(z, places)
