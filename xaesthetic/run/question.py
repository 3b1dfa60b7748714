"""experiment.json: the question of a run and what answered it, parsed once into typed values.

Run folders come from strangers too. So names that become parts of paths or keys of tables are bounded here: nobody checks
them again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.places import redact, to_place
from xaesthetic.core.targets import describe_target
from xaesthetic.core.types import DECODES, PRECISIONS, STORES, Experiment, Source
from xaesthetic.data.sources import is_source
from xaesthetic.run.versions import read_schema

_LONGEST = 200
"""Bytes of a name: it becomes a file's, with a suffix."""
_LARGEST = {"seed": 2**63 - 1, "batch": 2**31 - 1, "pick": 2**31 - 1}

_ONLY_CHOSEN: Mapping[str, object] = {"store": STORES[0], "decode": DECODES[0]}
"""Fields that are written only where they are not this, so that older questions keep their bytes."""


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
    family: tuple[str, ...] = ()
    """The methods that are there as part of a family (`all-cam`): a model may lack one, and equal ones are one row."""
    batch: int = 0
    """The batch that the run was begun with, where memory did not suffice for it; 0 where it did."""


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
    if any(not path or "\0" in path for path in experiment.photographs):
        raise DataError(f"{where}.photographs: one is empty or holds a null; files and folders were wanted.")
    strange = sorted(set(experiment.identities) - set(experiment.models))
    if strange:
        raise DataError(f"{where}.identities: names {strange[0]!r}, which is none of the models.")


def name_photographs(paths: Sequence[str | Path]) -> dict[str, Any]:
    """Return the fields of an experiment that is about photographs and folders named one by one.

    A folder alone is the same as that folder as data, and so is a list, or shards.

    Parameters
    ----------
    paths
        Files and folders, one or more.

    Examples
    --------
    >>> name_photographs(["a.jpg", "b.jpg"])
    {'data': 'a.jpg and 1 more', 'photographs': ('a.jpg', 'b.jpg')}
    """
    names = tuple(map(str, paths))
    if len(names) == 1 and (is_source(names[0]) or Path(names[0]).is_dir()):
        return {"data": names[0]}
    first = to_place(names[0]).name or redact(names[0])
    return {"data": first if len(names) == 1 else f"{first} and {len(names) - 1} more", "photographs": names}


def without_secrets(experiment: Experiment) -> Experiment:
    """Return a question as it is kept: addresses in it without names, passwords and signatures."""
    photographs = tuple(map(redact, experiment.photographs))
    root = None if experiment.root is None else redact(experiment.root)
    return replace(experiment, data=redact(experiment.data), root=root, photographs=photographs)


def as_kept(experiment: Experiment) -> dict[str, Any]:
    """Return a question as experiment.json holds it: what came with version 4 only where it is not the default."""
    values = asdict(experiment)
    return {name: value for name, value in values.items() if name not in _ONLY_CHOSEN or value != _ONLY_CHOSEN[name]}


def default_folder(experiment: Experiment) -> Path:
    """Return a run folder whose name tells the question: equal questions meet, others never do."""
    experiment = without_secrets(experiment)
    later = (
        "precision",
        "photographs",
        "identities",
        "target",
        "of",
        "zero",
        "beyond",
        "shard",
        "store",
        "decode",
    )  # folders named before these came stay
    values = {item.name: getattr(experiment, item.name) for item in fields(Experiment)}
    usual = {"precision": PRECISIONS[0], "target": "up", "of": "raw", "store": STORES[0], "decode": DECODES[0]}
    known = {name: value for name, value in values.items() if name not in later or (value and value != usual.get(name))}
    question = f"Experiment({', '.join(f'{name}={value!r}' for name, value in known.items())})"
    data = "".join("-" if letter in ":/\\" else letter for letter in Path(experiment.data).name) or "photographs"
    name = f"{data}-{'-'.join(experiment.attributes)}"
    return Path("runs") / f"{name[:60]}-{sha256(question.encode()).hexdigest()[:8]}"


def target_words(experiment: Experiment) -> str:
    """Return what an experiment's maps show, where that is not what raises the raw output."""
    said = describe_target(experiment.target, experiment.of, experiment.zero)
    return ", ".join(filter(None, (f"beyond {experiment.beyond}" if experiment.beyond else "", said)))


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


def in_batch_of(document: Document, experiment: Experiment) -> Experiment:
    """Return a question with a run's batch, where the run was begun with the question's and had no memory for that."""
    begun = document.answered_by.batch if document.answered_by else 0
    return replace(experiment, batch=document.question.batch) if experiment.batch == begun else experiment


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
