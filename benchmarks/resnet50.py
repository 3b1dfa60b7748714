"""What nine maps of the paper's network cost: time and memory against a plain ResNet50 forward, in one run.

    python benchmarks/resnet50.py

Eight photographs of 299 x 299, random weights. The plain forward is torchvision's whole network without gradients, in
the same memory layout (channels last, the faster one); torch's default layout stands beside it. Ratios are medians over
interleaved repeats; peak memory is that of two processes of their own, one of which only runs the plain forward.
"""

import subprocess
import sys
from pathlib import Path

import torch
import torchvision
from timing import ratio, times

from xaesthetic.models.forward import Session
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel

BATCH, REPEATS = 8, 11


def network() -> torch.nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return torchvision.models.resnet50().eval().requires_grad_(False).to(memory_format=torch.channels_last)


def photographs() -> torch.Tensor:
    x = torch.randn(BATCH, 3, 299, 299, generator=torch.Generator().manual_seed(0))
    return x.contiguous(memory_format=torch.channels_last)


def plain(net: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return net(x)


def features(model: AttributeModel, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
    with torch.inference_mode():
        return model.features(x)


def maps(model: AttributeModel, method: str, x: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(Session(model).run_batch(x, [method]).maps[method])


def peak(job: str) -> float:
    """MB of a process that does this job only."""
    done = subprocess.run([sys.executable, __file__, job], check=True, capture_output=True, text=True)
    return float(done.stdout)


def alone(job: str) -> None:
    x = photographs()
    if job == "plain":
        net = network()
        for _ in range(3):
            plain(net, x)
    else:
        model = load_model("multigap_resnet50=random", on="cpu")
        for _ in range(3):
            maps(model, job, x)
    status = Path("/proc/self/status").read_text()  # getrusage would tell the parent's peak too
    print(int(status.partition("VmHWM:")[2].split()[0]) / 1024)


def main() -> None:
    x, net = photographs(), network()
    every, last = (load_model(f"{name}=random", on="cpu") for name in ("multigap_resnet50", "resnet50_ft"))
    default = network().to(memory_format=torch.contiguous_format)
    jobs = {
        "plain forward": lambda: plain(net, x),
        "plain, default layout": lambda: plain(default, x.contiguous()),
        "features of 16 blocks": lambda: features(every, x),
        "cam, 16 blocks": lambda: maps(every, "cam", x),
        "grad_cam, 16 blocks": lambda: maps(every, "grad_cam", x),
        "cam, last block": lambda: maps(last, "cam", x),
    }
    taken = times(jobs, REPEATS)
    base = taken["plain forward"]
    print(f"{BATCH} photographs, {len(every.attributes)} attributes; plain forward {sorted(base)[len(base) // 2]:.2f} s")
    for name, found in taken.items():
        print(f"  {name:<24} {ratio(found, base):6.3f} x")
    least = peak("plain")
    print(f"peak memory: plain forward {least:.0f} MB")
    for method in ("cam", "grad_cam"):
        print(f"  {method:<24} {peak(method) - least:+6.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        alone(sys.argv[1])
    else:
        main()
