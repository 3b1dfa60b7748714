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
    known = read_tasks(root, "coco")
    try:
        labels = {item["id"]: about(item["name"]) for item in known.get("categories", ())}
        pictures = {item["id"]: item for item in known["images"]}
        drawn: dict[Any, list[Drawn]] = {}
        for item in known.get("annotations", ()):
            drawn.setdefault(item["image_id"], []).append(_drawn(item, labels, pictures.get(item["image_id"], {})))
        names = {identity: str(item["file_name"]) for identity, item in pictures.items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{root}: is not COCO's JSON of images and annotations ({type(error).__name__}: {error})."
        ) from error
    folder = Path(root).parent if root else Path()
    for identity in [*names, *(item for item in drawn if item not in names)]:
        name = names.get(identity, f"image {identity}, which is not among the file's images")
        yield Record(name, photograph(folder, name), original=name, annotations=tuple(together(drawn.get(identity, ()))))


def _drawn(annotation: dict[str, Any], labels: dict[Any, str], picture: dict[str, Any]) -> Drawn:
    annotator = str(annotation.get("annotator") or (annotation.get("attributes") or {}).get("annotator") or "annotator 1")
    label = labels.get(annotation.get("category_id"), "")
    marked = annotation.get("segmentation")
    if not marked:
        return annotator, label, f"annotation {annotation.get('id')}: has no segmentation"
    try:
        size = size_of(picture.get("height"), picture.get("width"))
        if isinstance(marked, dict):
            return annotator, label, coco_runs(marked["counts"], size_of(*marked["size"]))
        return annotator, label, polygons(marked, size)
    except (ValueError, TypeError, KeyError) as error:
        return annotator, label, f"annotation {annotation.get('id')}: {error}"
