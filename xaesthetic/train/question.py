"""What a training under way in a folder is of; another one is refused."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.files import remove, write_json
from xaesthetic.core.locks import hold


def validate_trainable(name: str) -> None:
    """Make sure that weights trained for a model can be chosen afterwards, as NAME=FOLDER.

    Raises
    ------
    ModelError
        If it is a library's network or a model folder, which take none.
    """
    choice = ModelChoice.parse(name)
    if choice.family or choice.folder or choice.source is not None:
        raise ModelError(
            f"{name}: is no model of 'xaesthetic list models'; a network of timm's or torchvision's, or a model folder, is "
            "trained with --head multigap."
        )


def begin(work: Path, question: Mapping[str, Any]) -> None:
    """Say in the folder of a training what it is of, where that is not said yet.

    Raises
    ------
    DataError
        As `refuse_another`.
    """
    if not _file(work).is_file():
        write_json(_file(work), question)
    refuse_another(work, question)


def refuse_another(work: Path, question: Mapping[str, Any]) -> None:
    """Make sure that the training under way in a folder, if there is one, is this one.

    Raises
    ------
    DataError
        If it is another one.
    """
    present = read_json(_file(work)) if _file(work).is_file() else question
    if present != question:
        differing = ", ".join(sorted(key for key in question if present.get(key) != question[key]))
        raise DataError(f"{work.parent}: another training was begun there ({differing} differ); choose another --out.")


@contextmanager
def working(out: Path, name: str) -> Iterator[Path]:
    """Hold the folder that a head is fitted into; gives where a stopped fit keeps what it goes on with, gone afterwards."""
    with hold(out / ".lock", f"training {name}"):
        work = out / f".{name}.features"
        yield work
        remove(work)


def _file(work: Path) -> Path:
    return work / "question.json"
