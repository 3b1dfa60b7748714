"""Every block's attention between tokens, with its graph, from one pass; the network is neither hooked nor switched over.

While it runs, calls of attention are replaced: a fused one, and that of `torch.nn.MultiheadAttention`, which keep no
weights, are carried out as their formula says; where a network computes its weights by itself, they are read. So timm,
torchvision and Hugging Face are seen alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import linear, multi_head_attention_forward, scaled_dot_product_attention
from torch.overrides import TorchFunctionMode

from xaesthetic.core.errors import ModelError
from xaesthetic.models.find_layers import declared_prefixes
from xaesthetic.models.model import AttributeModel, Pass
from xaesthetic.models.tokens import Layout, find_layout

Weights = Float[Tensor, "b heads n n"]


@dataclass(frozen=True, slots=True, eq=False)
class Attention:
    """What a pass has brought."""

    weights: tuple[Weights, ...]
    """Block by block; a row sums to 1: how much a token takes from every other."""
    raw: Float[Tensor, "b a"]
    """The outputs, with their graph."""
    layout: Layout
    """Which tokens are patches, and how they lie."""
    size: tuple[int, int]
    """(height, width) of the input."""
    read: tuple[int, ...]
    """The tokens of the last block that the outputs read: the class token, or all that are averaged."""

    def grid(self, relevance: Float[Tensor, "*g b n n"]) -> Float[Tensor, "*g b i j"]:
        """Return what the patches give to the tokens that are read, on the grid of patches."""
        row = relevance[..., list(self.read), :].mean(-2)
        patches = row[..., self.layout.prefix :]
        return patches.reshape(*row.shape[:-1], *self.layout.size(row.reshape(-1, row.shape[-1], 1)[:1], self.size))


def attention(taken: Pass, method: str) -> Attention:
    """Run a transformer again and return its attention.

    Parameters
    ----------
    taken
        A pass of it.
    method
        Who asks, for the errors.

    Raises
    ------
    ModelError
        If the network has no attention between all patches in every block.
    """
    model, x = taken.model, taken.x
    size, recorder = (x.shape[2], x.shape[3]), _Recorder()
    with torch.inference_mode(False), torch.enable_grad():
        with recorder:
            raw = model.outputs(x.detach().clone().requires_grad_())
        weights, layout = _all_of_one_kind(recorder.weights, model, len(x), size, method)
        (last,) = torch.autograd.grad(raw.sum(), weights[-1], retain_graph=True, allow_unused=True)
    read = () if last is None else tuple(last.abs().sum((0, 1, 3)).nonzero().flatten().tolist())
    if not read:  # a head of zeros, as torchvision begins with: the class token, or all
        read = (0,) if layout.prefix else tuple(range(weights[-1].shape[2]))
    return Attention(weights, raw, layout, size, read)


def _all_of_one_kind(
    weights: Sequence[Tensor], model: AttributeModel, batch: int, size: tuple[int, int], method: str
) -> tuple[tuple[Weights, ...], Layout]:
    if not weights:
        raise ModelError(f"{method} needs a transformer, and {model.name} has no attention; use --method grad_cam.")
    shapes = {tuple(item.shape[2:]) for item in weights}
    count = weights[0].shape[2]
    prefixes = () if model.module is None else declared_prefixes(model.module)
    layout = find_layout(torch.zeros(2, count, 1), 2, size, prefixes)
    if len(shapes) > 1 or any(len(item) != batch for item in weights) or layout is None:
        raise ModelError(
            f"{method} needs attention between all patches in every block, and {model.name} has it between some (windows, "
            "pooled patches); use --method grad_cam."
        )
    return tuple(weights), layout


class _Recorder(TorchFunctionMode):
    """Keeps the weights of every attention of a token to all tokens; of this thread's calls only."""

    def __init__(self) -> None:
        super().__init__()
        self.weights: list[Tensor] = []

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Carry a call of torch out."""
        del types
        options = dict(kwargs or {})
        if func is scaled_dot_product_attention:
            return self._fused(*args, **options)
        if func is multi_head_attention_forward:
            query, key, value, *rest = args
            return self._module(query, key, value, rest, options)
        result = func(*args, **options)
        if getattr(func, "__name__", "") == "softmax" and result.ndim == 4 and result.shape[2] == result.shape[3]:
            self.weights.append(result)
        return result

    def _fused(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> Tensor:
        if is_causal or enable_gqa or dropout_p:
            return scaled_dot_product_attention(
                query, key, value, attn_mask, dropout_p, is_causal, scale=scale, enable_gqa=enable_gqa
            )
        logits = query @ key.mT * (1 / sqrt(query.shape[-1]) if scale is None else scale)
        if attn_mask is not None:
            logits = logits.masked_fill(~attn_mask, -torch.inf) if attn_mask.dtype == torch.bool else logits + attn_mask
        weights = logits.softmax(-1)
        if weights.ndim == 4 and weights.shape[2] == weights.shape[3]:
            self.weights.append(weights)
        return weights @ value

    def _module(
        self, query: Tensor, key: Tensor, value: Tensor, args: Sequence[Any], options: dict[str, Any]
    ) -> tuple[Tensor, Tensor | None]:
        """What `torch.nn.MultiheadAttention` computes, of tokens about themselves: (n, b, e) in, and out."""
        _, heads, weight, bias, bias_k, bias_v, zero, _, out_weight, out_bias = args[:10]
        others = (bias_k, bias_v, options.get("key_padding_mask"), options.get("attn_mask"))
        if query is not key or query is not value or weight is None or zero or any(item is not None for item in others):
            return multi_head_attention_forward(query, key, value, *args, **options)
        count, batch, width = query.shape
        parts = linear(query, weight, bias).reshape(count, batch, 3, heads, width // heads)
        q, k, v = parts.permute(2, 1, 3, 0, 4)
        mixed = self._fused(q, k, v)
        result = linear(mixed.permute(2, 0, 1, 3).reshape(count, batch, width), out_weight, out_bias)
        return result, None
