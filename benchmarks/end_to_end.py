"""From JPEGs to stored maps: core-seconds of every part, and the share of the bare network's rate on ready tensors.

    python benchmarks/end_to_end.py [FOLDER] [--photographs 64] [--workers 2] [--repeats 5]

Without a folder 64 photographs of one megapixel are made of those that scikit-image ships. End to end is what a run does of
each: list, hash, look, rate, `cam` maps of all attributes, store. The bare network has the same batches as tensors, and keeps
nothing. Both run with torch's threads, in turn, so that noise of the machine falls on both; shares are medians. Core-seconds
of parts are the process's own, on one thread.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from hashlib import file_digest
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command does, before torch is loaded

import numpy as np
import torch
from overhead import plain
from pictures import NOISE, write_photographs
from PIL import Image
from timing import core_seconds

from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.execution import Execution
from xaesthetic.core.memory import keep_freed_memory
from xaesthetic.core.types import Experiment
from xaesthetic.data import images
from xaesthetic.data.color import Levels, to_srgb
from xaesthetic.data.records import collect, fingerprint
from xaesthetic.execution.local import locally
from xaesthetic.models.forward import Session
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.provenance import provenance
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.stage import ArraySink, TableSink
from xaesthetic.run.store import Run
from xaesthetic.stages._passes import rating_rows
from xaesthetic.stages.answering import answer_of
from xaesthetic.stages.predict import predict_records
from xaesthetic.stages.records import examine_records

MODELS = ("multigap_resnet50=random", "multigap_lite0")
BATCH = 8


def in_parts(model: AttributeModel, files: Sequence[Path], folder: Path) -> dict[str, float]:
    """Core-seconds a photograph of every part, the least of three repeats."""
    image = images.read_upright(files[0]).image
    pixels = [
        images.squash(images.read_upright(file).image, model.inputs.size, model.inputs.resample) for file in files[:BATCH]
    ]
    x = torch.from_numpy(np.stack([images.to_input(item, model.inputs) for item in pixels]))
    tensor = x.contiguous(memory_format=torch.channels_last)
    network, session = plain(model, tensor), Session(model)
    with torch.no_grad():
        results = session.run_batch(x, ["cam"])
    rows = list(rating_rows([file.name for file in files[:BATCH]], {"model": results}, {"model": model}))
    maps = ArraySink(folder / "maps" / "cam.zarr", folder / "parts", (BATCH,) * 64)
    table = TableSink(PREDICTIONS, folder / "predictions.parquet", folder / "parts")
    table.parts.mkdir(parents=True)

    def hashed() -> None:
        with files[0].open("rb") as file:
            file_digest(file, "sha256")

    def decode() -> None:
        with Image.open(files[0]) as opened:
            opened.load()

    jobs: dict[str, tuple[Callable[[], object], int]] = {
        "read": (files[0].read_bytes, 1),
        "read and sha256": (hashed, 1),
        "decode": (decode, 1),
        "colour": (lambda: to_srgb(image, Levels(255.0)), 1),
        "squash": (lambda: images.squash(image, model.inputs.size, model.inputs.resample), 1),
        "input": (lambda: np.stack([images.to_input(item, model.inputs) for item in pixels]), BATCH),
        "network": (network, BATCH),
        "ratings and maps": (lambda: session.run_batch(x, ["cam"]), BATCH),
        "store maps": (lambda: maps.write(0, results.maps["cam"]), BATCH),
        "Parquet": (lambda: table.write(0, rows), BATCH),
    }
    with torch.no_grad():
        spent = {name: min(core_seconds(job) for _ in range(4)) / count for name, (job, count) in jobs.items()}
    spent["read and sha256"] -= spent["read"]
    spent["ratings and maps"] -= spent["network"]
    return spent


def end_to_end(model: AttributeModel, name: str, photographs: Path, folder: Path, workers: int) -> int:
    """Do what a run does, without loading the model and drawing; return how many photographs that were."""
    experiment = Experiment(str(photographs), None, (name,), ("cam",), ("all",), pick=None, batch=BATCH)
    execution = locally(Execution(workers=workers))
    key = ModelChoice.parse(name).key
    run = Run.create(folder, experiment, provenance({key: answer_of(model)}))
    records = collect(experiment.data, None).records
    fingerprint(records)
    examine_records(run, records, execution)
    predict_records(run, {key: model}, execution)
    return len(records)


def bare(model: AttributeModel, count: int) -> Callable[[], None]:
    """Batches of as many ready tensors through the network alone."""
    x = torch.randn(BATCH, 3, *model.inputs.size).contiguous(memory_format=torch.channels_last)
    network = plain(model, x)

    def job() -> None:
        with torch.no_grad():
            for _ in range(count // BATCH):
                network()

    return job


def shares(model: AttributeModel, name: str, photographs: Path, count: int, workers: int, repeats: int) -> None:
    """Print rates end to end and of the bare network, and their ratios: by the clock and in core-seconds."""
    network, taken = bare(model, count), []
    for repeat in range(repeats + 1):
        both = []
        for job in (network, lambda: end_to_end(model, name, photographs, folder, workers)):
            folder = Path(tempfile.mkdtemp(prefix="end-to-end-"))
            start, cores = time.perf_counter(), time.process_time()
            job()
            both.append((time.perf_counter() - start, time.process_time() - cores))
            shutil.rmtree(folder)
        if repeat:  # the first warms up
            taken.append(both)
    rates = [statistics.median(count / both[job][0] for both in taken) for job in (0, 1)]
    clock, core = (statistics.median(both[0][by] / both[1][by] for both in taken) for by in (0, 1))
    print(
        f"{torch.get_num_threads()} threads of torch, {workers or 'auto'} workers: network {rates[0]:.1f}, end to end "
        f"{rates[1]:.1f} photographs/s; share {clock:.2f} by the clock, {core:.2f} of core-seconds"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--photographs", type=int, default=64)
    parser.add_argument("--workers", type=int, default=0, help="0 for auto")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--models", nargs="+", default=MODELS)
    options = parser.parse_args()
    keep_freed_memory()
    with tempfile.TemporaryDirectory() as made:
        photographs = options.folder or write_photographs(Path(made), options.photographs, 1152, 864, NOISE)
        files = sorted(photographs.glob("*.jpg"))
        for name in options.models:
            model = load_model(name, on="cpu")
            threads = torch.get_num_threads()
            torch.set_num_threads(1)
            with tempfile.TemporaryDirectory() as folder:
                spent = in_parts(model, files, Path(folder))
            torch.set_num_threads(threads)
            print(f"{name}, {len(files)} photographs; core-milliseconds a photograph:")
            print("".join(f"  {part:<20}{seconds * 1000:8.2f}\n" for part, seconds in spent.items()), end="")
            shares(model, name, photographs, len(files), options.workers, options.repeats)


if __name__ == "__main__":
    main()
