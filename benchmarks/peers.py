"""The same maps by this project and by captum, torchcam and pytorch-grad-cam: lines, agreement, time and memory.

    python benchmarks/peers.py [last earlier layer perturbation vit memory] [--quick | --once]

Each user's code is a function below; what is counted are its lines. Maps are compared first, after the peer's
normalisation. Times are minima of interleaved repeats, as a ratio to a plain forward of the same photographs without
gradients. A peer needs a call for each output: 9 are run, 100 extrapolated from them. A peer that is missing or cannot
do a thing is named. Ours is wrapped once, before that is timed, and its time printed.
"""

import importlib.util
import inspect
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
import torchvision
from timing import times

import xaesthetic as xa

# torchcam stands twice: a call with a forward pass for each output, and (what it allows with retain_graph) one forward pass
# with a call for each output. The second is as fast as ours where little comes after the layer.
Net, Maps = torch.nn.Module, np.ndarray
SHORT = "--quick" in sys.argv
BATCH, SIZE, FEW = (2, 96, 2) if SHORT else (8, 299, 9)
REPEATS = 1 if SHORT or "--once" in sys.argv else 3
PEERS = {"captum": "captum", "torchcam": "torchcam", "torchcam, 1 pass": "torchcam", "pytorch-grad-cam": "pytorch_grad_cam"}
NAMES = {  # method here: its classes in the peers, in that order
    "grad_cam": ("LayerGradCam", "GradCAM", "GradCAM", "GradCAM"),
    "layer_cam": ("", "LayerCAM", "LayerCAM", "LayerCAM"),
    "score_cam": ("", "ScoreCAM", "ScoreCAM", "ScoreCAM"),
    "ablation_cam": ("", "", "", "AblationCAM"),
}


def ours(net: Net, layer: str, method: str, x: torch.Tensor, outputs: range) -> Maps:
    model = xa.wrap(net, layer)
    return xa.Session(model).run_batch(x, [method]).maps[method]


def captum(net: Net, layer: str, method: str, x: torch.Tensor, outputs: range) -> Maps:
    from captum.attr import LayerGradCam

    explainer = LayerGradCam(net, net.get_submodule(layer))
    return np.stack([explainer.attribute(x, target=output).detach()[:, 0] for output in outputs], 1)


def torchcam(net: Net, layer: str, method: str, x: torch.Tensor, outputs: range) -> Maps:
    from torchcam import methods

    with getattr(methods, NAMES[method][1])(net, layer, reshape_transform=reshape(layer)) as explainer:
        raw = net(x)
        again = {} if method == "score_cam" else {"retain_graph": True}  # it has no graph
        maps = [explainer([output] * len(x), raw, **again)[0].detach() for output in outputs]
    return np.stack(maps, 1)


def torchcam_calls(net: Net, layer: str, method: str, x: torch.Tensor, outputs: range) -> Maps:
    return np.concatenate([torchcam(net, layer, method, x, range(output, output + 1)) for output in outputs], 1)


def pytorch_grad_cam(net: Net, layer: str, method: str, x: torch.Tensor, outputs: range) -> Maps:
    import pytorch_grad_cam as library
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    with getattr(library, NAMES[method][3])(net, [net.get_submodule(layer)], reshape(layer)) as explainer:
        return np.stack([explainer(x, [ClassifierOutputTarget(output)] * len(x)) for output in outputs], 1)


USERS: dict[str, Callable[..., Maps]] = {
    "ours": ours,
    "captum": captum,
    "torchcam": torchcam_calls,
    "torchcam, 1 pass": torchcam,
    "pytorch-grad-cam": pytorch_grad_cam,
}


def reshape(layer: str) -> Callable[[torch.Tensor], torch.Tensor] | None:
    """What the peers ask of users of a transformer (four lines that are not counted)."""
    return (lambda tokens: tokens[:, 1:].transpose(1, 2).unflatten(2, (14, 14))) if "block" in layer else None


def lines(user: Callable[..., Maps]) -> int:
    """Lines of code of a user's, imports too."""
    body = inspect.getsource(user).splitlines()[1:]
    return sum(bool(line.strip()) for line in body) + (user is ours)  # its import stands above


