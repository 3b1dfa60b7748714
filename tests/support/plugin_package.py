"""A third party's plug-in package: two small random networks, so that runs in tests take no time."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

_NET = '''
"""A random convolution that counts how often it is asked, and dawdles where TINY_NETS_SLEEP says so."""

import os
import time

import torch

from xaesthetic.models.model import gap_linear
from xaesthetic.core.types import InputSpec, Source

batches = []


def build(attributes, seed, trained, files):
    random = torch.Generator().manual_seed(seed)
    layer = torch.nn.Conv2d(3, 8, 4, 4).requires_grad_(False)
    layer.weight.copy_(torch.randn(8, 3, 4, 4, generator=random))
    layer.bias.zero_()
    weights = torch.randn(len(attributes), 8, generator=random)
    bias = torch.randn(len(attributes), generator=random)

    def features(x):
        batches.append(len(x))
        time.sleep(float(os.environ.get("TINY_NETS_SLEEP", 0)))
        return (torch.relu(layer(x)),)

    inputs = InputSpec(size=(32, 32), mean=(0.5, 0.4, 0.3), std=(0.5, 0.6, 0.7), scale=1.0)
    source = Source("Nobody 2000", "CC0", trained, files)
    return gap_linear(attributes, inputs, features, weights, bias, source, layer)
'''

_TINY = '''
from tiny_nets._net import build


def tiny_net():
    """A tiny random network, trained on nothing."""
    return build(("depth_of_field", "light", "vivid_color"), 1, "not trained", {})
'''

_OTHER = '''
from xaesthetic.core.files import verify
from tiny_nets._net import build


def other_net(weights=None):
    """Another one, with other attributes, that takes a folder with weights of one's own."""
    files = {}
    if weights is not None:
        files = {"other_net.npz": (weights / "other_net.sha256").read_text()}
        verify(weights / "other_net.npz", files["other_net.npz"])
    return build(("light", "color_harmony"), 2, "not trained either", files)
'''

_FILES = {
    "tiny_nets/__init__.py": '"""Plug-ins."""\n',
    "tiny_nets/_net.py": _NET,
    "tiny_nets/tiny_net.py": _TINY,
    "tiny_nets/other_net.py": _OTHER,
    "tiny_nets-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny-nets\nVersion: 1\n",
    "tiny_nets-1.dist-info/entry_points.txt": "[xaesthetic]\nmodels = tiny_nets\n",
}


def install(folder: Path) -> Path:
    """Write the package; the folder belongs on the path."""
    for name, text in _FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.lstrip())
    return folder


def batches() -> list[int]:
    """The size of every batch that either network was given since it was imported."""
    return sys.modules["tiny_nets._net"].batches if "tiny_nets._net" in sys.modules else []


def environment(folder: Path, **more: str) -> dict[str, str]:
    """For a process that shall find the package; nothing on its standard error looks like a terminal's."""
    plain = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "TTY_COMPATIBLE")}
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    return plain | {"PYTHONPATH": path, "PYTHONWARNINGS": "error", "COLUMNS": "200"} | more


@contextmanager
def installed(folder: Path) -> Iterator[Path]:
    """The package, installed in a folder while the block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(install(folder))
        yield folder
    for name in [name for name in sys.modules if name.startswith("tiny_nets")]:
        del sys.modules[name]


@pytest.fixture
def plugged(tmp_path_factory):
    """The package, installed for one test."""
    with installed(tmp_path_factory.mktemp("plugins")) as folder:
        yield folder


def make_photos(folder: Path, count: int, seed: int = 0) -> Path:
    """A folder of small photographs, no two alike: 00.png, 01.png and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    for number in range(count):
        shade = np.linspace(random.uniform(0, 255, 3), random.uniform(0, 255, 3), 40)
        pixels = np.clip(shade[:, None] + random.normal(0, 20, (40, 50, 3)), 0, 255)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{number:02}.png")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
