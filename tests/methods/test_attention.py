"""Attention rollout and gradient-weighted attention against their equations in plain loops, and on networks of others."""

from dataclasses import replace

import numpy as np
import pytest
import timm
import torch
import torchvision
from support import nets
from torch.nn.functional import scaled_dot_product_attention

import xaesthetic as xa
from xaesthetic.core import plugins
from xaesthetic.core.errors import ModelError
from xaesthetic.core.types import InputSpec
from xaesthetic.methods._attention import attention
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import AttributeModel

SIZE = (4, 4)
METHODS = ("attention_rollout", "attention_relevance", "attention_relevance_down")
SMALL = {"embed_dim": 12, "depth": 2, "num_heads": 3, "num_classes": 2}
SPEC = InputSpec((64, 48), mean=(0.5, 0.5, 0.5), scale=1.0)


class Tiny(torch.nn.Module):
    """Two blocks, two heads, a class token and 2 x 2 patches of 2 x 2 pixels; float64, so that differences are exact."""

    def __init__(self, averaged=False):
        super().__init__()
        torch.manual_seed(2)
        self.patch, self.last = torch.nn.Linear(12, 6), torch.nn.Linear(6, 2)
        self.qkv = torch.nn.ModuleList([torch.nn.Linear(6, 18) for _ in range(2)])
        self.token = torch.nn.Parameter(torch.randn(1, 1, 6))
        self.averaged, self.num_prefix_tokens = averaged, 0 if averaged else 1
        self.double().requires_grad_(False)

    def forward(self, x, bump=None):
        """`bump` is (block, what is added to its attention); None runs torch's own."""
        tokens = self.patch(x.unfold(2, 2, 2).unfold(3, 2, 2).permute(0, 2, 3, 1, 4, 5).reshape(len(x), 4, 12))
        if not self.averaged:
            tokens = torch.cat([self.token.expand(len(x), -1, -1), tokens], dim=1)
        for block, layer in enumerate(self.qkv):
            q, k, v = layer(tokens).reshape(len(x), -1, 3, 2, 3).permute(2, 0, 3, 1, 4)
            if bump is None:
                mixed = scaled_dot_product_attention(q, k, v)
            else:
                weights = torch.softmax(q @ k.mT / 3**0.5, -1)
                mixed = (weights + bump[1] if bump[0] == block else weights) @ v
            tokens = tokens + torch.tanh(mixed.transpose(1, 2).flatten(2) + tokens)
        return self.last(tokens.mean(1) if self.averaged else tokens[:, 0])

    def attention(self, x):
        """Every block's weights, by the same formulas."""
        kept = []
        for block in range(2):

            class Keep:
                def __radd__(self, weights, kept=kept):
                    kept.append(weights)
                    return weights

            self(x, (block, Keep()))
        return kept


def model_of(network, size=SIZE):
    head = FunctionHead(lambda activations: network(activations[0]))
    spec = InputSpec(size, mean=(0.0, 0.0, 0.0))
    return AttributeModel(("light", "content"), spec, lambda x: (x,), head, nets.SOURCE, module=network)


def maps_of(name, model, x):
    return plugins.load("methods", name)(model.run(x))


def slopes(network, x, block, weights, step=1e-5):
    """∂y_a/∂A_h(i, j) by finite differences: (a, heads, n, n)."""
    result = np.zeros((2, *weights.shape[1:]))
    for place in np.ndindex(*weights.shape[1:]):
        ends = []
        for sign in (1, -1):
            moved = torch.zeros_like(weights)
            moved[(0, *place)] = sign * step
            ends.append(network(x, (block, moved))[0].numpy())
        result[(slice(None), *place)] = (ends[0] - ends[1]) / (2 * step)
    return result


