"""Model folders: a tiny network in a Python file, and what their model.toml says."""

import pytest
import torch

NETWORK = """
import torch

def build():
    conv, pool, linear = torch.nn.Conv2d(3, 5, 4, stride=4), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Linear(5, 2)
    return torch.nn.Sequential(conv, torch.nn.ReLU(), pool, torch.nn.Flatten(), linear)

def fails():
    raise RuntimeError("not today")

def leaves():
    raise SystemExit(3)

def text():
    return "network"

class Scored(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = torch.nn.Conv2d(3, 5, 4, stride=4), torch.nn.Linear(5, 2)

    def forward(self, x):
        layer = self.conv(x)
        return layer, self.head(layer.mean((2, 3)))
"""
STAGED = """
import torch

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two, self.head = torch.nn.Conv2d(3, 4, 4, 4), torch.nn.Conv2d(4, 6, 2, 2), torch.nn.Linear(6, 3)

    def forward(self, x):
        return self.head(self.two(torch.relu(self.one(x))).mean((2, 3)))

def build():
    return Net()
"""
INPUTS = """
[inputs]
size = [24, 32]
mean = [0.5, 0.5, 0.5]
std = [0.25, 0.25, 0.25]
scale = 1.0
"""
TOML = 'architecture = "network:build"\nlayers = "1"\noutputs = ["beauty", "noise"]\n' + INPUTS


@pytest.fixture
def model_folder(tmp_path):
    """Write a model folder, with these further files, and return it."""

    def write(toml=TOML, name="mine", **files):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "model.toml").write_text(toml, encoding="utf-8")
        (folder / "network.py").write_text(NETWORK)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        return folder

    return write


def tiny(channels=5, outputs=2, seed=1):
    """The network that `build` gives, with other weights."""
    torch.manual_seed(seed)
    conv, linear = torch.nn.Conv2d(3, channels, 4, stride=4), torch.nn.Linear(channels, outputs)
    pool = torch.nn.AdaptiveAvgPool2d(1)
    return torch.nn.Sequential(conv, torch.nn.ReLU(), pool, torch.nn.Flatten(), linear)