def missing(name: str, method: str, tokens: bool) -> str:
    """Why a peer is left out, or nothing."""
    place = list(PEERS).index(name)
    if importlib.util.find_spec(PEERS[name]) is None:
        return "not installed"
    if not NAMES[method][place]:
        return f"has no {method}"
    return "takes the tokens of a transformer for channels" if tokens and name == "captum" else ""


def normalised(maps: Maps, name: str, size: tuple[int, int]) -> Maps:
    """Our maps as a peer shows them: captum's are the mean where ours are the sum; the others rectify and stretch."""
    if name == "captum":
        return maps / (maps.shape[2] * maps.shape[3])
    maps = maps.clip(0)
    maps = (maps - maps.min((2, 3), keepdims=True)) / (np.ptp(maps, (2, 3), keepdims=True) + 1e-8)
    if name == "pytorch-grad-cam":
        from pytorch_grad_cam.utils.image import scale_cam_image

        maps = np.stack([scale_cam_image(scale_cam_image(item, size[::-1])[:, :]) for item in maps])
    return maps


def resnet50(outputs: int) -> Net:
    torch.manual_seed(0)
    return torchvision.models.resnet50(num_classes=outputs).eval()


def vit(outputs: int) -> Net:
    torch.manual_seed(0)
    return timm.create_model("vit_small_patch16_224", num_classes=outputs).eval()


def inputs(size: int, count: int = BATCH) -> torch.Tensor:
    return torch.randn(count, 3, size, size, generator=torch.Generator().manual_seed(0))


