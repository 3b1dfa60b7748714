"""The fields of a FiftyOne data set: what they are called, and how its metadata.json declares them."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from xaesthetic.exporters._names import Names
from xaesthetic.exporting.choice import MapPlace
from xaesthetic.run.store import Run

_VERSION = "1.0.0"  # of FiftyOne, whose documents these are; later versions bring them up to date
_NAME = "xaesthetic"
_TEXT, _NUMBER, _WHOLE = "StringField", "FloatField", "IntField"
_EMBEDDED, _OBJECT, _LIST, _TIME = "EmbeddedDocumentField", "ObjectIdField", "ListField", "DateTimeField"
Field = Mapping[str, Any]


def digest(*names: str) -> str:
    """Return hexadecimal digits that stand for some names, the same every time."""
    return hashlib.sha256("\0".join(names).encode("utf-8", "backslashreplace")).hexdigest()


def names() -> Names:
    """Return what gives fields their names: as FiftyOne takes them, without dots."""
    return Names(r"\W+", "_")


def where(places: Sequence[MapPlace], named: Names) -> dict[MapPlace, str]:
    """Return the field of every map: ``map_MODEL_METHOD_ATTRIBUTE``."""
    return {place: named.of("map", *place.parts) for place in places}


def rating_fields(pairs: Sequence[tuple[str, str]], named: Names) -> dict[tuple[str, str], str]:
    """Return the field of every rating: ``rating_MODEL_ATTRIBUTE``."""
    return {pair: named.of("rating", *pair) for pair in pairs}


def people_fields(attributes: Sequence[str], named: Names) -> dict[str, str]:
    """Return the field of every attribute that people rated: ``people_ATTRIBUTE``."""
    return {attribute: named.of("people", attribute) for attribute in attributes}


def metadata(
    run: Run, maps: Mapping[MapPlace, str], ratings: Mapping[tuple[str, str], str], people: Mapping[str, str]
) -> dict[str, Any]:
    """Return what FiftyOne keeps of a data set besides its samples.

    Parameters
    ----------
    run
        The run.
    maps, ratings, people
        Their fields.
    """
    described = run.described()
    fields = [*_usual(), *(_field(name, _TEXT) for name in ("photograph", "original", "edit", "credit"))]
    for (model, attribute), name in ratings.items():
        item = described.of_model(model, attribute)
        fields.append(_field(name, _NUMBER, about=f"{item.title} as {model} rates it{_within(item.range)}"))
    fields += [_field(name, _NUMBER, about=f"{attribute} as people rated it") for attribute, name in people.items()]
    for place, name in maps.items():
        fields.append(_heatmap(name, f"{', '.join(place.parts)}: signed, on the layer's own grid"))
    info = {
        "made_by": _NAME,
        "trained": run.trained(),
        "maps": {name: [*place.parts] for place, name in maps.items()},
        "ratings": {name: [*pair] for pair, name in ratings.items()},
    }
    return {
        "name": _NAME,
        "version": _VERSION,
        "media_type": "image",
        "sample_collection_name": f"samples.{digest(str(run.root))[:24]}",
        "persistent": False,
        "tags": [],
        "info": info,
        "app_config": {"grid_media_field": "filepath", "media_fields": ["filepath"], "modal_media_field": "filepath"},
        "sample_fields": fields,
        "frame_fields": [],
        "group_media_types": {},
        **{kind: {} for kind in ("classes", "mask_targets", "default_mask_targets", "skeletons")},
        **{kind: [] for kind in ("default_classes", "saved_views", "workspaces")},
        **{kind: {} for kind in ("annotation_runs", "brain_methods", "evaluations", "runs")},
    }


def _within(span: str) -> str:
    return f", {span}" if span else ""


def _usual() -> list[Field]:
    """The fields that every data set has."""
    sizes = [_field(name, _WHOLE) for name in ("size_bytes", "width", "height", "num_channels")]
    inner = [sizes[0], _field("mime_type", _TEXT), *sizes[1:]]
    return [
        _field("id", _OBJECT, key="_id"),
        _field("filepath", _TEXT),
        _field("tags", _LIST, subfield=_TEXT),
        _field("metadata", _EMBEDDED, document="metadata.ImageMetadata", fields=inner),
        *(_field(name, _TIME, fixed=True) for name in ("created_at", "last_modified_at")),
        _field("_media_type", _TEXT),
        _field("_rand", _NUMBER),
        _field("_dataset_id", _OBJECT),
    ]


def _heatmap(name: str, about: str) -> Field:
    inner = [
        _field("id", _OBJECT, key="_id"),
        _field("tags", _LIST, subfield=_TEXT),
        _field("map", "ArrayField"),
        _field("map_path", _TEXT),
        _field("range", "HeatmapRangeField", subfield=_NUMBER),
    ]
    return _field(name, _EMBEDDED, document="labels.Heatmap", fields=inner, about=about)


def _field(
    name: str,
    kind: str,
    *,
    key: str = "",
    document: str = "",
    subfield: str = "",
    fields: Sequence[Field] = (),
    about: str = "",
    fixed: bool = False,
) -> Field:
    core = "fiftyone.core."
    return {
        "name": name,
        "ftype": f"{core}fields.{kind}",
        "embedded_doc_type": f"{core}{document}" if document else None,
        "subfield": f"{core}fields.{subfield}" if subfield else None,
        "fields": [*fields],
        "db_field": key or name,
        "description": about or None,
        "info": None,
        "read_only": fixed,
        "created_at": None,
    }
