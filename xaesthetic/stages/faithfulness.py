"""Did the prediction come from where the map says: needs no people, but the models.

Deletion takes away what a map calls most important first, insertion brings it back first (Petsiuk et al., BMVC 2018), here
for a regression: an area is the mean raw output along the curve, and is held against the same curve in a random order and
from the centre outwards.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core import plugins
from xaesthetic.core.extras import need
from xaesthetic.core.progress import Track, silent
from xaesthetic.core.types import Record
from xaesthetic.data.photograph import load_photograph
from xaesthetic.metrics._floors import CENTRE_ORDER, RANDOM_ORDER, centre_blob
from xaesthetic.models.model import Activations, AttributeModel, device
from xaesthetic.run.store import Run
from xaesthetic.stages.explain import Method, explained_records
from xaesthetic.stages.predict import to_batch

STEPS = 10
"""Equal shares of the area along a curve."""
FILLS = ("blur", "mean")
"""What takes the place of pixels: the photograph blurred beyond recognition, or the mean colour (input 0)."""
CURVES = ("image", "model", "method", "attribute", "fill", "deletion", "insertion", "sensitivity")
"""`deletion` and `insertion` are mean raw outputs along the curves; `sensitivity` is captum's `sensitivity_max`: how much a
map changes, of its own length, under noise of 2 % of the input's deviation. nan for orders without a map."""
_BLUR = 0.1  # of the longer side
_BATCH = 16
_NOISE = 0.02
_DRAWS = 4


def order(saliency: Float[Tensor, "i j"], size: tuple[int, int]) -> Tensor:
    """Which step takes each pixel: 0 for the highest tenth of the area, and so on; ties by place.

    Parameters
    ----------
    saliency
        On any grid.
    size
        (height, width) of the input.
    """
    whole = torch.nn.functional.interpolate(saliency[None, None], size, mode="bilinear", align_corners=False).flatten()
    rank = torch.empty_like(whole, dtype=torch.long)
    rank[whole.argsort(descending=True, stable=True)] = torch.arange(len(whole), device=whole.device)
    return (rank * STEPS // len(whole)).reshape(size)


def filled(x: Float[Tensor, "1 c h w"], fill: str) -> Tensor:
    """What stands where a pixel was taken away."""
    if fill == "mean":
        return torch.zeros_like(x)
    from torchvision.transforms.functional import gaussian_blur

    longer = max(x.shape[2:])
    kernel = min(2 * (min(x.shape[2:]) // 2) - 1, 2 * round(2 * _BLUR * longer) + 1)
    blurred: Tensor = gaussian_blur(x, [kernel, kernel], [_BLUR * longer])
    return blurred


def curves(model: AttributeModel, x: Float[Tensor, "1 c h w"], steps: Tensor, fill: Tensor) -> Float[np.ndarray, "2 a"]:
    """The mean raw outputs along deletion and insertion, both ends included; all pictures in batches."""
    shown = [steps >= step for step in range(STEPS + 1)]  # from nothing taken to all
    pictures = [torch.where(mask, x, fill) for mask in shown] + [torch.where(mask, fill, x) for mask in shown]
    raw = torch.cat([_raw(model, torch.cat(pictures[at : at + _BATCH])) for at in range(0, len(pictures), _BATCH)])
    return np.stack([raw[: STEPS + 1].mean(0).numpy(), raw[STEPS + 1 :].mean(0).numpy()])


def _raw(model: AttributeModel, x: Tensor) -> Tensor:
    with torch.inference_mode():
        return model.head(model.features(x)).float().cpu()


def check_faithfulness(run: Run, models: Mapping[str, AttributeModel], track: Track = silent) -> pd.DataFrame:
    """Delete and insert by every map of a run's explained photographs; goes on where a stopped one was.

    Returns
    -------
    The columns in `CURVES`; also kept as faithfulness.parquet.
    """
    records = explained_records(run)
    methods = {name: plugins.load("methods", name) for name in run.experiment.methods}
    parts = run.parts("faithfulness")
    todo = parts.missing(len(records))
    for index in track(todo, "deletion and insertion", len(todo)):
        rows = [row for key, model in models.items() for row in _rows(records[index], key, model, methods, run)]
        parts.write(index, {name: np.array(column) for name, column in zip(CURVES, zip(*rows, strict=True), strict=True)})
    table = pd.concat([pd.DataFrame(part)[list(CURVES)] for part in parts.read(len(records))], ignore_index=True)
    run.write_table("faithfulness", table)
    parts.clear()
    return table


def _rows(
    record: Record, key: str, model: AttributeModel, methods: Mapping[str, Method], run: Run
) -> Iterator[tuple[object, ...]]:
    x = to_batch([load_photograph(record)], model.inputs, device(run.experiment.device))
    size = x.shape[2], x.shape[3]
    with torch.no_grad():
        activations = model.features(x)
    generator = torch.Generator().manual_seed(run.experiment.seed)
    plain = {
        RANDOM_ORDER: order(torch.rand(size, generator=generator).to(x.device), size),
        CENTRE_ORDER: order(torch.from_numpy(centre_blob(size)).to(x), size),
    }
    maps = {name: method(model, x, activations).detach() for name, method in methods.items()}
    moved = {name: _sensitivity(model, method, x) for name, method in methods.items()}
    for fill in FILLS:
        instead = filled(x, fill)
        for name, steps in plain.items():
            areas = curves(model, x, steps, instead)
            for column, attribute in enumerate(model.attributes):
                yield record.id, key, name, attribute, fill, *areas[:, column], float("nan")
        for name, each in maps.items():
            for column, attribute in enumerate(model.attributes):
                areas = curves(model, x, order(each[0, column], size), instead)
                yield record.id, key, name, attribute, fill, *areas[:, column], moved[name]


def _sensitivity(model: AttributeModel, method: Method, x: Float[Tensor, "1 c h w"]) -> float:
    """Captum's sensitivity_max of all attributes' maps together."""
    sensitivity_max = need("captum.metrics", extra="captum", purpose="the sensitivity of maps").sensitivity_max

    def explain(inputs: tuple[Tensor, ...] | Tensor) -> tuple[Tensor, ...]:
        batch = inputs if isinstance(inputs, Tensor) else inputs[0]
        with torch.no_grad():
            activations: Activations = model.features(batch)
        return (method(model, batch, activations).detach(),)

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        found = sensitivity_max(explain, x, perturb_radius=_NOISE * float(x.std()), n_perturb_samples=_DRAWS)
    return float(found[0])
