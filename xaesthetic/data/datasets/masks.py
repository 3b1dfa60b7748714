"""Photographs and the regions that people marked in them, as pictures."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.files import printable
from xaesthetic.core.types import Annotation, PassedOver, Record
from xaesthetic.data.datasets._exports import reason
from xaesthetic.data.datasets._mask_files import read_mask_file
from xaesthetic.data.datasets._mask_folders import MaskPath, name_folders, place_masks
from xaesthetic.data.datasets._photographs import header_size
from xaesthetic.data.datasets._ratings import read_declared
from xaesthetic.data.datasets._regions import meaning, remark_on_share
from xaesthetic.data.masks import read_mask
from xaesthetic.data.walk import walk

_PHOTOGRAPHS, _MASKS = "images", "masks"


@dataset()
def masks(root: Path | None = None) -> Iterator[Record | PassedOver | Attribute]:
    """Photographs in images/ and masks of the same names in masks/ or folders there (name the folder with --root).

    Salient objects, focus masks, or anything that people mark; what is neither black nor transparent is marked, however
    faint it is: of soft masks everything above 0 counts. PNG, BMP, TIFF and GIF; JPEG and WebP are refused, as they do not
    keep what is black.

    Folders in images/ are looked for in masks/ too: masks/a/1.png is of images/a/1.jpg. Other folders in masks/ are
    annotators, which is said; one that is called like an attribute holds what was marked for that one:
    masks/light/anna/1.png. A mask of 1.jpg may be called 1.jpg.png, and has to be where there is a photograph 1.png too. A
    photograph without a mask is there too; folders may also be called like what a file `attributes.toml` beside images/
    declares (see the data set `ratings`). A mask without a photograph is passed over and counted.

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
        where = printable(root) if root else "data set masks"
        raise DataError(f"{where}: no folders {_PHOTOGRAPHS} and {_MASKS} in it; name one that has them with --root.")
    declared = read_declared(root)
    yield from declared
    means = partial(meaning, declared=declared)
    photographs, files = walk(root / _PHOTOGRAPHS), walk(root / _MASKS)
    marked: dict[str, list[MaskPath]] = defaultdict(list)
    for mask in place_masks(files.photographs, photographs.photographs, means):
        marked[mask.photograph].append(mask)
    for name, problem in photographs.photographs.items():
        path, identity = root / _PHOTOGRAPHS / name, printable(Path(name))
        people = list(_annotations(path, marked.get(name, ()), root / _MASKS)) if not problem else []
        annotations = tuple(item for item in people if isinstance(item, Annotation))
        yield from (item for item in people if isinstance(item, PassedOver))
        yield Record(identity, path, original=identity, annotations=annotations, problem=problem)
    for mask in marked.get("", ()):
        yield PassedOver(f"{_MASKS}/{printable(Path(mask.path))}", f"mask of no photograph, as {mask.problem}")
    yield from name_folders(files.photographs, photographs.photographs, means)
    for below, walked in ((_PHOTOGRAPHS, photographs), (_MASKS, files)):
        yield from (replace(item, name=f"{below}/{item.name}") for item in walked.passed_over)


def _annotations(photograph: Path, marked: Sequence[MaskPath], folder: Path) -> Iterator[Annotation | PassedOver]:
    size = header_size(photograph) if marked else None
    for mask in marked:
        name = f"{_MASKS}/{printable(Path(mask.path))}"
        region = _read(mask, folder, size)
        if isinstance(region, str):
            yield Annotation(mask.annotator, mask.attribute, problem=f"{name}: {region}")
            continue
        with suppress(DataError, OSError, ValueError, SyntaxError):  # a damaged mask is left out later, with its reason
            yield from remark_on_share(name, read_mask(region))
        yield Annotation(mask.annotator, mask.attribute, region=region)


def _read(mask: MaskPath, folder: Path, size: tuple[int, int] | None) -> bytes | str:
    """Return a mask as PNG; or why it cannot be used."""
    if mask.problem or size is None:
        return mask.problem or "the photograph's size cannot be read"
    try:
        return read_mask_file(folder / mask.path, size)
    except DataError as error:
        return reason(error, printable(folder / mask.path))
