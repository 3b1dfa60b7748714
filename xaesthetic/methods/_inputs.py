"""Gradients of all outputs at the inputs, from one forward pass: what methods in image pixels are made of."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.models.gradients import output_gradients
from xaesthetic.models.model import AttributeModel

Gradients = Float[Tensor, "b a c h w"]


def input_gradients(model: AttributeModel, x: Float[Tensor, "b c h w"]) -> Gradients:
    """Return every output's gradient at the inputs; where an output does not depend on them, zeros.

    Parameters
    ----------
    model
        Any whose outputs are differentiable at the inputs.
    x
        A batch; it is left as it is.
    """
    with torch.inference_mode(False), torch.enable_grad():
        leaf = x.detach().clone().requires_grad_()
        return gradients_of(model.outputs(leaf.clone()), leaf)  # a copy: a network may write into what it is given


def gradients_of(values: Float[Tensor, "b a"], leaf: Float[Tensor, "b c h w"]) -> Gradients:
    """Return every output's gradient at the inputs, of outputs with their graph."""
    groups = [group[0] for group in output_gradients(values, (leaf,))]
    return torch.cat(groups).transpose(0, 1).detach().float()
