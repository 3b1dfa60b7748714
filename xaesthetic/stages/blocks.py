"""What each block of a network adds to a map: one photograph taken apart, for the figure of the approach."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import torch

from xaesthetic.core import plugins
from xaesthetic.core.errors import DataError
from xaesthetic.data.photograph import load_photograph
from xaesthetic.models.forward import to_batch
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.model import AttributeModel, Pass, device, select
from xaesthetic.run.store import Run
from xaesthetic.stages.pick import pick_records

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
    taken = select(model, [pick.attribute]).run(x)
    maps, bias = _weighed(taken)
    rows = [
        (record.id, key, pick.attribute, block, layer.shape[1], *layer.shape[2:], each.flatten().tolist(), bias)
        for block, (layer, each) in enumerate(zip(taken.activations, maps, strict=True), start=1)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    run.write_table("blocks", table)
    return table


def _weighed(taken: Pass) -> tuple[list[torch.Tensor], float]:
    """The method `cam` of a model's only output on each block alone, which does not pool then; and the output's bias."""
    weights, bias = taken.model.weights, taken.model.bias
    if weights is None or bias is None:
        raise ValueError("a linear head was chosen")
    cam = plugins.load("methods", "cam")
    maps = []
    widths = [layer.shape[1] for layer in taken.activations]
    for layer, columns in zip(taken.activations, torch.split(weights, widths, dim=1), strict=True):
        model = replace(taken.model, head=LinearHead(columns, bias))
        maps.append(cam(replace(taken, model=model, activations=(layer,)))[0, 0].float().cpu())
    return maps, float(bias[0])
