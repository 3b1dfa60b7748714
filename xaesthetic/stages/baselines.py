"""What models make of the baselines that a run's methods and its faithfulness compare with."""

from collections.abc import Iterator, Mapping, Sequence

import torch

from xaesthetic.core.baselines import DEFAULTS, split
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Pixels, Record
from xaesthetic.data.photograph import load_photograph
from xaesthetic.models.baselines import baseline_input
from xaesthetic.models.forward import Session, to_batch
from xaesthetic.models.model import AttributeModel, device
from xaesthetic.run.schemas import BASELINE_OUTPUTS, LEFT_OUT
from xaesthetic.run.stage import Sink, TableSink, compute
from xaesthetic.run.store import Run
from xaesthetic.stages._photographs import LeftOutSink, lost_rows, or_reason
from xaesthetic.stages.explain import explained_records


def baselines_of(methods: Sequence[str]) -> tuple[str, ...]:
    """Return the baselines that a run compares with: the two defaults, and those that its methods name.

    Examples
    --------
    >>> baselines_of(["cam", "occlusion@black"])
    ('mean', 'blur', 'black')
    """
    return tuple(dict.fromkeys((*DEFAULTS, *filter(None, (split(method)[1] for method in methods)))))


def rate_baselines(session: Session, pixels: Pixels, names: Sequence[str]) -> Mapping[str, Mapping[str, float]]:
    """Return what a model makes of a photograph's baselines: ratings by baseline and attribute."""
    if not names:
        return {}
    x = to_batch([pixels], session.model.inputs, session.device or str(session.model.device))
    ratings = session.run_batch(torch.cat([baseline_input(x, session.model.inputs, name) for name in names])).ratings
    return {
        name: dict(zip(session.model.attributes, row.tolist(), strict=True))
        for name, row in zip(names, ratings, strict=True)
    }


def measure_baselines(run: Run, models: Mapping[str, AttributeModel], execution: Execution = Execution()) -> None:
    """Rate the baselines of a run's explained photographs; goes on where a stopped one was.

    Parameters
    ----------
    run
        Gets the table `BASELINE_OUTPUTS`.
    models
        By their keys.
    execution
        How it is carried out.
    """
    on, name = device(run.experiment.device), BASELINE_OUTPUTS.name
    used = baselines_of(run.experiment.methods)

    def work(record: Record, pixels: Pixels | str) -> Mapping[str, Sequence[tuple[object, ...]]]:
        if isinstance(pixels, str):
            return {LEFT_OUT.name: lost_rows([record], [pixels], name), name: []}
        rows = [row for key, model in models.items() for row in _rows(pixels, key, Session(model, on), used)]
        return {name: [(record.id, *row) for row in rows]}

    sink = TableSink(BASELINE_OUTPUTS, run.root / f"{name}.parquet", run.parts / name)
    sinks: dict[str, Sink] = {LEFT_OUT.name: LeftOutSink(run, name), name: sink}
    compute(run.parts, name, explained_records(run), work, sinks, execution, or_reason(load_photograph), "baselines")


def validate(run: Run, models: Mapping[str, AttributeModel]) -> None:
    """Rate whatever model there is."""
    del run, models


def _rows(pixels: Pixels, key: str, session: Session, used: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """Give one photograph's rows, without its name."""
    model = session.model
    x = to_batch([pixels], model.inputs, session.device)
    raw = session.run_batch(torch.cat([x, *(baseline_input(x, model.inputs, name) for name in used)])).raw
    for name, outputs in zip(used, raw[1:], strict=True):
        for attribute, whole, output in zip(model.attributes, raw[0], outputs, strict=True):
            yield key, name, attribute, float(whole), float(output)
