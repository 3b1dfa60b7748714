"""Attention rollout (Abnar & Zuidema, ACL 2020): a floor, which asks no output."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._attention import attention
from xaesthetic.models.model import Pass


@method(
    title="attention rollout",
    passes=2,
    differentiable=True,
    layers=False,
    signed=False,
    asks_output=False,
    promises="With the tokens that are no patch, its sum is 1.",
    against="It asks no output, so it explains none; values are left out, and heads are averaged.",
)
def attention_rollout(taken: Pass) -> Float[Tensor, "b a i j"]:
    """From which patches a transformer's attention collects, whatever the output: the same map for all of them.

    Ã = Π_l (A_l + I) / 2, the last block first, with A_l the mean over heads; the map is the row of the class token, or the
    mean row where tokens are averaged, on the grid of patches. At least 0.

    Raises
    ------
    ModelError
        If the network has no attention between all patches in every block.
    """
    seen = attention(taken, "attention_rollout")
    with torch.inference_mode(False), torch.no_grad():
        total = torch.eye(seen.weights[0].shape[2]).to(seen.weights[0])
        for weights in seen.weights:
            total = (weights.mean(1) + torch.eye(weights.shape[2]).to(weights)) / 2 @ total
        maps = seen.grid(total).float()
    return maps[:, None].expand(-1, len(taken.model.attributes), -1, -1).contiguous()
