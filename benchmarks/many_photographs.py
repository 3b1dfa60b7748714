"""A run of many small photographs: does one cost the same at the end as at the beginning, and is memory flat?

    python benchmarks/many_photographs.py [PHOTOGRAPHS] [FOLDER]

Makes photographs of 32 x 32 pixels with twelve fixations each, rates and explains them by a tiny network (pick none, so in
one pass) and scores the maps by five metrics. For each stage: milliseconds a photograph over the first and the last
thousand, peak memory, and how many files the run has.
"""

import csv
import resource
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Experiment, InputSpec, Source
from xaesthetic.data.records import find_records
from xaesthetic.evaluation.score import score_run
from xaesthetic.execution.local import local
from xaesthetic.models.model import gap_linear
from xaesthetic.run.store import Run
from xaesthetic.stages.predict import predict_records
from xaesthetic.stages.records import examine_records

METRICS = ("nss", "auc", "shuffled_auc", "cc", "information_gain")
ENDS = 1000


class Clock:
    """Goes through chunks and keeps when each was done."""

    def __init__(self, size):
        self.size, self.times = size, []

    def __call__(self, items: Iterable, what: str, total: int) -> Iterator:
        del what, total
        self.times = [time.perf_counter()]
        for item in items:
            yield item
            self.times.append(time.perf_counter())

    def ends(self):
        """Milliseconds a photograph over the first and over the last `ENDS`."""
        count = min(len(self.times) - 1, max(1, ENDS // self.size))
        first, last = self.times[count] - self.times[0], self.times[-1] - self.times[-1 - count]
        return tuple(1000 * each / (count * self.size) for each in (first, last))


def make_photographs(folder, count):
    random = np.random.default_rng(0)
    table_file = folder / "photographs" / "fixations.csv"
    table_file.parent.mkdir(parents=True)
    with table_file.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["image", "subject", "x", "y"])
        for number in range(count):
            name = f"{number:06d}.png"
            Image.fromarray(random.integers(0, 255, (32, 32, 3), dtype=np.uint8)).save(folder / "photographs" / name)
            points = random.uniform(0, 32, (12, 2)).round(1)
            table.writerows([name, who, *point] for who, point in zip("abcd" * 3, points, strict=True))
    return table_file


def tiny_model():
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(3, 8, 4, 4).requires_grad_(False)
    inputs = InputSpec((32, 32), mean=(127.0, 127.0, 127.0), std=(64.0, 64.0, 64.0))
    source = Source("", "", "not trained", {})
    return gap_linear(
        ("light", "content"), inputs, lambda x: (torch.relu(layer(x)),), torch.randn(2, 8), torch.zeros(2), source
    )


def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(count, folder):
    data = make_photographs(folder, count)
    asked = Experiment("fixations", str(data), ("tiny",), ("cam",), ("all",), None)
    records = find_records("fixations", data)
    run = Run.create(folder / "run", asked, {"models": {"tiny": {"trained": "not trained"}}})
    model = tiny_model()
    stages = {
        "look": (1, lambda how: examine_records(run, records, how)),
        "rate and explain": (asked.batch, lambda how: predict_records(run, {"tiny": model}, how)),
        "score": (8, lambda how: score_run(run, METRICS, how)),
    }
    print(f"{count} photographs\n{'stage':18}{'seconds':>9}{'first ms':>10}{'last ms':>9}{'ratio':>7}{'peak MB':>9}")
    for name, (size, stage) in stages.items():
        clock, begun = Clock(size), time.perf_counter()
        stage(replace(Execution(executor=local), track=clock))
        seconds, (first, last) = time.perf_counter() - begun, clock.ends()
        print(f"{name:18}{seconds:9.1f}{first:10.2f}{last:9.2f}{last / first:7.2f}{megabytes():9.0f}")
    print(f"{sum(path.is_file() for path in run.root.rglob('*'))} files in the run")


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as made:
        main(many, Path(sys.argv[2]) if len(sys.argv) > 2 else Path(made))
