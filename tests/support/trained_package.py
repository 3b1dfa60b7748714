"""A tiny network and a small rated data set, for what trains in a process of its own."""

import csv
import sys

import numpy as np
from PIL import Image

from support.aadb_lists import HEADER, LISTS

COUNTS = {LISTS[0]: 40, LISTS[1]: 12, LISTS[2]: 12}
NET = '''
import torch
from xaesthetic.models.model import gap_linear
from xaesthetic.core.types import InputSpec, Source


class Layers(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.first = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, 2), torch.nn.BatchNorm2d(8), torch.nn.ReLU())
        self.second = torch.nn.Sequential(torch.nn.Conv2d(8, 12, 3, 2), torch.nn.ReLU())
        self.eval().requires_grad_(False)

    def forward(self, x):
        one = self.first(x)
        return one, self.second(one)


def small_net(weights=None):
    """A small network for tests."""
    layers = Layers()
    inputs = InputSpec((32, 40), mean=(0.5, 0.5, 0.5), scale=1.0)
    source = Source("nobody", "none", "random numbers", {})
    return gap_linear(["light"], inputs, layers, torch.zeros(1, 20), torch.zeros(1), source, layers)
'''


def write_rated(root):
    """64 photographs in AADB's lists: light follows brightness, vivid colour follows how far red is from blue."""
    random = np.random.default_rng(0)
    (root / "photos").mkdir(parents=True)
    for name, count in COUNTS.items():
        with (root / name).open("w", newline="") as file:
            table = csv.DictWriter(file, HEADER.split(","), restval="")
            table.writeheader()
            for index in range(count):
                light, colour = random.uniform(-1, 1, 2)
                base = 128 + 60 * light + np.array([50, 0, -50]) * colour
                pixels = np.clip(base + random.normal(0, 12, (36, 44, 3)), 0, 255).astype(np.uint8)
                identity = f"{name[7:10]}{index}.png"
                Image.fromarray(pixels).save(root / "photos" / identity)
                rated = {"VividColor": f"{colour:.4f}"} if index % 3 else {}  # the others have no such label
                table.writerow({"ImageFile": identity, "Light": f"{light:.4f}", "score": "0.5"} | rated)
    return root


def write_package(folder):
    """An installed package with the network as a model plug-in; to be put on the path."""
    package, info = folder / "small_models", folder / "small-1.0.dist-info"
    package.mkdir(parents=True)
    info.mkdir()
    (package / "__init__.py").write_text('"""Models for tests."""\n')
    (package / "small_net.py").write_text('"""A small network."""\n' + NET)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: small\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[xaesthetic]\nmodels = small_models\n")
    for name in [name for name in sys.modules if name.partition(".")[0] == package.name]:
        del sys.modules[name]  # of another test, whose folder may be gone
    return folder
