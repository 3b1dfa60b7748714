"""What the project costs, beside its peers and by itself: one table and one plot, docs/benchmarks.md and .svg.

    make benchmarks                                # all of it, about an hour on two cores
    python benchmarks/summary.py [models peers attributes memory photographs workers store] [--quick]

Named parts are measured anew and the others kept (build/benchmarks.json). Needs the extra `bench`. Costs of maps are seconds
of the process (user and system) on one thread, so other users of the machine hardly count; a minimum over repeats.
"""

import json
import os
import platform
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import overhead
import peers
import scaling
import torch
from pictures import crops
from summary_page import draw, write_page
from timing import core_seconds

import xaesthetic as xa

QUICK = "--quick" in sys.argv
BATCH, SIZE = (2, 96) if QUICK else (8, 224)
OUTPUTS = (1, 2) if QUICK else (1, 3, 10, 30, 100)
PHOTOGRAPHS = (4, 8) if QUICK else (10, 100, 1000, 10_000)
WORKERS = 8 if QUICK else 400
STORED = 8 if QUICK else 200
ONCE = 10.0  # seconds: a longer job is not repeated
MODELS = ("multigap_lite0", "lite0_ft", "multigap_resnet50=random")
KEPT = Path("build/benchmarks.json")
CASES = {  # title: network, layer, method
    "ResNet50, last layer, Grad-CAM": (peers.resnet50, "layer4", "grad_cam"),
    "ResNet50, an earlier layer, Grad-CAM": (peers.resnet50, "layer3", "grad_cam"),
    "ResNet50, last layer, Layer-CAM": (peers.resnet50, "layer4", "layer_cam"),
    "ViT-S, last block, Grad-CAM": (peers.vit, "blocks.11", "grad_cam"),
}


def batch(size: int) -> torch.Tensor:
    """Photographs as networks of ImageNet take them."""
    from torchvision.transforms.functional import normalize, resize

    pixels = torch.from_numpy(np.stack(list(crops(BATCH, *scaling.SIZE)))).permute(0, 3, 1, 2) / 255
    return normalize(resize(pixels, [size, size], antialias=True), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


def least(job: Callable[[], object]) -> float:
    """Core-seconds: the least of three, or once where it takes long."""
    found: list[float] = []
    while len(found) < (1 if QUICK else 3):
        found.append(core_seconds(job))
        if found[0] > ONCE:
            break
    return min(found)


def compare_peers() -> list[dict[str, Any]]:
    """Agreement, and the cost of 1 and 10 maps a photograph, in plain forward passes."""
    rows = []
    for title, (make, layer, method) in CASES.items():
        x = batch(224 if make is peers.vit else SIZE)
        costs, maps = costs_by_outputs(make, layer, method, x, OUTPUTS[:1] + OUTPUTS[-3:-2] if not QUICK else OUTPUTS)
        for name, found in costs.items():
            rows.append({"case": title, "tool": name, "agrees": maps.get(name, ""), "cost": found})
            print("  ", rows[-1], flush=True)
    return rows


def costs_by_outputs(
    make: Callable[[int], torch.nn.Module], layer: str, method: str, x: torch.Tensor, counts: tuple[int, ...]
) -> tuple[dict[str, dict[int, float]], dict[str, str]]:
    """By tool and number of outputs what maps cost, in plain forward passes of the same network; and how far tools agree."""
    costs: dict[str, dict[int, float]] = {}
    agreement: dict[str, str] = {}
    for count in counts:
        net = make(count).eval()
        model = xa.wrap(net, layer)
        peers.plain(net, x)
        base = least(lambda net=net: peers.plain(net, x))
        costs.setdefault("xaesthetic", {})[count] = least(lambda m=model: peers.explain(m, method, x)) / base
        mine = peers.rectified(model, x) if method == "layer_cam" else peers.explain(model, method, x)
        for name in peers.PEERS:
            reason = peers.missing(name, method, "block" in layer)
            if reason:
                agreement[name] = reason
                continue
            user, place = peers.USERS[name], model.layers[0]
            if name not in agreement:
                theirs = user(net, place, method, x, range(1))
                agreement[name] = agrees(peers.normalised(mine[:, :1], name, x.shape[2:]), theirs)
            job = lambda u=user, n=net, p=place, c=count: u(n, p, method, x, range(c))  # noqa: E731
            costs.setdefault(name, {})[count] = least(job) / base
    return costs, agreement


def agrees(mine: np.ndarray, theirs: np.ndarray) -> str:
    """The largest difference, as a share of the largest number."""
    return f"{np.abs(mine - theirs).max() / np.abs(theirs).max():.0e}"


def by_attributes() -> dict[str, dict[int, float]]:
    """Grad-CAM at ResNet50's last layer, for growing numbers of outputs."""
    return costs_by_outputs(peers.resnet50, "layer4", "grad_cam", batch(SIZE), OUTPUTS)[0]


def memory() -> dict[str, float]:
    """Peak memory beyond a plain forward's, in MB: ours for all outputs, a peer's for one after the other."""
    few = "1" if QUICK else "9"
    base = peers.peak("alone", "plain", few)
    names = [name for name in ("ours", *peers.PEERS) if name == "ours" or not peers.missing(name, "grad_cam", tokens=False)]
    return {name: peers.peak("alone", name, few) - base for name in names}


def costs_of_models() -> dict[str, Any]:
    """What maps of all attributes cost by model and method, in plain forward passes; and core-seconds of a pass."""
    found = {}
    for name, base, shares in overhead.measure(BATCH):
        found[name] = {"forward": base, **shares}
        print(f"  {name}: {found[name]}", flush=True)
    return found


def store() -> dict[str, Any]:
    """Bytes on the disk, and what the arithmetic of docs/benchmarks.md needs."""
    return {
        "bytes": scaling.stored(STORED, MODELS, ("cam", "malu_cam", "grad_cam")),
        "operations": {name: scaling.operations(name) for name in MODELS},
    }


PARTS: dict[str, Callable[[], Any]] = {
    "models": costs_of_models,
    "peers": compare_peers,
    "attributes": by_attributes,
    "memory": memory,
    "photographs": lambda: {count: spent._asdict() for count, spent in scaling.by_photographs(PHOTOGRAPHS).items()},
    "workers": lambda: {name: spent._asdict() for name, spent in scaling.by_workers(WORKERS).items()},
    "store": store,
}


def machine() -> dict[str, Any]:
    """What figures depend on."""
    names = ("torch", "captum", "torchcam", "grad-cam")
    lines = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").is_file() else ""
    model = next((line.partition(":")[2].strip() for line in lines.splitlines() if line.startswith("model name")), "")
    return {
        "processor": model or platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "versions": {name: version(name) for name in names},
        "lines": {name: peers.lines(user) for name, user in peers.USERS.items()},
        "batch": BATCH,
        "size": SIZE,
    }


def main() -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    kept = json.loads(KEPT.read_text()) if KEPT.is_file() and not QUICK else {}
    for name in [name for name in PARTS if name in sys.argv] or list(PARTS):
        print(name, flush=True)
        kept[name] = json.loads(json.dumps(PARTS[name]()))
        kept["machine"] = machine()
        KEPT.parent.mkdir(exist_ok=True)
        if not QUICK:
            KEPT.write_text(json.dumps(kept, indent=1))
    folder = KEPT.parent if QUICK else Path("docs")
    draw(kept, folder / "benchmarks.svg")
    write_page(kept, folder / "benchmarks.md")


if __name__ == "__main__":
    main()
