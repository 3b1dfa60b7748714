"""A third party's package of models that are good, odd or of no use, as an installed plug-in package."""

from pathlib import Path

_BUILD = """
import torch

from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import AttributeModel, gap_linear

INPUTS = InputSpec(size=(32, 32), mean=(0.5, 0.4, 0.3), scale=1.0)
SOURCE = Source("Nobody 2000", "CC0", "not trained", {})


def layers(seed=1):
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Conv2d(3, 8, 4, 4), torch.nn.ReLU()).requires_grad_(False)


def linear(names, module=None, features=None):
    net = module or layers()
    random = torch.Generator().manual_seed(2)
    weights, bias = torch.randn(len(names), 8, generator=random), torch.randn(len(names), generator=random)
    return gap_linear(names, INPUTS, features or (lambda x: (net(x),)), weights, bias, SOURCE, net)


def curved(names, function, features=None):
    net = layers()
    return AttributeModel(names, INPUTS, features or (lambda x: (net(x),)), FunctionHead(function), SOURCE, net)
"""

_MODELS = {
    "own_names": 'return linear(("sharpness", "light", "grain"))',
    "hidden_layer": 'return curved(("light", "content"), lambda layers: torch.tanh(layers[0].mean((2, 3)))[:, :2] ** 2)',
    "numpy_head": 'return curved(("light",), lambda layers: torch.from_numpy(layers[0].mean((2, 3)).numpy()[:, :1]))',
    "detached_head": 'return curved(("light",), lambda layers: layers[0].detach().mean((2, 3))[:, :1])',
    "no_graph": """net = layers()

    def features(x):
        with torch.no_grad():
            return (net(x),)

    return linear(("light",), net, features)""",
    "some_nan": """net = layers()

    def features(x):
        dark = (x.mean((1, 2, 3)) < -0.05)[:, None, None, None]
        return (torch.where(dark, torch.nan, net(x)),)

    return linear(("light", "content"), net, features)""",
    "raises": 'raise RuntimeError("no weights\\nhere")',
    "not_model": "return 7",
    "training": """net = layers()
    net.append(torch.nn.Dropout(0.5))
    return linear(("light",), net)""",
}


def install_their_nets(folder: Path) -> Path:
    """Write the package; the folder belongs on the path."""
    package, info = folder / "their_nets", folder / "their_nets-1.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").write_text("")
    (package / "_build.py").write_text(_BUILD)
    for name, body in _MODELS.items():
        text = f'import torch\n\nfrom their_nets._build import *\n\n\ndef {name}():\n    """A network."""\n    {body}\n'
        (package / f"{name}.py").write_text(text)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-nets\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[xaesthetic]\nmodels = their_nets\n")
    return folder
