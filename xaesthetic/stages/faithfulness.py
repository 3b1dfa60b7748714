"""Did the prediction come from where the map says: needs no people, but the models.

Deletion takes away what a map calls most important first, insertion brings it back first (Petsiuk et al., BMVC 2018), here
for a regression: an area is the mean of what the run's maps explain (the raw output, or its target) along the curve, and is
held against the same curve in a random order and from the centre outwards. What takes the place of pixels is a baseline
(`xaesthetic.core.baselines`): the two defaults, and those that the run's methods name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.execution import Execution
from xaesthetic.core.extras import need
from xaesthetic.core.progress import counted
from xaesthetic.core.types import Pixels, Record
from xaesthetic.data.photograph import load_photograph
from xaesthetic.metrics._floors import CENTRE_ORDER, RANDOM_ORDER, centre_blob
from xaesthetic.models.baselines import baseline_input
from xaesthetic.models.forward import Session, explained_rows, method_facts, open_session, to_batch
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.schemas import FAITHFULNESS, LEFT_OUT
from xaesthetic.run.stage import Sink, TableSink, batches, compute
from xaesthetic.run.store import Run
from xaesthetic.stages._photographs import LeftOutSink, lost_rows, or_reason
from xaesthetic.stages.baselines import baselines_of
from xaesthetic.stages.explain import explained_records

STEPS = 10
"""Equal shares of the area along a curve."""
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


def curves(session: Session, x: Float[Tensor, "1 c h w"], steps: Tensor, fill: Tensor) -> Float[np.ndarray, "2 a"]:
    """Return the mean raw outputs along deletion and insertion, both ends included; all pictures in batches."""
    shown = [steps >= step for step in range(STEPS + 1)]  # from nothing taken to all
    pictures = [torch.where(mask, x, fill) for mask in shown] + [torch.where(mask, fill, x) for mask in shown]
    raw = np.concatenate([session.run_batch(torch.cat(list(batch))).raw for batch in batches(pictures, _BATCH)])
    return np.stack([raw[: STEPS + 1].mean(0), raw[STEPS + 1 :].mean(0)])


def measure_faithfulness(run: Run, models: Mapping[str, AttributeModel], execution: Execution = Execution()) -> None:
    """Delete and insert by every map of a run's explained photographs; goes on where a stopped one was.

    Parameters
    ----------
    run
        Gets the table `FAITHFULNESS`.
    models
        By their keys.
    execution
        How it is carried out.
    """
    validate(run, models)

    def work(record: Record, pixels: Pixels | str) -> Mapping[str, Sequence[tuple[object, ...]]]:
        if isinstance(pixels, str):
            return {LEFT_OUT.name: lost_rows([record], [pixels], name), name: []}
        rows = [
            row
            for key, model in models.items()
            for row in _rows(pixels, key, open_session(model, run.experiment).of_target(), run)
        ]
        return {name: [(record.id, *row) for row in rows]}

    name = FAITHFULNESS.name
    sink = TableSink(FAITHFULNESS, run.root / f"{name}.parquet", run.parts / name)
    records = explained_records(run)
    sinks: dict[str, Sink] = {LEFT_OUT.name: LeftOutSink(run, name), name: sink}
    compute(
        run.parts, name, records, work, sinks, execution, or_reason(load_photograph), "photographs, deletion and insertion"
    )


def validate(run: Run, models: Mapping[str, AttributeModel]) -> None:
    """Make sure that what the measurement needs is installed.

    Raises
    ------
    PluginError
        If it is not.
    """
    del run, models
    need("captum.metrics", extra="captum", purpose="the sensitivity of maps")


def _rows(pixels: Pixels, key: str, session: Session, run: Run) -> Iterator[tuple[object, ...]]:
    """Give one photograph's rows, without its name."""
    model = session.model
    x = to_batch([pixels], model.inputs, session.device)
    size = x.shape[2], x.shape[3]
    generator = torch.Generator().manual_seed(run.experiment.seed)
    plain = {
        RANDOM_ORDER: order(torch.rand(size, generator=generator).to(x.device), size),
        CENTRE_ORDER: order(torch.from_numpy(centre_blob(size)).to(x), size),
    }
    maps = {
        name: torch.from_numpy(item[0]).to(x.device) for name, item in session.run_batch(x, run.methods(key)).maps.items()
    }
    moved = {name: _sensitivity(partial(_maps, session, name), x) for name in maps}
    orders = list(_orders(model, plain, maps))
    instead = {fill: baseline_input(x, model.inputs, fill) for fill in baselines_of(run.experiment.methods)}
    jobs = [(fill, *item) for fill in instead for item in orders]
    passes = 2 * (STEPS + 1)
    for fill, name, column, saliency in counted(jobs, f"{key}, one photograph", len(jobs) * passes, passes):
        steps = plain[name] if saliency is None else order(saliency, size)
        areas = curves(session, x, steps, instead[fill])
        rough = moved.get(name, float("nan"))
        if column is None and saliency is not None:  # one order for all outputs
            yield key, name, "", fill, *areas.mean(1), rough
            continue
        for row in range(len(model.attributes)) if column is None else (column,):
            yield key, name, model.attributes[row], fill, *areas[:, row], rough


def _orders(
    model: AttributeModel, plain: Iterable[str], maps: Mapping[str, Tensor]
) -> Iterator[tuple[str, int | None, Tensor | None]]:
    """Give what is deleted by: the plain orders, then maps; which attribute, where it is one, and the map."""
    yield from ((name, None, None) for name in plain)
    for name, item in maps.items():
        rows: Sequence[int | None] = explained_rows(model, name) if method_facts(name).asks_output else (None,)
        yield from ((name, row, item[row or 0]) for row in rows)


def _maps(session: Session, method: str, x: Tensor) -> Tensor:
    maps = session.run_batch(x, [method]).maps[method]
    return torch.from_numpy(maps[:, explained_rows(session.model, method)]).to(x)


def _sensitivity(maps: Callable[[Tensor], Tensor], x: Float[Tensor, "1 c h w"]) -> float:
    """Return captum's sensitivity_max of all attributes' maps together."""
    sensitivity_max = need("captum.metrics", extra="captum", purpose="the sensitivity of maps").sensitivity_max

    def explain(inputs: tuple[Tensor, ...] | Tensor) -> tuple[Tensor, ...]:
        return (maps(inputs if isinstance(inputs, Tensor) else inputs[0]),)

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        result = sensitivity_max(explain, x, perturb_radius=_NOISE * float(x.std()), n_perturb_samples=_DRAWS)
    return float(result[0])