# -- the equations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("averaged", [False, True])
@pytest.mark.parametrize(("name", "sign"), [("attention_relevance", 1), ("attention_relevance_down", -1)])
def test_relevance_by_hand(averaged, name, sign):
    network, x = Tiny(averaged), nets.batch(1, torch.float64, SIZE)
    count = 4 if averaged else 5
    for output in range(2):
        total = np.eye(count)
        for block, weights in enumerate(network.attention(x)):
            step, gradient = np.zeros((count, count)), slopes(network, x, block, weights)[output]
            for head in range(2):
                step += np.maximum(0, sign * gradient[head] * weights[0, head].numpy()) / 2
            total = total + step @ total
        wanted = (total.mean(0) if averaged else total[0, 1:]).reshape(2, 2)
        np.testing.assert_allclose(maps_of(name, model_of(network), x)[0, output].numpy(), wanted, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("averaged", [False, True])
def test_rollout_by_hand(averaged):
    network, x = Tiny(averaged), nets.batch(2, torch.float64, SIZE)
    first, second = (weights.mean(1).numpy() for weights in network.attention(x))
    for photograph in range(2):
        identity = np.eye(first.shape[1])
        total = ((second[photograph] + identity) / 2) @ ((first[photograph] + identity) / 2)
        np.testing.assert_allclose(total.sum(1), 1)
        wanted = (total.mean(0) if averaged else total[0, 1:]).reshape(2, 2)
        for output in range(2):
            np.testing.assert_allclose(
                maps_of("attention_rollout", model_of(network), x)[photograph, output].numpy(), wanted, rtol=1e-5
            )


def test_down_is_up_of_the_opposite():
    network, x = Tiny(), nets.batch(2, torch.float64, SIZE)
    model = model_of(network)
    opposite = replace(model, head=FunctionHead(lambda activations: -network(activations[0])))
    torch.testing.assert_close(maps_of("attention_relevance_down", model, x), maps_of("attention_relevance", opposite, x))


# -- networks of others ------------------------------------------------------------------------------------------------


def torchvisions():
    torch.manual_seed(1)
    network = torchvision.models.VisionTransformer(64, 16, 2, 3, 12, 24, num_classes=2)
    torch.nn.init.normal_(network.heads.head.weight)
    return network, replace(SPEC, size=(64, 64))


def timms(name, size=(64, 48), **options):
    torch.manual_seed(1)
    return timm.create_model(name, img_size=size, **SMALL, **options), replace(SPEC, size=size)


NETWORKS = {
    "timm": lambda: timms("vit_tiny_patch16_224"),
    "timm, averaged": lambda: timms("vit_tiny_patch16_224", global_pool="avg", class_token=False),
    "timm, distilled": lambda: timms("deit_tiny_distilled_patch16_224"),
    "timm, registers": lambda: timms("vit_small_patch14_reg4_dinov2", (56, 42)),
    "torchvision": torchvisions,
}


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in NETWORKS.items()])
def test_networks_of_others(make):
    network, spec = make()
    model = xa.wrap(network, layers=(), outputs=("light", "content"), inputs=spec)
    x = nets.batch(2, size=spec.size)
    side = 14 if spec.size == (56, 42) else 16
    taken = model.run(x)
    seen = attention(taken, "attention_rollout")
    assert len(seen.weights) == 2
    torch.testing.assert_close(seen.raw.detach(), taken.raw, rtol=1e-4, atol=1e-5)
    for weights in seen.weights:
        torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:-1]))
    for name in METHODS:
        maps = maps_of(name, model, x)
        assert maps.shape == (2, 2, spec.size[0] // side, spec.size[1] // side)
        assert (maps >= 0).all()
        assert float(maps.std()) > 0


def test_a_fused_attention_is_the_plain_one():
    x, maps = nets.batch(1, size=SPEC.size), []
    for fused in (True, False):
        network, spec = NETWORKS["timm"]()
        for block in network.blocks:
            block.attn.fused_attn = fused
        maps.append(maps_of("attention_relevance", xa.wrap(network, layers=(), inputs=spec), x))
        assert all(block.attn.fused_attn is fused for block in network.blocks)
    torch.testing.assert_close(maps[0], maps[1], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("implementation", ["eager", "sdpa"])
def test_hugging_face(implementation):
    """Its own attentions are ours."""
    transformers = pytest.importorskip("transformers", reason="an extra; timm's and torchvision's are always tested")
    torch.manual_seed(1)
    config = transformers.ViTConfig(
        hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=24, image_size=64, patch_size=16
    )
    config._attn_implementation = implementation
    network = transformers.ViTForImageClassification(config)
    model = xa.wrap(network, layers=(), output="logits", inputs=replace(SPEC, size=(64, 64)))
    x = nets.batch(2, size=(64, 64))
    seen = attention(model.run(x), "attention_rollout")
    config._attn_implementation = "eager"
    with torch.no_grad():
        theirs = network.eval()(x, output_attentions=True).attentions
    for ours, wanted in zip(seen.weights, theirs, strict=True):
        torch.testing.assert_close(ours.detach(), wanted, rtol=1e-4, atol=1e-6)
    assert maps_of("attention_relevance", model, x).shape == (2, 2, 4, 4)


# -- refused -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", METHODS)
def test_a_network_without_attention_is_refused(name):
    with pytest.raises(ModelError, match=f"^{name} needs a transformer, and .* has no attention; use --method grad_cam.$"):
        maps_of(name, nets.linear_net(), nets.batch(1))


@pytest.mark.parametrize("name", METHODS)
def test_windows_are_refused(name):
    torch.manual_seed(0)
    network = torchvision.models.SwinTransformer([4, 4], 12, [1, 1], [1, 2], [4, 4], num_classes=2)
    model = xa.wrap(network, layers=(), inputs=replace(SPEC, size=(64, 64)))
    with pytest.raises(ModelError, match=f"^{name} needs attention between all patches in every block, and .*grad_cam.$"):
        maps_of(name, model, nets.batch(1, size=(64, 64)))
