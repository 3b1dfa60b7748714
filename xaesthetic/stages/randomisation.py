"""Do maps depend on what the network has learnt: the same maps of the same network with its weights shuffled.

Layer after layer from the output down, as the cascading randomisation of Adebayo et al., NeurIPS 2018. Each weight tensor's
numbers are shuffled, so that their distribution stays; norms and biases stay, so that activations keep their order of size.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.core.execution import Execution
from xaesthetic.core.progress import counted
from xaesthetic.core.types import Pixels, Record
from xaesthetic.metrics._floors import CASCADE, OUTPUT
from xaesthetic.models.forward import explained_rows, method_facts, open_session
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.model import AttributeModel, relinked
from xaesthetic.run.maps import Maps, correlations
from xaesthetic.run.schemas import LEFT_OUT, RANDOMISATION
from xaesthetic.run.stage import Sink, TableSink, batches, compute
from xaesthetic.run.store import Run
from xaesthetic.stages._photographs import LeftOutSink, load_all, lost_rows, stand_ins
from xaesthetic.stages.explain import explained_records


def measure_randomisation(run: Run, models: Mapping[str, AttributeModel], execution: Execution = Execution()) -> None:
    """Shuffle a run's models layer by layer and see what becomes of their maps; goes on where a stopped one was.

    Parameters
    ----------
    run
        A finished one; gets the table `RANDOMISATION`.
    models
        By their keys; as they were afterwards.
    execution
        How it is carried out.

    Raises
    ------
    ModelError
        If no model of the run has weights here that could be shuffled.
    """
    validate(run, models)
    learnt = {key: {name: run.maps(key, name) for name in run.methods(key)} for key in models}
    groups = batches(explained_records(run), run.experiment.batch)

    def work(
        chunk: tuple[str, Sequence[Record]], pixels: Sequence[Pixels | str]
    ) -> Mapping[str, Sequence[tuple[object, ...]]]:
        key, records = chunk
        rows = _rows(records, stand_ins(pixels), key, models[key], learnt[key], run)
        lost = lost_rows(records, pixels, name)
        gone = {image for image, *_ in lost}
        return {LEFT_OUT.name: lost, name: [row for row in rows if row[0] not in gone]}

    name = RANDOMISATION.name
    sink = TableSink(RANDOMISATION, run.root / f"{name}.parquet", run.parts / name)
    sinks: dict[str, Sink] = {LEFT_OUT.name: LeftOutSink(run, name), name: sink}
    chunks = [(key, group) for key in models for group in groups]
    compute(
        run.parts, name, chunks, work, sinks, execution, lambda chunk: load_all(chunk[1]),
        "photographs, shuffled weights", [len(group) for _, group in chunks],
    )  # fmt: skip


def validate(run: Run, models: Mapping[str, AttributeModel]) -> None:
    """Make sure that there are weights to shuffle.

    Raises
    ------
    ModelError
        If no model of the run has any here.
    """
    if not any(_stages(model) for model in models.values()):
        raise ModelError(f"{run.root}: {', '.join(models)}: no weights here to be shuffled; a served model has none.")


def _rows(
    records: Sequence[Record],
    pixels: Sequence[Pixels],
    key: str,
    model: AttributeModel,
    learnt: Mapping[str, Maps],
    run: Run,
) -> Iterator[tuple[object, ...]]:
    stages = _stages(model)
    for stage in counted(stages, f"{key}, {len(records)} photographs", len(stages)):
        with shuffled(model, stage, run.experiment.seed) as broken:
            maps = open_session(broken, run.experiment).run(pixels, list(learnt)).maps
        for name, stack in learnt.items():
            columns = explained_rows(model, name)
            attributes = stack.attributes if method_facts(name).asks_output else ("",)  # a floor has one map
            for row, record in enumerate(records):
                alike = correlations(stack.of(record.id), maps[name][row, columns])
                for attribute, r in zip(attributes, alike, strict=False):
                    yield record.id, key, name, attribute, stage, r


def _stages(model: AttributeModel) -> list[str]:
    """Which of the steps can be taken with this model."""
    output = [OUTPUT] if isinstance(model.head, LinearHead) else []
    return output + (list(CASCADE) if _tensors(model) else [])


def _tensors(model: AttributeModel) -> list[Tensor]:
    """The network's weights, the last layer's first; no norms and no biases."""
    result: list[Tensor] = [] if model.module is None else [item for item in model.module.parameters() if item.ndim > 1]
    return result[::-1]


@contextmanager
def shuffled(model: AttributeModel, stage: str, seed: int) -> Iterator[AttributeModel]:
    """The model with its output layer's weights shuffled, and a share of the network's, from the end; put back afterwards.

    Parameters
    ----------
    model
        Any that holds its weights.
    stage
        `OUTPUT`, or one of `CASCADE`.
    seed
        For the shuffling, the same in every stage.
    """
    generator = torch.Generator().manual_seed(seed)
    broken = model
    if isinstance(model.head, LinearHead):
        rows = [_shuffled(row, generator) for row in model.head.weights]
        broken = relinked(model, torch.stack(rows))
    tensors = _tensors(model)
    taken = tensors[: round(len(tensors) * CASCADE.get(stage, 0.0))]
    kept = [item.detach().clone() for item in taken]
    try:
        with torch.no_grad():
            for item in taken:
                item.copy_(_shuffled(item, generator))
        yield broken
    finally:
        with torch.no_grad():
            for item, before in zip(taken, kept, strict=True):
                item.copy_(before)


def _shuffled(values: Tensor, generator: torch.Generator) -> Tensor:
    order = torch.randperm(values.numel(), generator=generator).to(values.device)
    return values.detach().reshape(-1)[order].reshape(values.shape)
