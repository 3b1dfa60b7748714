"""Photographs and regions as COCO writes them (Lin et al., ECCV 2014; https://cocodataset.org/#format-data)."""

from collections.abc import Iterator
from pathlib import Path

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.files import printable
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data.datasets._coco_file import parse_file
from xaesthetic.data.datasets._exports import read_export
from xaesthetic.data.datasets._ratings import read_declared
from xaesthetic.data.datasets._regions import records


@dataset()
def coco(root: Path | None = None) -> Iterator[Record | PassedOver | Attribute]:
    """COCO JSON with polygons or run lengths; a category that is called like an attribute is about that one (--root FILE).

    Other categories stand for all attributes, which is said. Photographs are looked for beside the file and in images/
    there (`data.names` says how); one file under two ids is one photograph. An annotation's ``annotator``, which COCO itself
    has not, says who drew it. Where there is no segmentation but a box, the box is the region, which is said. What cannot
    be used is left out with its reason, be it a piece of a polygon, an annotation, a category or a photograph. Categories
    may also name what a file `attributes.toml` beside the export declares (see the data set `ratings`), and end in what a
    region does to the attribute: `light raises`, `light lowers`.

    Parameters
    ----------
    root
        The JSON file.

    Raises
    ------
    DataError
        If it is not there, not such a file, or without images.
    """
    known = read_export(root, "coco")
    where = printable(root) if root else ""
    if isinstance(known, list) and known and isinstance(known[0], dict) and "data" in known[0]:
        raise DataError(f"{where}: is not COCO's JSON of images and annotations, but Label Studio's: --data label_studio.")
    if not isinstance(known, dict) or not isinstance(known.get("images"), list):
        raise DataError(f"{where}: is not COCO's JSON of images and annotations (it has no list of images).")
    if not known["images"]:
        raise DataError(f"{where}: holds no images.")
    export = parse_file(known)
    export.declared = read_declared(root.parent) if root else ()
    yield from records(export, root.parent if root else Path())
