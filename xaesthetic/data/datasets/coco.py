"""Photographs and regions as COCO writes them (Lin et al., ECCV 2014; https://cocodataset.org/#format-data)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.types import Record
from xaesthetic.data.datasets._regions import Drawn, about, coco_runs, photograph, polygons, read_tasks, size_of, together


@dataset()
def coco(root: Path | None = None) -> Iterator[Record]:
    """COCO JSON with polygons or run lengths; a category that is called like an attribute is about that one (--root FILE).

    Other categories stand for all attributes. Photographs are looked for beside the file and in images/ there. An
    annotation's ``annotator``, which COCO itself has not, says who drew it. A region that cannot be read is left out and
    told; regions of unknown photographs too.

    Parameters
    ----------
    root
        The JSON file.

    Raises
    ------
    DataError
        If it is not there or not such a file.
    """
    told = read_tasks(root, "coco")
    try:
        labels = {each["id"]: about(each["name"]) for each in told.get("categories", ())}
        pictures = {each["id"]: each for each in told["images"]}
        drawn: dict[Any, list[Drawn]] = {}
        for each in told.get("annotations", ()):
            drawn.setdefault(each["image_id"], []).append(_drawn(each, labels, pictures.get(each["image_id"], {})))
        names = {identity: str(each["file_name"]) for identity, each in pictures.items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{root}: is not COCO's JSON of images and annotations ({type(error).__name__}: {error})."
        ) from error
    folder = Path(root).parent if root else Path()
    for identity in [*names, *(each for each in drawn if each not in names)]:
        name = names.get(identity, f"image {identity}, which is not among the file's images")
        yield Record(name, photograph(folder, name), original=name, people=tuple(together(drawn.get(identity, ()))))


def _drawn(each: dict[str, Any], labels: dict[Any, str], picture: dict[str, Any]) -> Drawn:
    annotator = str(each.get("annotator") or (each.get("attributes") or {}).get("annotator") or "annotator 1")
    label = labels.get(each.get("category_id"), "")
    marked = each.get("segmentation")
    if not marked:
        return annotator, label, f"annotation {each.get('id')}: has no segmentation"
    try:
        size = size_of(picture.get("height"), picture.get("width"))
        if isinstance(marked, dict):
            return annotator, label, coco_runs(marked["counts"], size_of(*marked["size"]))
        return annotator, label, polygons(marked, size)
    except (ValueError, TypeError, KeyError) as error:
        return annotator, label, f"annotation {each.get('id')}: {error}"
