"""Stages of backbones: tokens and channels that come last, and model folders as backbones."""

import pytest
import torch
from safetensors.torch import save
from support.model_folders import INPUTS, STAGED, model_folder  # noqa: F401
from torchvision.models import SwinTransformer, VisionTransformer

from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import ModelError
from xaesthetic.models.backbones import build_backbone
from xaesthetic.models.multigap import Intermediates, default_stages

TOML = f'architecture = "network:build"\nweights = "model.safetensors"\n{INPUTS}'


def tiny_vit():
    torch.manual_seed(0)
    return VisionTransformer(32, 8, num_layers=3, num_heads=2, hidden_dim=16, mlp_dim=8).eval()


def test_the_stages_of_a_transformer_are_its_blocks_without_the_class_token():
    net, x = tiny_vit(), torch.rand(2, 3, 32, 32)
    stages = Intermediates(net, (), (32, 32))
    assert stages.layers == tuple(f"encoder.layers.encoder_layer_{number}" for number in range(3))
    tokens = net._process_input(x)
    tokens = torch.cat([net.class_token.expand(2, -1, -1), tokens], 1) + net.encoder.pos_embedding
    for block, got in zip(net.encoder.layers, stages(x), strict=True):
        tokens = block(tokens)
        slow = torch.stack([tokens[:, 1 + 4 * i : 5 + 4 * i] for i in range(4)], 1).permute(0, 3, 1, 2)
        torch.testing.assert_close(got, slow)


def test_the_stages_of_swin_have_their_channels_first():
    torch.manual_seed(0)
    net = SwinTransformer([4, 4], 8, [1, 1], [2, 2], [4, 4]).eval()
    stages, x = Intermediates(net, (), (64, 64)), torch.rand(1, 3, 64, 64)
    one, two = stages(x)
    assert stages.layers[0] == "features.1"
    early = net.features[1](net.features[0](x))
    torch.testing.assert_close(one, early.permute(0, 3, 1, 2))
    torch.testing.assert_close(two, net.norm(net.features[3](net.features[2](early))).permute(0, 3, 1, 2))


def test_a_network_of_one_grid_and_no_blocks_is_refused_in_a_sentence():
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 4, 4), torch.nn.Flatten(), torch.nn.LazyLinear(2))
    with pytest.raises(ModelError, match="its stages cannot be told apart by their grids"):
        default_stages(net, (32, 32))
    with pytest.raises(ModelError, match="it fails on a batch of"):
        default_stages(torch.nn.Linear(5, 2), (32, 32))
    with pytest.raises(ModelError, match=r"layer '2' gives \(2, 2\), in which no grid is found"):
        Intermediates(net, ["2"], (32, 32))


def folder_of(model_folder, state, toml=TOML):
    root = model_folder(toml, **{"model.safetensors": save(state)})
    (root / "network.py").write_text(STAGED)
    return root


def staged():
    space = {}
    exec(STAGED, space)
    torch.manual_seed(3)
    return space["build"]()


def test_a_model_folder_is_a_backbone_with_its_weights(model_folder):
    net = staged()
    root = folder_of(model_folder, {f"module.{name}": value for name, value in net.state_dict().items()})
    backbone = build_backbone(ModelChoice(str(root)), trust=True)
    assert (backbone.stages.layers, backbone.channels, backbone.code) == (("one", "two"), 10, root / "network.py")
    x = torch.rand(1, 3, 24, 32)
    torch.testing.assert_close(backbone.stages(x)[0], net.one(x))
    assert "weights not known (model.safetensors sha256" in backbone.source.trained
    other = build_backbone(ModelChoice(str(root), "random"), trust=True)
    assert not torch.equal(other.stages(x)[0], net.one(x))


def test_a_classifier_that_the_stages_do_not_read_may_be_missing_but_no_stage(model_folder):
    state = staged().state_dict()
    headless = {name: value for name, value in state.items() if not name.startswith("head")}
    assert build_backbone(ModelChoice(str(folder_of(model_folder, headless))), trust=True).channels == 10
    for name in ("two.weight", "two.bias"):
        lacking = {key: value for key, value in state.items() if key != name}
        with pytest.raises(ModelError, match=f"a part would stay random .{name}, 1 in all"):
            build_backbone(ModelChoice(str(folder_of(model_folder, lacking))), trust=True)


def test_what_is_no_backbone_says_what_is(model_folder):
    root = folder_of(model_folder, staged().state_dict())
    with pytest.raises(ModelError, match="would run code of this folder; read it, then add --trust"):
        build_backbone(ModelChoice(str(root)))
    for choice in ("multigap_lite0", "pyiqa:piqe", "timm:test_resnet=weights"):
        with pytest.raises(ModelError, match=f"{choice}: is no backbone for a new head; choose timm:NAME"):
            build_backbone(ModelChoice.parse(choice))
    file = folder_of(model_folder, staged().state_dict(), 'architecture = "model.pt"\n' + INPUTS)
    with pytest.raises(ModelError, match="nothing in model.pt can be hooked"):
        build_backbone(ModelChoice(str(file)), trust=True)
    bare = folder_of(model_folder, staged().state_dict(), 'architecture = "network:build"\n')
    with pytest.raises(ModelError, match="its inputs are not declared; state them in a model.toml"):
        build_backbone(ModelChoice(str(bare)), trust=True)
