"""The run folder of commit b1f167c in tests/run/old_run: its photographs, its plug-ins, and a copy that can be used.

Nothing here depends on the version of a library: photographs and weights are arithmetic, so that their bytes and the
digest in experiment.json stay.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

FOLDER = Path(__file__).parents[1] / "run" / "old_run"
SUMMARIES = FOLDER.with_name("old_summaries")
"""What commit b1f167c computed of it: the tables of its report."""
PHOTOGRAPHS = 6
SIZE = 40, 50
_FIRST = "iVBORw0KGgoAAAANSUhEUgAAADIAAAAoAQAAAACUCZThAAAAGUlEQVR4nGNgoBTY///DwMDABOUNNprWAABOEwJhP8SBnAAAAABJRU5ErkJggg=="
_SECOND = "iVBORw0KGgoAAAANSUhEUgAAADIAAAAoAQAAAACUCZThAAAAGUlEQVR4nGNgoDVg/v//DwMDE5Q30DS1AQCnAwMggbYRBwAAAABJRU5ErkJggg=="
"""Rectangles, as PNGs."""
UNREADABLE = "broken"

_NET = '''
"""Two convolutions of arithmetic weights; both layers are explained."""

import random

import torch

{model}
{types}


class Layers(torch.nn.Module):
    """Half the input's size, then a quarter of that."""

    def __init__(self, draw):
        super().__init__()
        self.first = torch.nn.Conv2d(3, 4, 4, 4)
        self.second = torch.nn.Conv2d(4, 3, 2, 2)
        self.requires_grad_(False)
        for layer in (self.first, self.second):
            layer.weight.copy_(draw(*layer.weight.shape))
            layer.bias.zero_()

    def forward(self, x):
        first = torch.relu(self.first(x))
        return first, torch.relu(self.second(first))


def build(attributes, seed, trained):
    numbers = random.Random(seed)  # its sequence is the same in every Python

    def draw(*shape):
        return torch.tensor([numbers.uniform(-1, 1) for _ in range(torch.Size(shape).numel())]).reshape(shape)

    layers = Layers(draw)
    inputs = InputSpec(size=(32, 32), mean=(0.5, 0.4, 0.3), std=(0.5, 0.6, 0.7), scale=1.0)
    source = Source("Nobody 2000", "CC0", trained, {{}})
    return gap_linear(attributes, inputs, layers, draw(len(attributes), 7), draw(len(attributes)), source, layers)
'''

_MODEL = '''
from old_plugins._net import build


def {name}():
    """{summary}"""
    return build({attributes}, {seed}, "not trained")
'''

_DATA = '''
import base64
from pathlib import Path

{types}

MARKED = (
    base64.b64decode("{first}"),
    base64.b64decode("{second}"),
)


def six_photos(root=None):
    """Six photographs, an edited version of one, and a file that is none."""
    for number in range(6):
        name = f"p{{number}}"
        yield Record(
            name,
            root / f"{{name}}.ppm",
            name,
            subject=(((10.0, 8.0), (30.0 + number, 8.0), (30.0 + number, 28.0), (10.0, 28.0)),),
            ratings={{"light": 1 - number / 4, "depth_of_field": (number * 3 % 7) / 7}},
            splits={{"test": 5 - number}} if number < 4 else {{}},
            {people}=(*watched(number), *marked(number)),
            credit="made by arithmetic, CC0",
        )
    subject = (((10.0, 8.0), (30.0, 8.0), (30.0, 28.0), (10.0, 28.0)),)
    yield Record("p0-drain", root / "p0.ppm", "p0", edit=EditStep("drain", 1.0), subject=subject)
    yield Record("broken", root / "broken.ppm", "broken", ratings={{"light": 0.25}})


def watched(number):
    """Two people; the second looked past the last photograph."""
    for annotator, step in (("ada", 3), ("ben", 5)):
        away = 100.0 if (number, annotator) == (5, "ben") else 0.0
        points = [((7 * number + step * k * k) % 49 + 0.5 + away, (5 * number + step * k) % 39 + 0.25) for k in range(4)]
        yield Marks(annotator, fixations=tuple(points))


