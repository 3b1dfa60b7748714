"""Photographs and the regions that people marked in them, as pictures."""

from collections.abc import Iterator
from pathlib import Path

from xaesthetic.errors import DataError
from xaesthetic.images import SUFFIXES
from xaesthetic.types import Marks, Record

_PHOTOGRAPHS, _MASKS = "images", "masks"


def masks(root: Path | None = None) -> Iterator[Record]:
    """Photographs in images/ and PNG masks of the same names in masks/ or masks/ANNOTATOR/ (name the folder with --root).

    Salient objects, focus masks, or anything that people mark; what is not black is marked. A photograph without a mask
    is there too; a mask without a photograph is refused.

    Parameters
    ----------
    root
        The folder that holds both.

    Raises
    ------
    DataError
        If it is not such a folder.
    """
    if root is None or not (root / _PHOTOGRAPHS).is_dir() or not (root / _MASKS).is_dir():
        raise DataError(
            f"{root or 'data set masks'}: no folders {_PHOTOGRAPHS} and {_MASKS} in it; name one that has them with --root."
        )
    marked = _marked(root / _MASKS)
    photographs = {file.stem: file for file in sorted((root / _PHOTOGRAPHS).iterdir()) if file.suffix.lower() in SUFFIXES}
    lost = sorted(set(marked) - set(photographs))
    if lost:
        raise DataError(f"{root / _MASKS}: {lost[0]}.png belongs to no photograph in {_PHOTOGRAPHS} ({len(lost)} do not).")
    for stem, file in photographs.items():
        people = tuple(Marks(annotator, region=mask.read_bytes()) for annotator, mask in marked.get(stem, ()))
        yield Record(file.name, file, original=file.name, people=people)


def _marked(folder: Path) -> dict[str, list[tuple[str, Path]]]:
    """Every mask by its photograph's name, with its annotator: the folder it lies in."""
    found: dict[str, list[tuple[str, Path]]] = {}
    for file in sorted(folder.rglob("*.png")):
        annotator = str(file.parent.relative_to(folder))
        found.setdefault(file.stem, []).append(("annotator 1" if annotator == "." else annotator, file))
    return found
