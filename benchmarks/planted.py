"""Planted models, whose right map is known: which methods find it, and which metrics prefer it to wrong maps.

    python benchmarks/planted.py [--write]

Pictures of 64 x 64: a grey ground with a striped, a red and a bright square, nowhere in the middle. One layer of four channels
(stripes, redness, brightness, blueness) on 8 x 8 cells, and three outputs: `channel` is the average of one channel, `color` of
redness alone, `center` of brightness in the four middle cells alone. Each output's right map lies in one region, and a
method is right where its map is higher inside than outside (AUC over pixels) by .9 or more on average. A metric is right where
it prefers the right map to four wrong ones: another output's, activation energy, noise and, but for `center`, the middle.
`--write` puts the tables into docs/planted.md.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage

from xaesthetic.core import plugins
from xaesthetic.core.errors import XaestheticError
from xaesthetic.core.types import HumanMap, InputSpec, Source
from xaesthetic.data import images
from xaesthetic.metrics._maps import above
from xaesthetic.models.forward import Session
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import AttributeModel

SIZE, CELLS, SQUARE = 64, 8, 16
OUTPUTS = ("channel", "color", "center")
STRIPES, RED, BRIGHT = range(3)
CHANNELS = 4
RIGHT = 0.9
"""Of the AUC for a method, and of the share of pictures for a metric."""
MIDDLE = slice(CELLS // 2 - 1, CELLS // 2 + 1)
DOCS = Path(__file__).parents[1] / "docs" / "planted.md"


class Layer(torch.nn.Module):
    """Four channels of a 3 x 3 convolution that are known, rectified, and averaged over cells."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = torch.nn.Conv2d(3, CHANNELS, 3, padding=1, padding_mode="replicate")
        kernel = torch.zeros(CHANNELS, 3, 3, 3)
        kernel[STRIPES, :, 1, 0], kernel[STRIPES, :, 1, 2] = -1 / 3, 1 / 3  # light that rises from left to right
        kernel[RED, :, 1, 1] = torch.tensor([1.0, -0.5, -0.5])
        kernel[BRIGHT, :, 1, 1] = 1 / 3
        kernel[3, :, 1, 1] = torch.tensor([-0.5, -0.5, 1.0])
        self.convolution.weight.data, self.convolution.bias.data = kernel, torch.zeros(CHANNELS)
        self.rectified, self.pooled = torch.nn.ReLU(), torch.nn.AvgPool2d(SIZE // CELLS)
        self.requires_grad_(False).eval()

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
        return (self.pooled(self.rectified(self.convolution(x))),)


def planted_model() -> AttributeModel:
    """The three outputs; the first two are linear under a global average, the third knows a place."""
    layer, rows = Layer(), torch.eye(CHANNELS)

    def head(activations: tuple[torch.Tensor, ...]) -> torch.Tensor:
        averages, middle = activations[0].mean((2, 3)), activations[0][:, BRIGHT, MIDDLE, MIDDLE].mean((1, 2))
        return torch.stack([averages[:, STRIPES], averages[:, RED], middle], dim=1)

    linear = {0: (rows[STRIPES], torch.tensor(0.0)), 1: (rows[RED], torch.tensor(0.0))}
    inputs = InputSpec((SIZE, SIZE), mean=(0.0, 0.0, 0.0), scale=1.0)
    source = Source("planted", "none", "planted, not trained", {})
    return AttributeModel(OUTPUTS, inputs, layer, FunctionHead(head, linear), source, layer, name="planted")


@dataclass(frozen=True)
class Picture:
    """A picture, and for each output where the reason lies."""

    pixels: np.ndarray
    regions: tuple[np.ndarray, ...]


def pictures(count: int, seed: int = 0) -> list[Picture]:
    """Squares in three of the twelve places that are not in the middle."""
    random = np.random.default_rng(seed)
    rims = [(row, column) for row in range(4) for column in range(4) if not {row, column} <= {1, 2}]
    return [_picture(random, [rims[place] for place in random.permutation(len(rims))[:3]]) for _ in range(count)]


def _picture(random: np.random.Generator, places: list[tuple[int, int]]) -> Picture:
    rgb = np.repeat(0.4 + random.normal(0, 0.02, (SIZE, SIZE, 1)), 3, axis=2)
    slices = [tuple(slice(SQUARE * at, SQUARE * (at + 1)) for at in place) for place in places]
    stripes = np.where(np.arange(SQUARE) % 4 < 2, 0.15, 0.65)
    rgb[slices[STRIPES]] = stripes[None, :, None]
    rgb[slices[RED]] = (0.7, 0.3, 0.2)
    rgb[slices[BRIGHT]] = 0.85
    regions = np.zeros((3, SIZE, SIZE), bool)
    regions[0][slices[STRIPES]], regions[1][slices[RED]] = True, True
    cell = SIZE // CELLS
    regions[2][MIDDLE.start * cell : MIDDLE.stop * cell, MIDDLE.start * cell : MIDDLE.stop * cell] = True
    return Picture(images.to_bytes(rgb.astype(np.float32)), tuple(regions))


# -- methods -----------------------------------------------------------------------------------------------------------


def method_aucs(method: str, scenes: list[Picture]) -> dict[str, float] | str:
    """How far a method's maps are higher inside the region, by output; nan where it is not defined, a text where nowhere."""
    session = Session(planted_model(), partial=True)
    try:
        maps = np.concatenate([session.run([scene.pixels], [method]).maps[method] for scene in scenes])
    except XaestheticError as error:
        return str(error)
    return {
        name: float(np.mean([_auc(maps[n, a], scenes[n].regions[a]) for n in range(len(scenes))]))
        for a, name in enumerate(OUTPUTS)
    }


def _auc(grid: np.ndarray, region: np.ndarray) -> float:
    if not np.isfinite(grid).all():
        return float("nan")
    values = images.to_pixels(grid, region.shape).astype(np.float64)
    return above(values[region], values[~region])


# -- metrics -----------------------------------------------------------------------------------------------------------


def metric_shares(metric: str, scenes: list[Picture]) -> dict[str, float]:
    """In which share of the pictures a metric prefers the right map to every wrong one, by output; nan where it never can."""
    function, facts = plugins.load("metrics", metric), plugins.facts("metrics", metric)
    layer = Layer()
    shares = {}
    for output, name in enumerate(OUTPUTS):
        won = []
        for number, scene in enumerate(scenes):
            people = _people(scenes, number, output)
            values = [float(function(item, people)) for item in _candidates(layer, scene, output, number)]
            best = np.array(values) if facts.higher else -np.array(values)
            won.append(np.nan if np.isnan(best[0]) else float(all(best[0] > other or np.isnan(other) for other in best[1:])))
        shares[name] = float(np.mean(won))
    return shares


def _candidates(layer: Layer, scene: Picture, output: int, seed: int) -> Iterator[np.ndarray]:
    """The right map, and then wrong ones, in pixels."""
    x = torch.from_numpy(images.to_input(scene.pixels, planted_model().inputs))[None]
    channels = layer(x)[0][0].numpy()
    middle = np.zeros((CELLS, CELLS), np.float32)
    middle[MIDDLE, MIDDLE] = 1
    right = (channels[STRIPES], channels[RED], channels[BRIGHT] * middle)
    blob = ndimage.gaussian_filter(middle, 1.5)
    noise = np.random.default_rng(seed).uniform(0, 1, (CELLS, CELLS)).astype(np.float32)
    wrong = [right[(output + 1) % 2], (channels**2).sum(0), noise, *([blob] if output < 2 else [])]
    for grid in (right[output], *wrong):
        yield images.to_pixels(grid, (SIZE, SIZE)).astype(np.float64)


def _people(scenes: list[Picture], number: int, output: int) -> HumanMap:
    """People who looked at the region alone: thirty points of it; or who marked it there, and nothing as lowering."""
    region = scenes[number].regions[output]
    points, others = (
        _points(region, number),
        np.concatenate([_points(scenes[number - 1 - n].regions[output], n) for n in range(5)]),
    )
    density = np.zeros(region.shape)
    np.add.at(density, (points[:, 1].astype(int), points[:, 0].astype(int)), 1.0)
    return HumanMap(ndimage.gaussian_filter(density, 3.0), points, region, others, signed=region.astype(np.float64))


def _points(region: np.ndarray, seed: int) -> np.ndarray:
    rows, columns = np.nonzero(region)
    chosen = np.random.default_rng(seed).integers(0, len(rows), 30)
    return np.stack([columns[chosen], rows[chosen]], axis=1) + 0.5


# -- the page ----------------------------------------------------------------------------------------------------------


def tables(count: int = 24) -> str:
    scenes = pictures(count)
    lines = ["| method | " + " | ".join(f"`{name}`" for name in OUTPUTS) + " |", "|---|" + "---|" * len(OUTPUTS)]
    for method in plugins.names("methods"):
        result = method_aucs(method, scenes)
        cells = (
            [f"not defined: {result}"] + [""] * 2 if isinstance(result, str) else [_cell(value) for value in result.values()]
        )
        lines.append(f"| `{method}` | {' | '.join(cells)} |")
    metrics = ["| metric | " + " | ".join(f"`{name}`" for name in OUTPUTS) + " |", lines[1]]
    for metric in plugins.names("metrics"):
        shares = metric_shares(metric, scenes)
        metrics.append(f"| `{metric}` | {' | '.join(_cell(value) for value in shares.values())} |")
    return PAGE.format(
        about=__doc__.partition("\n\n    python")[0],
        text=_about(),
        count=count,
        methods="\n".join(lines),
        metrics="\n".join(metrics),
    )


def _about() -> str:
    return __doc__.split("[--write]\n\n")[1].rpartition("\n`--write`")[0]


def _cell(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}" + " **wrong**" * (value < RIGHT)


PAGE = """# {about}

Made by `python benchmarks/planted.py --write` from {count} pictures.

{text}

## Methods

The AUC of a map, inside against outside the right region; .5 is chance, a dash where the method is refused for the output.

{methods}

Why some are wrong, all of it as their equations say:

- Weights averaged over the grid (`grad_cam` and its like, `ablation_cam`, `finer_cam`, `score_cam`) cannot say that only the
  middle counts; those that multiply cell by cell (`hires_cam`, `layer_cam`) can, and so can those that hide parts.
- `activation_energy` and `eigen_cam` ask no output, and are the floor.
- `saliency` and `smooth_grad` show slopes, and a linear output's slope is the same everywhere.
- Pixel by pixel the stripes' reasons alternate in sign, so that signed maps of the input are only higher on average there.
- `grad_cam_plus_plus_down` shows what lowers an output; here nothing does.

## Metrics

The share of pictures in which the metric prefers the right map, where people looked at the right region alone.

{metrics}

`shuffled_auc` is wrong for `center` by its design: what all pictures have in one place it takes for a habit of looking.
`pointing_game` knows the highest pixel alone, and several wrong maps have theirs inside too: a tie is no preference.
"""


if __name__ == "__main__":
    page = tables()
    print(page)
    if "--write" in sys.argv[1:]:
        DOCS.write_text(page, encoding="utf-8")
