"""How a network is trained: every choice in one readable file, kept beside the weights."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta

from xaesthetic.core.attributes import NAMES, name_problem
from xaesthetic.core.documents import convert, parse_json, read_json
from xaesthetic.core.errors import DataError, unknown
from xaesthetic.data.edits import EDITS

_FOLDER = Path(__file__).with_name("recipes")
_MOST = 1 << 20
"""Bytes of a recipe."""
_Side = Annotated[int, Meta(ge=32, le=10_000)]
_Weight = Annotated[float, Meta(ge=0, le=1e9)]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every choice of a training. Labels are used as they are: their means and standard deviations are not needed."""

    attributes: tuple[str, ...]
    """The outputs, in order."""
    links: Mapping[str, Literal["identity", "tanh", "sigmoid"]]
    """What lies between raw output and rating: `identity`, `tanh` or `sigmoid` for every attribute."""
    loss_weights: Mapping[str, _Weight]
    """The weight of every attribute's mean squared error."""
    labels: Literal["ratings", "edits"] = "ratings"
    """`ratings` of the data set, or the strengths of `edits` made of its photographs."""
    optimizer: Literal["adagrad", "adamw", "sgd"] = "adagrad"
    """`adagrad`, `adamw` or `sgd`."""
    learning_rate: Annotated[float, Meta(gt=0, le=1e6)] = 1e-4
    epsilon: Annotated[float, Meta(gt=0, le=1)] = 1e-8
    """Of the optimizer, where it has one."""
    batch: Annotated[int, Meta(ge=1, le=1_000_000)] = 16
    """Photographs a step, over all processes."""
    epochs: Annotated[int, Meta(ge=1, le=1_000_000)] = 16
    flips: bool = True
    """Whether half of the photographs are mirrored, by chance."""
    size: tuple[_Side, _Side] | None = None
    """(height, width) in pixels; None for the network's own."""
    freeze_backbone: bool = False
    """Whether only the linear head is trained, on features computed once."""
    precision: Literal["auto", "full", "mixed"] = "auto"
    """`full`, `mixed` (automatic mixed precision), or `auto`: mixed on CUDA only."""
    select: Literal["loss", "rho"] = "loss"
    """The epoch kept: of the lowest loss, or of the highest mean `rho`, on the rows set apart for that."""
    edits: tuple[str, ...] = ()
    """Which edits are made where the labels are edits."""
    amounts: tuple[Annotated[float, Meta(gt=0, le=1)], ...] = ()
    """How strong, each in (0, 1]."""
    photographs: Annotated[int, Meta(ge=1, le=1 << 40)] | None = None
    """At most how many photographs of the data set, drawn by chance; None for all. An edited one counts once."""
    seed: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] = 0
    """For the order, the mirroring and, where the data set has no lists, who is tested."""
    notes: str = field(default="", compare=False)
    """Where the choices come from."""


def recipes() -> tuple[str, ...]:
    """The names of the recipes that come with the library."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.json")))


def read_recipe(choice: str, changes: Sequence[str] = ()) -> Recipe:
    """Read a recipe by its name or from a file, with changes.

    Parameters
    ----------
    choice
        One of `recipes()`, or the path of a JSON file.
    changes
        Texts like ``epochs=2`` or ``attributes=["light"]``; what stands behind the sign is JSON, or else plain text.

    Raises
    ------
    DataError
        If there is no such recipe, or a value is not what it should be; names it.
    """
    path = _FOLDER / f"{choice}.json"
    if choice not in recipes():
        path = Path(choice)
        if path.suffix != ".json":
            raise DataError(f"{unknown('recipe', choice, recipes(), label='There are')} Or give a .json file.")
    values = read_json(path, dict[str, Any], _MOST)
    for change in changes:
        name, sign, text = change.partition("=")
        if not sign:
            raise DataError(f"{change!r} changes nothing; write NAME=VALUE, for example epochs=2.")
        values[name] = _value(text)
    return make_recipe(values, str(path if choice not in recipes() else choice))


def _value(text: str) -> Any:
    try:
        return parse_json(text, "a choice")
    except DataError:
        return text


def make_recipe(values: Mapping[str, Any], where: str = "the recipe") -> Recipe:
    """A recipe from plain values; what is not named keeps its default.

    Raises
    ------
    DataError
        If a name is unknown or a value is not what it should be.
    """
    known = [item.name for item in fields(Recipe)]
    for name in values:
        if name not in known:
            raise DataError(f"{where}: {unknown('choice', name, known, label='There are')}")
    recipe = convert({"links": {}, "loss_weights": {}, **values}, where, Recipe)
    names = recipe.attributes
    if not names or any(map(name_problem, names)) or len(set(names)) < len(names):
        raise DataError(f"{where}: attributes must be a list of names, such as {', '.join(NAMES)}, each once.")
    if recipe.labels == "edits" and not set(names) <= set(NAMES):
        raise DataError(f"{where}: labels are edits, which say something about {', '.join(NAMES)} only.")
    for name, keys in (("links", recipe.links), ("loss_weights", recipe.loss_weights)):
        if not set(keys) <= set(names):
            raise DataError(f"{where}: {name} must be an object with some of the attributes.")
    if recipe.labels == "edits" and not (recipe.edits and recipe.amounts and set(recipe.edits) <= set(EDITS)):
        raise DataError(
            f"{where}: labels are edits, so edits (of {', '.join(EDITS)}) and amounts, all in (0, 1], are needed."
        )
    complete: Recipe = replace(
        recipe,
        links={item: recipe.links.get(item, "identity") for item in names},
        loss_weights={item: recipe.loss_weights.get(item, 1.0) for item in names},
    )
    return complete


def plain(recipe: Recipe) -> dict[str, Any]:
    """The recipe as JSON takes it."""
    return dataclasses.asdict(recipe)
