"""What `xaesthetic new model NAME` writes: a model folder that works as it stands, to be changed into one's own."""

import unicodedata
from pathlib import Path
from string import Template

from xaesthetic.core.choices import MODEL_FILE
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import atomic_write, printable

_TOML = """\
# What the model is. 'xaesthetic check-model $name --trust' says what comes of this file; unknown fields are refused.

# One of: "timm:NAME"; "torchvision:NAME"; a function that returns a torch.nn.Module, "package.module:function" of an
# installed module, or "file:function" of a Python file in this folder, which runs only with --trust; a file in this folder
# that holds a whole network, TorchScript (.pt, .ts) or torch.export (.pt2, only with --trust).
architecture = "network:build"

# The trained weights, a file in this folder: .safetensors, or a pickled state dict (.pt, .pth, .ckpt), which is read as
# tensors alone. Prefixes such as "module." or "model." are matched. Left out, the network is as its function builds it.
# weights = "model.safetensors"

# Where maps are taken: one name or several. Left out, the last layer with a grid is taken, and named.
layers = "last"

# What the outputs rate, in the network's order. Only the name is needed.
# link: from the raw output, which maps explain, to the rating: "identity", "tanh" or "sigmoid".
[[outputs]]
name = "brightness"
title = "Brightness"
range = [0.0, 1.0]
direction = "higher" # which is the better one: "higher" or "lower"
link = "sigmoid"

[[outputs]]
name = "blueness"

# How photographs become inputs: squashed to the size, (channel * scale / 255 - mean) / std. For timm: and torchvision: this
# may be left out; what is stated goes before what they declare.
[inputs]
size = [96, 128] # [height, width], or one number
mean = [0.5, 0.5, 0.5]
std = [0.25, 0.25, 0.25]
scale = 1.0 # what white becomes: 1 or 255
bgr = false
resample = "bilinear" # or "bicubic", "nearest"

# What figures say of the model.
[source]
citation = "$name, a template of xaesthetic"
licence = "MIT"
trained = "nothing: its weights are written by hand"
"""

_NETWORK = '''\
"""The network of the model folder $name: change it into your own."""

import torch


class Network(torch.nn.Module):
    """Three channels, averaged over the photograph, under one linear layer: its maps add up."""

    def __init__(self) -> None:
        """Write the weights by hand; a trained network gets them from model.safetensors."""
        super().__init__()
        self.last = torch.nn.Conv2d(3, 3, kernel_size=8, stride=8)
        self.pool = torch.nn.AdaptiveAvgPool2d(1)
        self.head = torch.nn.Linear(3, 2)
        with torch.no_grad():
            self.last.weight.copy_(torch.eye(3)[:, :, None, None].expand(3, 3, 8, 8) / 64)
            self.last.bias.zero_()
            self.head.weight.copy_(torch.tensor([[0.3, 0.6, 0.1], [-0.5, -0.5, 1.0]]))
            self.head.bias.zero_()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return brightness and blueness."""
        return self.head(self.pool(self.last(x)).flatten(1))


def build() -> torch.nn.Module:
    """Return the network; model.toml names this function."""
    return Network()
'''

_TEST = '''\
"""Run it with: pytest $name"""

from pathlib import Path

import numpy as np

import xaesthetic as xa

FOLDER = Path(__file__).parent


def test_a_bright_photograph_is_rated_higher_and_its_map_adds_up():
    model = xa.load_model(FOLDER, on="cpu", trust=True)
    dark, bright = (np.full((60, 80, 3), value, dtype=np.uint8) for value in (40, 220))
    results = xa.Session(model).run([dark, bright], ["cam"])
    assert results.ratings[0, 0] < results.ratings[1, 0]
    totals = results.maps["cam"].mean((2, 3)) + model.bias.detach().numpy()
    np.testing.assert_allclose(totals, results.raw, rtol=1e-4, atol=1e-5)
'''


def write_template(folder: Path) -> list[Path]:
    """Write a model folder with a tiny network, a `model.toml` that explains every field, and a test.

    Raises
    ------
    DataError
        If something is there already, or the name is none.
    """
    name = folder.name
    if not name or not name.isprintable() or name[0] in ".-" or any(letter in "\"\\$'=:" for letter in name):
        raise DataError(f"{name!r} is no name for a folder; letters, digits, '_' and '-' were wanted.")
    if folder.exists() or folder.is_symlink():
        raise DataError(f"{printable(folder)}: is there already; choose another name.")
    plain = "".join(
        letter if letter.isalnum() and ord(letter) < 128 else "_" for letter in unicodedata.normalize("NFKD", name)
    )
    files = {MODEL_FILE: _TOML, "network.py": _NETWORK, f"test_{plain}.py": _TEST}
    with atomic_write(folder) as temporary:
        temporary.mkdir()
        for file, text in files.items():
            (temporary / file).write_text(Template(text).substitute(name=name), encoding="utf-8")
    return [folder / file for file in files]