def plain(net: Net, x: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return net(x)


def explain(model: xa.AttributeModel, method: str, x: torch.Tensor) -> Maps:
    return xa.Session(model).run_batch(x, [method]).maps[method]


def rectified(model: xa.AttributeModel, x: torch.Tensor) -> Maps:
    """Layer-CAM as its paper and the peers have it: gradients rectified first, which our signed one does not."""
    taken = model.run(x, "full")
    return torch.einsum("bakij,bkij->baij", taken.gradients[0].clamp(min=0), taken.activations[0]).numpy()


def compare(
    title: str, make: Callable[[int], Net], layer: str, method: str, x: torch.Tensor, counts: tuple[int, ...]
) -> None:
    """Print one table: agreement, then time for some numbers of outputs."""
    nets = {count: make(count) for count in counts}
    start = time.perf_counter()
    models = {count: xa.wrap(net, layer) for count, net in nets.items()}
    wrapped = (time.perf_counter() - start) / len(nets)
    net, few = nets[FEW], FEW
    print(f"\n{title}: {method} at {models[few].layers[0]}, {len(x)} photographs of {x.shape[2]} x {x.shape[3]}")
    print(f"  to wrap it took {wrapped:.1f} s, once")
    jobs: dict[str, Callable[[], Any]] = {"plain": lambda: plain(net, x)}
    for count in counts:
        jobs[f"ours {count}"] = lambda count=count: explain(models[count], method, x)
    mine = rectified(models[few], x) if method == "layer_cam" else explain(models[few], method, x)
    for name in PEERS:
        reason = missing(name, method, "block" in layer)
        if reason:
            print(f"  {name:<18} left out: {reason}")
            continue
        user, place = USERS[name], models[few].layers[0]
        difference = relative(normalised(mine[:, :2], name, x.shape[2:]), user(net, place, method, x, range(2)))
        if method == "score_cam":
            print(f"  {name:<18} has a softmax over channels, which ours leaves out on purpose: maps differ")
        print(f"  {name:<18} largest relative difference {difference}")
        for count in sorted({min(count, FEW) for count in counts}):
            jobs[f"{name} {count}"] = lambda user=user, count=count, place=place: user(net, place, method, x, range(count))
    report(times(jobs, REPEATS), counts)


def relative(mine: Maps, theirs: Maps) -> str:
    if mine.shape != theirs.shape:
        return f"cannot be had: shapes {mine.shape} and {theirs.shape}"
    return f"{np.abs(mine - theirs).max() / np.abs(theirs).max():.1e} of {np.abs(theirs).max():.2g} after its normalisation"


def report(taken: dict[str, list[float]], counts: tuple[int, ...]) -> None:
    """Print ratios to the plain forward, and how many times ahead of a peer ours is."""
    best = {name: min(found) for name, found in taken.items()}
    base = best["plain"]
    print(f"  plain forward {base:.2f} s; ratios to it:")
    print("  " + " " * 18 + "".join(f"{count:>6} outputs" for count in counts))
    for name in ("ours", *PEERS):
        if f"{name} {counts[0]}" not in best:
            continue
        cells = []
        for count in counts:
            seconds, mark = best.get(f"{name} {count}"), ""
            if seconds is None:  # linear in the number of calls
                one, few = best[f"{name} {counts[0]}"], best[f"{name} {FEW}"]
                seconds, mark = few + max(0.0, few - one) / (FEW - counts[0]) * (count - FEW), "*"
            ahead = "" if name == "ours" else f" ({seconds / best[f'ours {count}']:.1f})"
            cells.append(f"{seconds / base:.2f}{ahead}{mark}".rjust(14))
        print(f"  {name:<18}" + "".join(cells))
    print("  in brackets: how many times ours is ahead; * extrapolated from fewer calls")


def peak(*job: str) -> float:
    """MB of a process that does this job only."""
    done = subprocess.run([sys.executable, __file__, *filter(lambda word: word == "--quick", sys.argv), *job],
                          check=True, capture_output=True, text=True)  # fmt: skip
    return float(done.stdout.splitlines()[-1])


def alone(name: str, count: int) -> None:
    """One job, for its peak memory."""
    x = inputs(SIZE)
    net = resnet50(count)
    if name == "plain":
        plain(net, x)
    elif name == "ours":
        explain(xa.wrap(net, "layer4"), "grad_cam", x)
    else:
        USERS[name](net, "layer4", "grad_cam", x, range(min(count, 2)))
    status = Path("/proc/self/status").read_text()
    print(int(status.partition("VmHWM:")[2].split()[0]) / 1024)


def memory() -> None:
    base = peak("alone", "plain", "1")
    print(f"\npeak memory of grad_cam beyond a plain forward's {base:.0f} MB (a peer's does not grow with its calls)")
    for name in ("ours", *PEERS):
        if name != "ours" and missing(name, "grad_cam", tokens=False):
            continue
        for count in (1, FEW, 100) if name == "ours" else (FEW,):
            print(f"  {name:<18} {count:>4} outputs {peak('alone', name, str(count)) - base:+7.0f} MB")


def perturbation() -> None:
    print("\nperturbation: 64 channels and one photograph; 2048 and eight take as many times longer, for all alike")
    for method in ("score_cam", "ablation_cam"):
        compare("ResNet50, its first layer", resnet50, "conv1", method, inputs(SIZE, 1), (1, FEW))


def main() -> None:
    warnings.simplefilter("ignore")
    full, counts = inputs(SIZE), (1, FEW, 100)
    tables = {
        "last": lambda: compare("ResNet50, last layer", resnet50, "layer4", "grad_cam", full, counts),
        "earlier": lambda: compare("ResNet50, an earlier layer", resnet50, "layer3", "grad_cam", full, (1, FEW)),
        "layer": lambda: compare("ResNet50, last layer", resnet50, "layer4", "layer_cam", full, counts),
        "perturbation": perturbation,
        "vit": lambda: compare("ViT-S", vit, "blocks.11", "grad_cam", inputs(224), counts),
        "memory": memory,
    }
    print(
        "lines of user code: "
        + ", ".join(f"{name} {lines(USERS[name])}" for name in ("ours", "captum", "torchcam, 1 pass", "pytorch-grad-cam"))
    )
    for name in [name for name in tables if name in sys.argv] or list(tables):
        needed = {"layer": "layer_cam", "perturbation": "score_cam"}.get(name, "grad_cam")
        if importlib.util.find_spec(f"xaesthetic.methods.{needed}"):
            tables[name]()
        else:
            print(f"\n{name} is left out: this version has no {needed}")


if __name__ == "__main__":
    if "alone" in sys.argv:
        _, _, who, many = sys.argv[-4:] if sys.argv[-4] != "alone" else ("", *sys.argv[-3:])
        alone(who, int(many))
    else:
        main()
