"""experiment.json: the question of a run and what answered it, parsed once into typed values.

Run folders come from strangers too. So names that become parts of paths or keys of tables are bounded here: nobody checks
them again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Experiment, Source
from xaesthetic.run.versions import read_schema

_LONGEST = 200
"""Bytes of a name: it becomes a file's, with a suffix."""
_LARGEST = {"seed": 2**63 - 1, "batch": 2**31 - 1, "pick": 2**31 - 1}


@dataclass(frozen=True, slots=True)
class Answer(Source):
    """A model that answered: where it comes from, and what it rates."""

    attributes: tuple[str, ...] = ()
    """Its outputs, in order."""
    described: tuple[Attribute, ...] = ()
    """What it declares of some of them: titles, ranges, directions."""


@dataclass(frozen=True, slots=True)
class AnsweredBy:
    """What answered a question."""

    models: Mapping[str, Answer]
    """By their keys."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of packages."""
    command: str = ""
    """The command line."""
    left_out: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By model and method why the one is not explained by the other, where the methods were not named."""
    described: tuple[Attribute, ...] = ()
    """What the data declares of the attributes that people rated."""


@dataclass(frozen=True, slots=True)
class Document:
    """What experiment.json holds; unknown keys are passed over."""

    question: Experiment
    answered_by: AnsweredBy | None = None
    schema: int = 1


def read_document(file: Path) -> Document:
    """Read an experiment.json.

    Raises
    ------
    DataError
        If it is missing, damaged, of a newer version, or a value is not what it should be; names the file and the place.
    """
    read_schema(file, read_json(file, dict))
    try:
        document = read_json(file, Document)
    except DataError as error:
        raise DataError(f"{file}: {str(error).removeprefix(f'{file}: ')}") from error  # an experiment knows no file
    validate_experiment(document.question, f"{file}, $.question")
    return document


def validate_experiment(experiment: Experiment, where: str = "the experiment") -> None:
    """Make sure that numbers are in range, and that names are names: unique, and no parts of a path.

    Parameters
    ----------
    experiment
        A question.
    where
        What to call it in an error.

    Raises
    ------
    DataError
        If one is not; names the field and the value.
    """
    for name, least in (("seed", 0), ("batch", 1), ("pick", 1)):
        value = getattr(experiment, name)
        if value is not None and not least <= value <= _LARGEST[name]:
            raise DataError(f"{where}.{name}: is {value}; {least} to {_LARGEST[name]} was wanted.")
    for name, values in (
        ("models", _keys(experiment.models, where)),
        ("methods", experiment.methods),
        ("attributes", experiment.attributes),
    ):
        _validate_names(values, f"{where}.{name}")
    if not experiment.data:
        raise DataError(f"{where}.data: is empty; the name of a data set or a folder was wanted.")


def validate_same(root: Path, held: Experiment, experiment: Experiment) -> None:
    """Make sure that a folder holds this very experiment.

    Raises
    ------
    DataError
        If it holds another one; names what differs.
    """
    for item in fields(Experiment):
        present, here = getattr(held, item.name), getattr(experiment, item.name)
        if present != here:
            raise DataError(
                f"{root}: holds another experiment: {item.name} is {_plain(present)} there and {_plain(here)} here; "
                "choose another folder with --out."
            )


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _keys(models: Iterable[str], where: str) -> list[str]:
    keys = []
    for text in models:
        if not text.isprintable():
            raise DataError(f"{where}.models: {text!r} holds a control character.")
        keys.append(ModelChoice.parse(text).key)
    return keys


def _validate_names(names: Iterable[str], where: str) -> None:
    seen = set()
    for name in names:
        _validate_name(name, where)
        if name in seen:
            raise DataError(f"{where}: {name!r} comes twice.")
        seen.add(name)


def _validate_name(name: str, where: str) -> None:
    if not is_name(name):
        raise DataError(f"{where}: {name[:_LONGEST]!r} is no name; one without slashes and control characters was wanted.")


def is_name(text: str) -> bool:
    """Whether a text can be one part of a path and a line in a terminal.

    Examples
    --------
    >>> is_name("multigap_lite0"), is_name("../x")
    (True, False)
    """
    fits = 0 < len(text.encode("utf-8", "replace")) <= _LONGEST
    return fits and text.isprintable() and text == text.strip() and text not in (".", "..") and not {"/", "\\"} & set(text)