def marked(number):
    """Two people who marked what is well lit, in two photographs; a third could not be read."""
    if number in (1, 2):
        yield from (Marks(annotator, "light", region=region) for annotator, region in zip(("cid", "dot"), MARKED))
    if number == 2:
        yield Marks("eva", "light", problem="her file is empty")
'''

_LAYOUTS = {
    "old": {
        "model": "from xaesthetic.model import gap_linear",
        "types": "from xaesthetic.types import EditStep, InputSpec, Marks, Record, Source",
        "people": "people",
    },
    "new": {
        "model": "from xaesthetic.models.model import gap_linear",
        "types": "from xaesthetic.core.types import Annotation as Marks, EditStep, InputSpec, Record, Source",
        "people": "annotations",
    },
}
"""All that differs between the plug-ins of commit b1f167c and today's: their imports."""


def install(folder: Path, layout: str = "new") -> Path:
    """Write the plug-ins: two networks and a data set; the folder belongs on the path."""
    imports, masks = _LAYOUTS[layout], {"first": _FIRST, "second": _SECOND}
    texts = {
        "old_plugins/__init__.py": "",
        "old_plugins/_net.py": _NET.format(**imports),
        "old_plugins/models/__init__.py": "",
        "old_plugins/models/calm_net.py": _MODEL.format(
            name="calm_net", summary="One.", attributes=("depth_of_field", "light", "vivid_color"), seed=1
        ),
        "old_plugins/models/wild_net.py": _MODEL.format(
            name="wild_net", summary="Another.", attributes=("light", "color_harmony"), seed=2
        ),
        "old_plugins/datasets/__init__.py": "",
        "old_plugins/datasets/six_photos.py": _DATA.format(**imports, **masks),
        "old_plugins-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: old-plugins\nVersion: 1\n",
        "old_plugins-1.dist-info/entry_points.txt": (
            "[xaesthetic]\nmodels = old_plugins.models\ndatasets = old_plugins.datasets\n"
        ),
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    return folder


def write_photographs(folder: Path) -> Path:
    """Six pictures of 40 x 50 pixels, a bright patch on a ramp with stripes, and a file that is no picture."""
    folder.mkdir(parents=True)
    for number in range(PHOTOGRAPHS):
        pixels = bytes(_shade(number, x, y, c) for y in range(SIZE[0]) for x in range(SIZE[1]) for c in range(3))
        (folder / f"p{number}.ppm").write_bytes(b"P6\n50 40\n255\n" + pixels)
    (folder / f"{UNREADABLE}.ppm").write_bytes(b"no picture\n")
    return folder


def _shade(number: int, x: int, y: int, channel: int) -> int:
    inside = 10 <= x < 30 + number and 8 <= y < 28
    ramp = 30 + 2 * x + (1 + number) * y // 2 + 17 * channel * number % 60
    return min(255, ramp + 90 * inside * (channel != number % 3) + 25 * ((x + number * y) % 5 == 0))


def point_records(run: Path, before: str, after: str) -> None:
    """Replace the beginning of every path in records.parquet."""
    table = pd.read_parquet(run / "records.parquet")
    table["path"] = table["path"].str.replace(before, after, regex=False)
    table.to_parquet(run / "records.parquet", index=False)


@contextmanager
def at_hand(folder: Path) -> Iterator[Path]:
    """A copy of the old run with its photographs and plug-ins; the work directory is where it was made."""
    run = Path(shutil.copytree(FOLDER, folder / "old_run"))
    photographs = write_photographs(folder / "photographs")
    point_records(run, "/photographs/", f"{photographs}/")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(install(folder / "plugins"))
        patch.chdir(folder)  # the experiment has the data set's root relative to it
        yield run
    for name in [name for name in sys.modules if name.split(".")[0] == "old_plugins"]:
        del sys.modules[name]


@pytest.fixture
def old_run(tmp_path):
    """A copy for one test, that it may change."""
    with at_hand(tmp_path) as run:
        yield run
