"""What is asked: an experiment, or photographs and folders; models by their names, or handed over as objects."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeAlias

from xaesthetic.core import attributes as vocabulary
from xaesthetic.core import plugins
from xaesthetic.core.choices import METHODS, PICK, ModelChoice
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.shards import Shard
from xaesthetic.core.types import DECODES, Experiment, Record
from xaesthetic.data.records import Collection, collect, collect_paths
from xaesthetic.run.question import default_folder, is_name, name_photographs

if TYPE_CHECKING:
    from xaesthetic.models.model import AttributeModel

    Models: TypeAlias = AttributeModel | str | Sequence[AttributeModel | str] | "Handed"
else:
    Models = object  # torch is not imported for a type


@dataclass(frozen=True, slots=True)
class Handed:
    """Models that were named, and models that were handed over as objects."""

    names: tuple[str, ...] = ()
    """Of all, in order."""
    models: Mapping[str, Any] = field(default_factory=dict)
    """The objects, by their names."""
    identities: Mapping[str, str] = field(default_factory=dict)
    """The sha256 of every object, by its name."""
    loaded: Mapping[str, Any] = field(default_factory=dict)
    """Models of the experiment that have been loaded already, by their keys."""


NONE = Handed()
"""Nothing is handed over."""


def hand_over(models: Any) -> Handed:
    """Take models beside names of models; torch is imported only where there are any.

    Parameters
    ----------
    models
        One or several: an `AttributeModel`, or a name that `load_model` takes.

    Raises
    ------
    ModelError
        If one is neither, two have one name, a name cannot be a part of a path, or a model cannot be told from others.
    """
    if isinstance(models, Handed):
        return models
    if isinstance(models, (list, tuple)) and not models:
        return NONE
    from xaesthetic.models.identity import identify  # it imports torch
    from xaesthetic.models.model import AttributeModel

    items = list(models) if isinstance(models, (list, tuple)) else [models]
    names = [_name(item) for item in items]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ModelError(
            f"two models are called {twice[0]!r}; give one another name, as dataclasses.replace(model, name='b')."
        )
    objects = {item.name: item for item in items if isinstance(item, AttributeModel)}
    return Handed(tuple(names), objects, {name: identify(model) for name, model in objects.items()})


def _name(item: Any) -> str:
    from torch.nn import Module

    from xaesthetic.models.model import AttributeModel

    if isinstance(item, (str, ModelChoice)):
        return str(item)
    if isinstance(item, Module):
        raise ModelError(
            f"{type(item).__name__} is a network of torch and says not what it rates; wrap it: "
            "xa.wrap(network, outputs=['beauty'])."
        )
    if not isinstance(item, AttributeModel):
        raise ModelError(f"{type(item).__name__} is no model; pass names, and what xa.wrap or xa.load_model gives.")
    if not is_name(item.name) or "=" in item.name:
        raise ModelError(
            f"{item.name!r} cannot be a model's name: it becomes a folder's; give another, as "
            "dataclasses.replace(model, name='mine')."
        )
    return item.name


@contextmanager
def staying(handed: Handed) -> Iterator[None]:
    """Have models that were handed over end where they were: a run may be on another device, and a network moves itself."""
    places = {name: str(model.device) for name, model in handed.models.items()}
    try:
        yield
    finally:
        if places:
            from xaesthetic.models.model import place

            for name, model in handed.models.items():
                place(model, places[name])


def to_question(experiment: object, attributes: str | Sequence[str], handed: Handed = NONE) -> Experiment:
    """Return the question that was asked, or that photographs stand for: by `cam`, else `grad_cam`."""
    if isinstance(experiment, Experiment):
        return experiment
    paths = [experiment] if isinstance(experiment, (str, Path)) else experiment
    if not isinstance(paths, (list, tuple)) or not paths or not all(isinstance(path, (str, Path)) for path in paths):
        raise DataError(
            f"{type(experiment).__name__} is no question; pass xa.Experiment(data, root, models, methods, …), or "
            "paths of photographs and folders."
        )
    chosen = vocabulary.choose(attributes)
    exact = all(model.weights is not None for model in handed.models.values())
    methods = METHODS if exact else ("grad_cam", *METHODS[1:])
    return Experiment(
        root=None, models=(), methods=methods, attributes=chosen, pick=PICK, device="auto", **name_photographs(paths)
    )


def with_models(experiment: Experiment, handed: Handed) -> Experiment:
    """Add what was handed over to the models that an experiment names; an object may stand for a name that none loads."""
    installed = plugins.names("models")
    for name in handed.models:
        if name in experiment.models and name not in experiment.identities and name in installed:
            raise ModelError(f"two models are called {name!r}; give the object another name, by dataclasses.replace.")
    names = tuple(dict.fromkeys((*experiment.models, *handed.names)))
    return replace(experiment, models=names, identities={**experiment.identities, **handed.identities})


def to_folder(experiment: Experiment, out: object) -> Path:
    """Return the run folder that was named, or one whose name tells the question."""
    if not isinstance(out, (str, Path, NoneType)):
        raise DataError(f"{type(out).__name__} is no folder; pass the path of the run folder as out.")
    if out is None:
        return default_folder(experiment)
    if not experiment.photographs and Path(out).resolve() == Path(experiment.data).resolve():
        raise DataError(
            f"{out}: is what the data is called, too; choose another folder for the run, as runs/{Path(out).name}."
        )
    return Path(out)


def collect_photographs(experiment: Experiment) -> Collection:
    """Collect an experiment's photographs: those that are named one by one, or its data's; of a shard, its part."""
    if experiment.photographs:
        collection = collect_paths(experiment.photographs, short=True)
    else:
        collection = collect(experiment.data, Path(experiment.root) if experiment.root else None)
    if not experiment.shard:
        return collection
    places = Shard.parse(experiment.shard).places(len(collection.records), experiment.batch)
    return replace(collection, records=collection.records[places])


def validate_decoding(experiment: Experiment, records: Iterable[Record]) -> None:
    """Make sure that photographs which are compared with their edits are not decoded at reduced scale.

    Raises
    ------
    DataError
        If they would be.
    """
    if experiment.decode != DECODES[0] and any(record.edit for record in records):
        raise DataError(f"{experiment.data}: holds edits, which need all pixels; leave out --decode {experiment.decode}.")


def validate_identity(name: str, held: Mapping[str, str], here: Mapping[str, str], where: object) -> None:
    """Make sure that a model is the one that a run was begun with.

    Raises
    ------
    DataError
        If it is another one.
    """
    if held.get(name) != here.get(name):
        raise DataError(
            f"{where}: was begun with another {name}: its weights, source, outputs or inputs differ; choose another folder."
        )
