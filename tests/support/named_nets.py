"""A third party's models that rate what AADB does not, with titles and ranges or without, as an installed package."""

import sys
from pathlib import Path

import pytest

_BUILD = """
import torch

from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.model import gap_linear


def build(names, seed):
    random = torch.Generator().manual_seed(seed)
    layer = torch.nn.Conv2d(3, 8, 4, 4).requires_grad_(False)
    layer.weight.copy_(torch.randn(8, 3, 4, 4, generator=random))
    layer.bias.zero_()
    weights, bias = torch.randn(len(names), 8, generator=random), torch.randn(len(names), generator=random)
    inputs = InputSpec(size=(32, 32), mean=(0.5, 0.4, 0.3), scale=1.0)
    source = Source("Nobody 2000", "CC0", "not trained", {})
    return gap_linear(names, inputs, lambda x: (torch.relu(layer(x)),), weights, bias, source, layer)
"""

_BEAUTY = '''
from named_nets._build import build
from xaesthetic.core.attributes import Attribute
from xaesthetic.core.facts import model


@model(attributes=(Attribute("beauty", "Beauty of all", low=1, high=10), "技術", Attribute("noise", low=0, high=1,
       higher_is_better=False)))
def beauty_net():
    """Beauty, technique and noise."""
    return build(("beauty", "技術", "noise"), 1)
'''

_MEMORY = '''
from dataclasses import replace

from named_nets._build import build
from xaesthetic.core.attributes import Attribute
from xaesthetic.core.facts import model

NAMES = tuple(["memorability", "beauty"])


@model(attributes=[name for name in NAMES])
def memory_net():
    """Its declaration has to be run, its range stands on the model."""
    return replace(build(NAMES, 2), described=(Attribute("memorability", "Memorability", 0, 1),))
'''

_WRONG = '''
from named_nets._build import build
from xaesthetic.core.facts import model


@model(attributes=("quality", "light"))
def wrong_net():
    """Declares what it has not."""
    return build(("quality",), 3)
'''

_SILENT = '''
from named_nets._build import build


def silent_net():
    """Declares nothing."""
    return build(("constructor", "__proto__"), 4)
'''
_FILES = {
    "named_nets/__init__.py": "",
    "named_nets/_build.py": _BUILD,
    "named_nets/beauty_net.py": _BEAUTY,
    "named_nets/memory_net.py": _MEMORY,
    "named_nets/wrong_net.py": _WRONG,
    "named_nets/silent_net.py": _SILENT,
    "named_nets-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: named-nets\nVersion: 1\n",
    "named_nets-1.dist-info/entry_points.txt": "[xaesthetic]\nmodels = named_nets\n",
}


def install_named_nets(folder: Path) -> Path:
    """Write the package; the folder belongs on the path."""
    for name, text in _FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    return folder


@pytest.fixture
def named_nets(tmp_path_factory, monkeypatch):
    """The package, installed for one test."""
    folder = install_named_nets(tmp_path_factory.mktemp("named"))
    monkeypatch.syspath_prepend(folder)
    yield folder
    for name in [name for name in sys.modules if name.startswith("named_nets")]:
        del sys.modules[name]
