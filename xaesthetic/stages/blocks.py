"""What each block of a network adds to a map: one photograph taken apart, for the figure of the approach."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import torch

from xaesthetic.core import plugins
from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Experiment, Pixels, Record
from xaesthetic.data.photograph import load_photograph
from xaesthetic.models.forward import in_precision, to_batch
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.model import AttributeModel, Pass, device, select
from xaesthetic.run.schemas import BLOCKS
from xaesthetic.run.stage import TableSink, compute
from xaesthetic.run.store import Run
from xaesthetic.stages._photographs import or_reason
from xaesthetic.stages.pick import pick_records

_PREFERRED = ("depth_of_field", "dof")


def measure_blocks(run: Run, models: Mapping[str, AttributeModel], execution: Execution = Execution()) -> None:
    """Weigh each block's maps by the output layer's own weights, for the photograph highest in depth of field.

    Parameters
    ----------
    run
        A finished one; gets the table `BLOCKS`, a row a block.
    models
        By their keys.
    execution
        How it is carried out.

    Raises
    ------
    DataError
        If no model's head is global averages and one linear layer.
    """
    validate(run, models)
    key, model = _linear(models)[0]
    picks = [pick for pick in pick_records(run) if pick.attribute in model.attributes]
    pick = next((pick for pick in picks if pick.attribute in _PREFERRED), picks[0])
    records = {record.id: record for record in run.records()}
    record = _first_readable([records[image] for image in (*pick.highest, *pick.lowest)])

    def work(record: Record, pixels: Pixels) -> dict[str, list[tuple[object, ...]]]:
        return {BLOCKS.name: [(record.id, key, *row) for row in _rows(model, pick.attribute, pixels, run.experiment)]}

    sink = TableSink(BLOCKS, run.root / f"{BLOCKS.name}.parquet", run.parts / BLOCKS.name)
    compute(run.parts, BLOCKS.name, [record], work, {BLOCKS.name: sink}, execution, load_photograph)


def validate(run: Run, models: Mapping[str, AttributeModel]) -> None:
    """Make sure that a model can be taken apart.

    Raises
    ------
    DataError
        If none can.
    """
    if not _linear(models):
        raise DataError(
            f"{run.root}: no model's head is global averages and one linear layer; only such can be taken apart."
        )


def _linear(models: Mapping[str, AttributeModel]) -> list[tuple[str, AttributeModel]]:
    return [(key, model) for key, model in models.items() if model.weights is not None and model.bias is not None]


def _first_readable(records: Sequence[Record]) -> Record:
    """Return the first that has not been changed and is not gone; where all are, the first one's reason is the error."""
    return next((record for record in records if not isinstance(or_reason(load_photograph)(record), str)), records[0])


def _rows(model: AttributeModel, attribute: str, pixels: Pixels, of: Experiment) -> Iterator[tuple[object, ...]]:
    chosen = in_precision(select(model, [attribute]), of.precision)
    taken = chosen.run(to_batch([pixels], model.inputs, device(of.device)))
    maps, bias = _weighed(taken)
    for block, (layer, values) in enumerate(zip(taken.activations, maps, strict=True), start=1):
        yield attribute, block, layer.shape[1], *layer.shape[2:], values.flatten().tolist(), bias


def _weighed(taken: Pass) -> tuple[list[torch.Tensor], float]:
    """Return the method `cam` of a model's only output on each block alone, which does not pool then; and the bias."""
    weights, bias = taken.model.weights, taken.model.bias
    if weights is None or bias is None:
        raise ValueError("a linear head was chosen")
    cam = plugins.load("methods", "cam")
    widths = [layer.shape[1] for layer in taken.activations]
    maps = []
    for layer, columns in zip(taken.activations, torch.split(weights, widths, dim=1), strict=True):
        model = replace(taken.model, head=LinearHead(columns, bias))
        maps.append(cam(replace(taken, model=model, activations=(layer,)))[0, 0].float().cpu())
    return maps, float(bias[0])
