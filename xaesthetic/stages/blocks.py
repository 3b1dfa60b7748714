"""What each block of a network adds to a map: one photograph taken apart, for the figure of the approach."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import torch

from xaesthetic.core import plugins
from xaesthetic.core.errors import DataError
from xaesthetic.data.photograph import load_photograph
from xaesthetic.models.model import Activations, AttributeModel, device, select
from xaesthetic.run.store import Run
from xaesthetic.stages.pick import pick_records
from xaesthetic.stages.predict import to_batch

COLUMNS = ("image", "model", "attribute", "block", "channels", "height", "width", "values", "bias")
"""`values` is Σ_k w_k f_k over the block's own channels, on its own grid, row by row; the means of all blocks' values and
`bias`, which is the output's, sum to the raw output."""

_PREFERRED = "depth_of_field"


def take_apart(run: Run, models: Mapping[str, AttributeModel]) -> pd.DataFrame:
    """Weigh each block's maps by the output layer's own weights, for the photograph highest in depth of field.

    Returns
    -------
    The columns in `COLUMNS`, a row a block; also kept as blocks.parquet.

    Raises
    ------
    DataError
        If no model's head is global averages and one linear layer.
    """
    linear = [(key, model) for key, model in models.items() if model.weights is not None and model.bias is not None]
    if not linear:
        raise DataError(
            f"{run.root}: no model's head is global averages and one linear layer; only such can be taken apart."
        )
    key, model = linear[0]
    picks = [pick for pick in pick_records(run) if pick.attribute in model.attributes]
    pick = next((pick for pick in picks if pick.attribute == _PREFERRED), picks[0])
    record = next(record for record in run.records() if record.id == pick.highest[0])
    x = to_batch([load_photograph(record)], model.inputs, device(run.experiment.device))
    with torch.inference_mode():
        activations = model.features(x)
        one = select(model, [pick.attribute])
        maps = _weighed(one, activations)
    bias = 0.0 if one.bias is None else float(one.bias[0])
    rows = [
        (record.id, key, pick.attribute, block, layer.shape[1], *layer.shape[2:], each.flatten().tolist(), bias)
        for block, (layer, each) in enumerate(zip(activations, maps, strict=True), start=1)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    run.write_table("blocks", table)
    return table


def _weighed(model: AttributeModel, activations: Activations) -> list[torch.Tensor]:
    """The method `cam` of a model's only output on each block alone, which does not pool then."""
    if model.weights is None:
        raise ValueError("a linear head was chosen")
    cam = plugins.load("methods", "cam")
    widths = [layer.shape[1] for layer in activations]
    maps = []
    for layer, weights in zip(activations, torch.split(model.weights, widths, dim=1), strict=True):
        alone = replace(model, weights=weights)
        maps.append(cam(alone, torch.zeros(1, 3, 1, 1), (layer,))[0, 0].float().cpu())
    return maps
