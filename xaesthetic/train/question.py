"""What a training under way in a folder is of; another one is refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import write_json


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


def _file(work: Path) -> Path:
    return work / "question.json"
