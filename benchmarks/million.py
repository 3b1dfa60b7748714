"""A run of a million photographs whose ratings are made up: how long, and how much memory, to open it, pick, and draw ten.

    python benchmarks/million.py [PHOTOGRAPHS] [FOLDER]

Makes a run of that many records, eleven attributes and one model; ten of the photographs are the highest and the lowest of
every attribute, and have maps. Every step is a process of its own: seconds, and how much more memory it had at most than
before it began (Linux only).
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from PIL import Image

from xaesthetic.cli.ratings import print_picks
from xaesthetic.core.attributes import ATTRIBUTES
from xaesthetic.core.files import sha256
from xaesthetic.core.types import Experiment, Record
from xaesthetic.evaluation.judge import judge
from xaesthetic.reporting import draw_reports
from xaesthetic.run.rows import record_row
from xaesthetic.run.schemas import PREDICTIONS, RECORDS
from xaesthetic.run.stage import ArraySink, write_rows
from xaesthetic.run.store import Run
from xaesthetic.run.verify import find_faults
from xaesthetic.stages.explain import explained_records
from xaesthetic.stages.pick import pick_records

NAMES = tuple(item.name for item in ATTRIBUTES)[:11]
SHOWN = 10
PART = 10_000
SOURCE = {"citation": "", "licence": "CC0", "trained": "not at all", "files": {}, "attributes": list(NAMES)}


def file_of(number):
    return f"{number % SHOWN}.jpg"


def record_parts(folder, count):
    """Records whose ids end in their numbers; all are one of ten files."""
    seen = {"height": 60, "width": 80, "reason": ""}
    sums = [sha256(folder / file_of(number)) for number in range(SHOWN)]
    for first in range(0, count, PART):
        ids = [f"album/photograph-{number:07d}.jpg" for number in range(first, min(count, first + PART))]
        rows = [
            record_row(Record(name, folder / file_of(number), name)) | seen | {"sha256": sums[number % SHOWN]}
            for number, name in enumerate(ids, first)
        ]
        yield RECORDS.to_arrow(pd.DataFrame(rows))


def prediction_parts(count):
    """Ratings by chance, but for ten that are the highest and the lowest of everything."""
    chance = np.random.default_rng(0)
    for first in range(0, count, PART):
        size = min(count, first + PART) - first
        values = chance.uniform(-1, 1, (size, len(NAMES))).astype(np.float32)
        if first == 0:
            values[:SHOWN] = np.array([2, -2], np.float32).repeat(SHOWN // 2)[:, None] - np.arange(SHOWN)[:, None] / 100
        ids = np.repeat([f"album/photograph-{number:07d}.jpg" for number in range(first, first + size)], len(NAMES))
        columns = [ids, ["one"] * len(ids), NAMES * size, values.ravel(), values.ravel()]
        yield pa.table([pa.array(item) for item in columns], schema=PREDICTIONS.schema())


def make(folder, count):
    chance = np.random.default_rng(0)
    photographs = folder / "photographs"
    photographs.mkdir(parents=True)
    for number in range(SHOWN):
        Image.fromarray(chance.integers(0, 255, (60, 80, 3), dtype=np.uint8)).save(photographs / file_of(number))
    question = Experiment(str(photographs), None, ("one",), ("cam",), ("all",), SHOWN // 2)
    run = Run.create(folder / "run", question, {"models": {"one": SOURCE}})
    write_rows(run.root / "records.parquet", RECORDS, record_parts(photographs, count))
    write_rows(run.root / "predictions.parquet", PREDICTIONS, prediction_parts(count))
    about = {"images": [f"album/photograph-{number:07d}.jpg" for number in range(SHOWN)], "attributes": list(NAMES)}
    sink = ArraySink(run.maps_folder("one", "cam"), run.parts, (SHOWN,), {**about, "adds_up": "mean"})
    sink.write(0, chance.normal(size=(SHOWN, len(NAMES), 7, 7)).astype(np.float32))
    sink.finish(1)
    return run


STEPS: Mapping[str, Callable[[Run], object]] = {
    "open": lambda run: (run.is_complete(), run._repr_html_()),
    "pick": pick_records,
    "ten records": explained_records,
    "all records": lambda run: run.records(),
    "screen": print_picks,
    "judge": judge,
    "figures of ten": lambda run: draw_reports(run, ("attribute_grid", "floors")),
    "page of ten": lambda run: draw_reports(run, "html_report"),
    "report": draw_reports,
    "verify": lambda run: find_faults(run.root),
}


def megabytes(what):
    """What Linux says of this process's memory: VmRSS now, VmHWM at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024


def step(name, root):
    """Do one step, and print its seconds and the memory that it took."""
    run = Run.open(root)
    Path("/proc/self/clear_refs").write_text("5")  # VmHWM begins again
    before, begun = megabytes("VmRSS"), time.perf_counter()
    STEPS[name](run)
    print(f"\n{time.perf_counter() - begun:.2f} {megabytes('VmHWM') - before:.0f}")


def main(count, folder):
    if not (folder / "run").is_dir():
        make(folder, count)
    print(f"{count:,} photographs\n{'step':18}{'seconds':>9}{'MB':>9}")
    for name in STEPS:
        command = [sys.executable, __file__, "--step", name, str(folder / "run")]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        seconds, most = map(float, said.splitlines()[-1].split())
        print(f"{name:18}{seconds:9.2f}{most:9.0f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        step(sys.argv[2], Path(sys.argv[3]))
    else:
        many = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
        with tempfile.TemporaryDirectory() as made:
            main(many, Path(sys.argv[2]) if len(sys.argv) > 2 else Path(made))
