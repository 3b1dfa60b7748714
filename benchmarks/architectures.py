"""Forty architectures of timm and torchvision through `xa.wrap` without a word about layers, in one table.

    python benchmarks/architectures.py [NAME …] [--write]

Random weights, three outputs, the smallest variants, two photographs. A network works where `wrap` finds a layer and
`grad_cam` gives a map for every output that is finite and not all zero. Where `cam` is proved, the largest
|mean(map) + bias - output| stands beside the largest output. `--write` puts the table into docs/architectures.md;
names run those alone and leave the other lines of it.
"""

import gc
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import timm
import torch
import torchvision
from skimage import data

import xaesthetic as xa
from xaesthetic.core.errors import XaestheticError
from xaesthetic.models.declared_inputs import find_inputs
from xaesthetic.models.forward import to_batch
from xaesthetic.models.probes import noise

OUTPUTS = 3
TORCHVISION = (
    *("resnet18", "vgg11_bn", "densenet121", "squeezenet1_1", "googlenet", "inception_v3", "mobilenet_v3_small"),
    *(
        "shufflenet_v2_x0_5",
        "mnasnet0_5",
        "efficientnet_b0",
        "regnet_y_400mf",
        "convnext_tiny",
        "swin_t",
        "vit_b_32",
        "maxvit_t",
    ),
)
TIMM = (
    *(
        "vit_tiny_patch16_224",
        "vit_tiny_patch16_224:avg",
        "vit_medium_patch16_reg4_gap_256",
        "deit_tiny_distilled_patch16_224",
    ),
    *(
        "beit_base_patch16_224",
        "eva02_tiny_patch14_224",
        "vit_base_patch32_clip_224",
        "cait_xxs24_224",
        "xcit_nano_12_p16_224",
    ),
    *("swin_tiny_patch4_window7_224", "mixer_s32_224", "resmlp_12_224", "poolformer_s12", "convnext_atto"),
    *("levit_128s", "efficientformer_l1", "mobilevit_xxs", "coatnet_pico_rw_224", "hrnet_w18_small", "dla34", "repvgg_a0"),
    *("ghostnet_050", "mobilenetv3_small_050", "vgg11", "efficientvit_b0"),
)
PAGE = Path(__file__).parents[1] / "docs" / "architectures.md"
VERSION = torchvision.__version__.partition("+")[0]
PASSIVE = (
    "Pool",
    "Flatten",
    "Dropout",
    "Identity",
    "Linear",
    "ClassifierHead",
    "Classifier",
    "Sequential",
    "Permute",
    "DropPath",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One network's line."""

    name: str
    works: bool
    layer: str = ""
    grid: str = ""
    cam: str = ""
    seconds: float = 0.0


def networks(wanted: list[str]) -> Iterator[tuple[str, torch.nn.Module]]:
    """Give each network under a name that says where it is from."""
    torch.manual_seed(0)
    for name in TORCHVISION:
        if not wanted or name in wanted:
            options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
            yield f"torchvision {name}", torchvision.models.get_model(name, weights=None, num_classes=OUTPUTS, **options)
    for name in TIMM:
        if not wanted or name in wanted:
            kind, _, pool = name.partition(":")
            options = {"global_pool": pool, "class_token": False} if pool else {}
            yield f"timm {name.replace(':', ' ')}", timm.create_model(kind, num_classes=OUTPUTS, **options)


def row(name: str, network: torch.nn.Module) -> Row:
    """Wrap one network and explain two photographs by it."""
    start = time.perf_counter()
    try:
        settle(network.eval())
        model = xa.wrap(network)
        x = to_batch([data.astronaut(), data.coffee()], model.inputs)
        results = xa.Session(model).run_batch(x, ["grad_cam"])
        cam = completeness(model, x) if model.weights is not None else f"no: {after(network, model.layers[0], x)}"
    except XaestheticError as error:
        return Row(name, False, cam=str(error).partition(": ")[2])
    maps = results.maps["grad_cam"]
    works = bool(np.isfinite(maps).all() and np.abs(maps).max((0, 2, 3)).all())
    grid = " x ".join(map(str, maps.shape[2:]))
    return Row(name, works, model.layers[0], grid, cam if works else "its maps are empty", time.perf_counter() - start)


def settle(network: torch.nn.Module) -> None:
    """Have batch normalisation see noise, without which outputs vanish or explode; and no last layer of zeros alone."""
    for module in network.modules():
        if isinstance(module, torch.nn.Linear) and not module.weight.any():
            torch.nn.init.trunc_normal_(module.weight, std=0.02)
    norms = [module for module in network.modules() if isinstance(module, torch.nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.momentum = None
        norm.train()
    inputs, _ = find_inputs(network)
    if norms:
        with torch.no_grad():
            network(noise(inputs, 4, torch.device("cpu")))
    network.eval()


def completeness(model: xa.AttributeModel, x: torch.Tensor) -> str:
    """How far the mean of a map and the bias are from the output."""
    results = xa.Session(model).run_batch(x, ["cam"])
    with torch.no_grad():
        biases = [model.head.linear_row(row)[1].item() for row in range(OUTPUTS)]
    error = np.abs(results.maps["cam"].mean((2, 3)) + np.array(biases) - results.raw).max()
    return f"proved: {error:.0e} of {np.abs(results.raw).max():.2g}"


def after(network: torch.nn.Module, layer: str, x: torch.Tensor) -> str:
    """What comes after a layer and is no average and no linear layer."""
    called: list[torch.nn.Module] = []
    handles = [module.register_forward_hook(lambda module, *_: called.append(module)) for module in network.modules()]
    with torch.no_grad():
        network(x)
    for handle in handles:
        handle.remove()
    last = max(place for place, module in enumerate(called) if module is network.get_submodule(layer))
    rest = [module for module in called[last + 1 : -1] if not layer.startswith(f"{name_of(network, module)}.")]
    kinds = dict.fromkeys(type(module).__name__ for module in rest if not any(True for _ in module.children()))
    bending = [kind for kind in kinds if not any(word in kind for word in PASSIVE)]
    if bending:
        return f"{', '.join(bending)} after it"
    linear = sum(isinstance(module, torch.nn.Linear) for module in rest)
    return "an operation of the network's own after it" if linear < 2 else "several linear layers read it cell by cell"


def name_of(network: torch.nn.Module, module: torch.nn.Module) -> str:
    return next(name for name, other in network.named_modules() if other is module)


def line(item: Row) -> str:
    """A row as Markdown."""
    place = f"`{item.layer}` | {item.grid}" if item.works else "– | –"
    return f"| {item.name} | {place} | {item.cam if item.works else f'refused: {item.cam}'} |"


def page(lines: dict[str, str]) -> str:
    working = sum("refused:" not in text for text in lines.values())
    table = "\n".join(["| network | layer chosen | grid | `cam` |", "|---|---|---|---|", *lines.values()])
    return f"""# Architectures that `xa.wrap` takes by itself

Made by `python benchmarks/architectures.py --write` (timm {timm.__version__}, torchvision {VERSION}).
Every network has random weights (batch normalisation has seen noise, layers of zeros got random ones) and {OUTPUTS} outputs, and `xa.wrap(network)`
was told nothing else. {working} of {len(lines)} work: `grad_cam` gives a map for every output. Where `cam` is proved, its
mean plus the bias is the output; the largest error stands beside the largest output. Where it is not, the table says what
comes after the layer.

{table}
"""


def written() -> dict[str, str]:
    """The lines of the page as it is, by network."""
    text = PAGE.read_text().splitlines() if PAGE.exists() else []
    return {item.split(" | ")[0][2:]: item for item in text if item.startswith(("| timm ", "| torchvision "))}


def main() -> None:
    names = [word for word in sys.argv[1:] if not word.startswith("-")]
    warnings.simplefilter("ignore")
    lines = written() if names else {}
    for name, network in networks(names):
        lines[name] = line(row(name, network))
        print(lines[name], flush=True)
        if "--write" in sys.argv:
            PAGE.write_text(page(lines))
        gc.collect()
    print(page(lines))


if __name__ == "__main__":
    main()
