"""Whether a photograph is rated the same alone and beside others: what a run's batches take for certain."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch

from xaesthetic.core.errors import ModelError
from xaesthetic.core.types import Experiment, Pixels, Record
from xaesthetic.data.images import resize
from xaesthetic.models.forward import to_batch
from xaesthetic.models.model import AttributeModel
from xaesthetic.stages._photographs import load_all

_ROUNDING, _ROUNDING_HALF = 1e-3, 3e-2  # of the largest output; half precision has eight bits


def validate_alone(models: Mapping[str, AttributeModel], experiment: Experiment, records: Iterable[Record]) -> None:
    """Make sure that no rating depends on what else is in the batch, by the first photograph that can be read.

    A norm in training mode and whitening over the batch are such models. With one photograph at once there is nothing else.

    Parameters
    ----------
    models
        By their keys, on their devices.
    experiment
        Says the batch.
    records
        The photographs; no more are read than it takes to have one.

    Raises
    ------
    ModelError
        If a rating depends on it; names the model and how much.
    """
    if experiment.batch == 1:
        return
    pair = next((_pair(item) for record in records for item in load_all([record]) if not isinstance(item, str)), [])
    for key, model in models.items() if pair else ():
        change = _change(model, [resize(item, model.inputs.size, model.inputs.resample) for item in pair])
        if change:
            raise ModelError(
                f"{key}: rates a photograph by {change:.1%} otherwise beside another one than alone, so ratings would "
                "depend on the batch; set its norms to evaluation, or rate one at once with --batch 1."
            )


def _pair(photograph: Pixels) -> list[Pixels]:
    """A photograph and another one: its negative, upside down."""
    return [photograph, np.ascontiguousarray(255 - photograph[::-1])]


def _change(model: AttributeModel, pixels: Sequence[Pixels]) -> float:
    """By how much ratings differ, as a share of the largest; nothing where that is rounding."""
    x = to_batch(pixels, model.inputs, str(model.device))
    alone, together = torch.cat([model.run(item[None]).raw for item in x]), model.run(x).raw
    rounding = _ROUNDING_HALF if together.dtype in (torch.float16, torch.bfloat16) else _ROUNDING
    differs, largest = float((alone - together).abs().max()), float(together.abs().max())
    return differs / largest if differs > rounding * largest else 0.0
