"""What maps of all attributes cost beside a plain forward pass: a table of models and methods.

    python benchmarks/overhead.py [BATCH]

The plain forward is the same network in the same memory layout, without gradients, of which no layer but the last is kept.
Seconds are the process's own (user and system), on one thread; ratios are medians over interleaved repeats. Networks are as
they are installed, or random where their weights have to be fetched: that changes no time.
"""

import statistics
import sys
from collections.abc import Callable, Iterator

import torch
from timing import core_seconds, ratio
from xaesthetic_baselines._efficientnet_lite0 import normalised

from xaesthetic.core.memory import keep_freed_memory
from xaesthetic.models.forward import Session
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.maps import REFITS

MODELS = {
    "multigap_resnet50=random": ("cam", "malu_cam", "grad_cam"),
    "multigap_lite0": ("cam", "malu_cam", "grad_cam", REFITS),
    "lite0_ft": ("cam", "malu_cam", "grad_cam", REFITS),
    "nima=random": ("grad_cam",),
    "kong_alexnet_torch=random": ("grad_cam",),
}
REPEATS = 9


def plain(model: AttributeModel, x: torch.Tensor) -> Callable[[], torch.Tensor]:
    """The network alone."""
    network = model.features
    blocks = getattr(network, "blocks", None)
    if blocks is None:
        return lambda: model.outputs(x)

    def forward() -> torch.Tensor:
        if isinstance(network.stem, torch.nn.Sequential) and len(network.stem) == 3:  # Lite0's
            convolution, norm, rectify = network.stem
            y = rectify(normalised(convolution, norm, x))
            for block in blocks:
                last, y = block(y)
            return last
        y = network.stem(x)
        for block in blocks:
            y = block(y)
        return y

    return forward


def measure(batch: int) -> Iterator[tuple[str, float, dict[str, float]]]:
    """Give for each model the seconds of a plain forward for one photograph, and by method its cost in such forwards."""
    keep_freed_memory()
    torch.set_num_threads(1)
    for name, methods in MODELS.items():
        model = load_model(name, on="cpu")
        session = Session(model)
        x = torch.randn(batch, 3, *model.inputs.size, generator=torch.Generator().manual_seed(0))
        x = x.contiguous(memory_format=torch.channels_last)
        jobs: dict[str, Callable[[], object]] = {"plain": plain(model, x), "ratings": lambda s=session, x=x: s.run_batch(x)}
        jobs |= {method: lambda s=session, x=x, m=method: s.run_batch(x, [m]) for method in methods}
        taken: dict[str, list[float]] = {job: [] for job in jobs}
        with torch.no_grad():
            for repeat in range(REPEATS + 1):
                for job, run in jobs.items():
                    spent = core_seconds(run)
                    if repeat:  # the first warms up
                        taken[job].append(spent)
        base = taken.pop("plain")
        shares = {job: ratio(found, base) for job, found in taken.items()}
        yield name, statistics.median(base) / batch, shares


def main() -> None:
    batch = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    print(f"{batch} photographs, one thread")
    for name, base, shares in measure(batch):
        print(f"{name:<28}{base * 1000:8.1f} ms a photograph", end="")
        print("".join(f"   {job} {share:.3f}" for job, share in shares.items()), flush=True)


if __name__ == "__main__":
    main()
