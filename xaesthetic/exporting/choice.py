"""What of a run is exported: which models, methods and attributes, and who is told how far it is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from xaesthetic.core.attributes import canonical, in_order
from xaesthetic.core.errors import DataError, unknown
from xaesthetic.core.plugins import warn
from xaesthetic.core.progress import Track, silent
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run


def _warn(image: str, reason: str) -> None:
    warn(f"{image} is left out of the export: {reason}")


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What of a run is exported; every exporter takes them."""

    models: tuple[str, ...] = ()
    """Keys of models of the run; all where empty."""
    methods: tuple[str, ...] = ()
    """Methods of the run; all where empty."""
    attributes: tuple[str, ...] = ()
    """Attributes of the run; all where empty."""
    track: Track = silent
    """Tells how far it is."""
    leave_out: Callable[[str, str], None] = _warn
    """Is told which photograph could not be read any more, and why."""
    place: Path = field(default_factory=Path)
    """Where the folder will lie once it is complete, for tools that write down whole paths."""


@dataclass(frozen=True, slots=True)
class MapPlace:
    """Whose map it is."""

    model: str
    method: str
    attribute: str
    """Empty where the method asks for none: its map is the same for all."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Return model, method and, where the map has one, attribute."""
        return (self.model, self.method, self.attribute)[: 3 if self.attribute else 2]


@dataclass(frozen=True, slots=True)
class Choice:
    """The ratings and maps of a run that are exported."""

    ratings: tuple[tuple[str, str], ...]
    """By model and attribute."""
    maps: tuple[MapPlace, ...]


def choose(run: Run, options: ExportOptions) -> Choice:
    """Return which ratings and maps of a run are exported.

    Raises
    ------
    DataError
        If the run has no ratings yet, lacks maps that it was asked for, or holds nothing of a name.
    """
    rated = _rated(run)
    models = _named("model", options.models, run.model_keys(), run)
    methods = _named("method", options.methods, [item for key in run.model_keys() for item in run.methods(key)], run)
    known = in_order({attribute for _, attribute in rated})
    wanted = tuple(name if name in known else canonical(name) for name in options.attributes)
    attributes = _named("attribute", wanted, known, run)
    ratings = tuple((model, name) for model in models for name in attributes if (model, name) in rated)
    if not ratings:
        raise DataError(f"{run.root}: {', '.join(models)} rated none of {', '.join(attributes)}; nothing would be exported.")
    places = (MapPlace(model, method, name) for model, method in _pairs(run, models, methods) for name in
              _mapped(run, model, method, attributes))  # fmt: skip
    return Choice(ratings, tuple(places))


def _pairs(run: Run, models: Sequence[str], methods: Sequence[str]) -> list[tuple[str, str]]:
    return [(model, method) for model in models for method in methods if method in run.methods(model)]


def _mapped(run: Run, model: str, method: str, attributes: Sequence[str]) -> tuple[str, ...]:
    """Return the attributes of a method's maps; one without a name where it asks for none."""
    maps = run.maps(model, method)  # says which command makes them
    held = tuple(name for name in attributes if name in maps.attributes)
    return held if maps.asks_output else ("",)


def _rated(run: Run) -> set[tuple[str, str]]:
    """Return which models rated which attributes, read a row group at a time."""
    pairs: set[tuple[str, str]] = set()
    for group in run.groups(PREDICTIONS):
        rows: pa.Table = group.read("model", "attribute").group_by(["model", "attribute"]).aggregate([])
        pairs |= {(row["model"], row["attribute"]) for row in rows.to_pylist()}
    return pairs


def _named(what: str, names: Sequence[str], known: Iterable[str], run: Run) -> tuple[str, ...]:
    held = dict.fromkeys(known)
    for name in names:
        if name not in held:
            raise DataError(f"{run.root}: {unknown(what, name, held, label='The run has')}")
    return tuple(dict.fromkeys(names)) or tuple(held)
