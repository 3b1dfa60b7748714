"""How a network is trained: every choice in one readable file, kept beside the weights."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from xaesthetic.core.attributes import NAMES
from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError, unknown
from xaesthetic.data.edits import EDITS

_FOLDER = Path(__file__).with_name("recipes")
_ONE_OF = {
    "labels": ("ratings", "edits"),
    "optimizer": ("adagrad", "adamw", "sgd"),
    "precision": ("auto", "full", "mixed"),
    "select": ("loss", "rho"),
}
_LINKS = ("identity", "tanh", "sigmoid")
_NUMBERS = ("learning_rate", "epsilon", "batch", "epochs")
_WHOLE = ("batch", "epochs", "seed")


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every choice of a training. Labels are used as they are: their means and standard deviations are not needed."""

    attributes: tuple[str, ...]
    """The outputs, in order."""
    links: Mapping[str, str]
    """What lies between raw output and rating: `identity`, `tanh` or `sigmoid` for every attribute."""
    loss_weights: Mapping[str, float]
    """The weight of every attribute's mean squared error."""
    labels: str = "ratings"
    """`ratings` of the data set, or the strengths of `edits` made of its photographs."""
    optimizer: str = "adagrad"
    """`adagrad`, `adamw` or `sgd`."""
    learning_rate: float = 1e-4
    epsilon: float = 1e-8
    """Of the optimizer, where it has one."""
    batch: int = 16
    """Photographs a step, over all processes."""
    epochs: int = 16
    flips: bool = True
    """Whether half of the photographs are mirrored, by chance."""
    size: tuple[int, int] | None = None
    """(height, width) in pixels; None for the network's own."""
    freeze_backbone: bool = False
    """Whether only the linear head is trained, on features computed once."""
    precision: str = "auto"
    """`full`, `mixed` (automatic mixed precision), or `auto`: mixed on CUDA only."""
    select: str = "loss"
    """The epoch kept: of the lowest loss, or of the highest mean `rho`, on the rows set apart for that."""
    edits: tuple[str, ...] = ()
    """Which edits are made where the labels are edits."""
    amounts: tuple[float, ...] = ()
    """How strong, each in (0, 1]."""
    photographs: int | None = None
    """At most how many photographs of the data set, drawn by chance; None for all. An edited one counts once."""
    seed: int = 0
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
    values = read_json(path)
    if not isinstance(values, dict):
        raise DataError(f"{path}: a recipe is a JSON object; see those in {_FOLDER}.")
    for change in changes:
        name, sign, text = change.partition("=")
        if not sign:
            raise DataError(f"{change!r} changes nothing; write NAME=VALUE, for example epochs=2.")
        values[name] = _value(text)
    return make_recipe(values, str(path if choice not in recipes() else choice))


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def make_recipe(values: Mapping[str, Any], where: str = "the recipe") -> Recipe:
    """A recipe from plain values; what is not named keeps its default.

    Raises
    ------
    DataError
        If a name is unknown or a value is not what it should be.
    """
    known = {item.name: item for item in fields(Recipe)}
    for name in values:
        if name not in known:
            raise DataError(f"{where}: {unknown('choice', name, known, label='There are')}")
    frozen: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    names = frozen.get("attributes")
    if not isinstance(names, tuple) or not names or not set(names) <= set(NAMES) or len(set(names)) < len(names):
        raise DataError(f"{where}: attributes must be a list of some of {', '.join(NAMES)}, each once.")
    for name in ("links", "loss_weights"):
        if not isinstance(frozen.setdefault(name, {}), dict) or not set(frozen[name]) <= set(names):
            raise DataError(f"{where}: {name} must be an object with some of the attributes.")
    frozen["links"] = {item: frozen["links"].get(item, "identity") for item in names}
    frozen["loss_weights"] = {item: frozen["loss_weights"].get(item, 1.0) for item in names}
    recipe = Recipe(**frozen)
    _check(recipe, where)
    return recipe


def _check(recipe: Recipe, where: str) -> None:
    for name, choices in _ONE_OF.items():
        if getattr(recipe, name) not in choices:
            raise DataError(f"{where}: {name} is {getattr(recipe, name)!r}; it must be one of {', '.join(choices)}.")
    for name in (*_NUMBERS, *_WHOLE):
        value, least = getattr(recipe, name), 0 if name == "seed" else 1e-12
        if isinstance(value, bool) or not isinstance(value, int if name in _WHOLE else (int, float)) or value < least:
            kind = "a whole number" if name in _WHOLE else "a number"
            raise DataError(
                f"{where}: {name} is {value!r}; it must be {kind} {'of 0 or more' if least == 0 else 'above 0'}."
            )
    for name in ("flips", "freeze_backbone"):
        if not isinstance(getattr(recipe, name), bool):
            raise DataError(f"{where}: {name} is {getattr(recipe, name)!r}; it must be true or false.")
    for attribute, link in recipe.links.items():
        if link not in _LINKS:
            raise DataError(f"{where}: the link of {attribute} is {link!r}; it must be one of {', '.join(_LINKS)}.")
    for attribute, weight in recipe.loss_weights.items():
        if not isinstance(weight, int | float) or not 0 <= weight < float("inf"):
            raise DataError(f"{where}: the loss weight of {attribute} is {weight!r}; it must be a number of 0 or more.")
    _validate_pictures(recipe, where)


def _validate_pictures(recipe: Recipe, where: str) -> None:
    if recipe.photographs is not None and not (type(recipe.photographs) is int and recipe.photographs > 0):
        raise DataError(f"{where}: photographs is {recipe.photographs!r}; it must be a whole number above 0, or null.")
    size = recipe.size
    if size is not None and not (
        isinstance(size, tuple) and len(size) == 2 and all(type(n) is int and n > 31 for n in size)
    ):
        raise DataError(f"{where}: size is {size!r}; it must be [height, width] of at least 32 pixels, or null.")
    if recipe.labels == "edits":
        unknown_edits = set(recipe.edits) - set(EDITS)
        amounts = all(isinstance(item, int | float) and 0 < item <= 1 for item in recipe.amounts)
        if unknown_edits or not recipe.edits or not recipe.amounts or not amounts:
            raise DataError(
                f"{where}: labels are edits, so edits (of {', '.join(EDITS)}) and amounts, each in (0, 1], must be given."
            )


def plain(recipe: Recipe) -> dict[str, Any]:
    """The recipe as JSON takes it."""
    return dataclasses.asdict(recipe)
