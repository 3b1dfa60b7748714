"""Photographs and the regions that people marked in them, as pictures."""

from collections.abc import Iterator
from pathlib import Path

from xaesthetic.core.attributes import NAMES
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.types import Annotation, Record
from xaesthetic.data.images import SUFFIXES

_PHOTOGRAPHS, _MASKS = "images", "masks"


@dataset()
def masks(root: Path | None = None) -> Iterator[Record]:
    """Photographs in images/ and PNG masks of the same names in masks/ or folders there (name the folder with --root).

    Salient objects, focus masks, or anything that people mark; what is not black is marked. Folders in masks/ are
    annotators, but one that is called like an attribute holds what was marked for that one: masks/light/anna/1.png. A
    photograph without a mask is there too; a mask without a photograph is left out and told.

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
    for stem, file in photographs.items():
        people = tuple(_marks(mask, root / _MASKS) for mask in marked.get(stem, ()))
        yield Record(file.name, file, original=file.name, annotations=people)
    for stem in sorted(set(marked) - set(photographs)):
        yield Record(stem, root / _PHOTOGRAPHS / stem, original=stem)


def _marked(folder: Path) -> dict[str, list[Path]]:
    """Every mask by its photograph's name."""
    result: dict[str, list[Path]] = {}
    for file in sorted(folder.rglob("*.png")):
        result.setdefault(file.stem, []).append(file)
    return result


def _marks(mask: Path, folder: Path) -> Annotation:
    below = mask.parent.relative_to(folder).parts
    attribute = next((part for part in below if part in NAMES), "")
    annotator = "/".join(part for part in below if part != attribute) or "annotator 1"
    return Annotation(annotator, attribute, region=mask.read_bytes())
