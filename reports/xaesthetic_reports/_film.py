"""Some steps of the edit slider as pictures and text, for a page whose script may not run."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float32
from PIL import Image

from xaesthetic.core.types import Pixels
from xaesthetic.data import images
from xaesthetic.figures import style
from xaesthetic.run.schemas import SLIDER_MAPS, SLIDER_PICTURES
from xaesthetic.run.store import Run
from xaesthetic_reports._pictures import jpeg_uri
from xaesthetic_reports._slider import maps_at

_FRAMES = 4
_SIDES = (200, 160, 120, 90)  # pixels of a frame's longer side: the largest that keeps to the room
_QUALITY = 60
_ROOM = 48_000
"""Bytes of all pictures together, as they stand in the page."""


def film(run: Run, shown: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return one photograph at some steps of one edit, with the maps and ratings of what the page opens on.

    Parameters
    ----------
    run
        With an edit slider, or without one.
    shown
        The page's values.

    Returns
    -------
    None where the run has no slider, or no photograph of it is left.
    """
    slider = shown["slider"]
    if not slider or not slider["photographs"]:
        return None
    photograph, names = slider["photographs"][0], _names(shown)
    edit = next((item for item in slider["edits"] if item["attribute"] in names), slider["edits"][0])
    amounts = slider["amounts"]
    chosen = np.linspace(0, len(amounts) - 1, min(_FRAMES, len(amounts))).round().astype(int)
    steps = [(edit["name"] if place else "", amounts[place]) for place in chosen]
    titles = {item["name"]: item["title"] for item in shown["attributes"]}
    first = 1 + slider["edits"].index(edit) * (len(amounts) - 1)
    places = [int(place) and first + int(place) - 1 for place in chosen]
    frames = _frames(run, photograph["id"], steps)
    edited: dict[str, Any] = {"title": "edited photograph", "alt": "the edited photograph", "ratings": [], "maps": None}
    rows = [edited, *_rows(run, photograph, names, steps, places, titles)]
    return {
        "photograph": photograph["name"] or photograph["id"],
        "credit": photograph["credit"],
        "edit": edit["title"],
        "does": edit["does"],
        "fitted": edit["fitted"],
        "attribute": titles.get(names[0], names[0]),
        "amounts": [amount for _, amount in steps],
        **_drawn(frames, rows),
    }


def _names(shown: Mapping[str, Any]) -> list[str]:
    """The attribute that the slider opens on, and those that are related to it."""
    slider, first = shown["slider"], (shown["opening"] or {}).get("attribute", "")
    rated = {name for item in slider["photographs"] for ratings in item["ratings"].values() for name in ratings}
    wanted = [first, slider["edits"][0]["attribute"], *(item["name"] for item in shown["attributes"])]
    name = next((name for name in wanted if name in rated), "")
    return [name, *slider["related"].get(name, [])]


def _frames(run: Run, image: str, steps: Sequence[tuple[str, float]]) -> list[Pixels]:
    rows = run.rows(SLIDER_PICTURES, [image], "image", "edit", "amount", "jpeg").set_index(["edit", "amount"])["jpeg"]
    return [np.asarray(Image.open(io.BytesIO(rows.loc[step])).convert("RGB")) for step in steps]


def _rows(
    run: Run,
    photograph: Mapping[str, Any],
    names: Sequence[str],
    steps: Sequence[tuple[str, float]],
    places: Sequence[int],
    titles: Mapping[str, str],
) -> Iterator[dict[str, Any]]:
    """Give a row for each model that rates one of the attributes: its maps by its first method, and its ratings."""
    maps = run.rows(SLIDER_MAPS, [photograph["id"]])
    for name in names:
        for model, ratings in photograph["ratings"].items():
            if name not in ratings:
                continue
            known = maps[(maps["model"] == model) & (maps["attribute"] == name)]
            methods = list(dict.fromkeys(known["method"]))[:1]
            title = " ".join([model, *methods, titles.get(name, name)])
            yield {
                "title": title,
                "alt": f"{title}: maps over the edited photograph",
                "ratings": [ratings[name][place] for place in places],
                "maps": list(maps_at(known[known["method"].isin(methods)], steps)) if methods else [],
            }


def _drawn(frames: Sequence[Pixels], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The rows with pictures that keep to the room."""
    for side in _SIDES:
        size = images.fitted_size(frames[0].shape[:2], side)
        small = [images.resize(frame, size) for frame in frames]
        pictures = [_side_by_side(small, row["maps"]) for row in rows]
        if sum(map(len, pictures)) <= _ROOM:
            break
    texts = [{name: row[name] for name in ("title", "alt", "ratings")} for row in rows]
    return {
        "width": size[1] * len(frames),
        "height": size[0],
        "rows": [text | {"src": picture} for text, picture in zip(texts, pictures, strict=True)],
    }


def _side_by_side(frames: Sequence[Pixels], maps: Sequence[Float32[np.ndarray, "_i _j"]] | None) -> str:
    """The frames as one picture, under their maps where there are some; nothing where there is none or one is no number."""
    if maps is not None:
        if not maps:
            return ""
        low, high = min(float(item.min()) for item in maps), max(float(item.max()) for item in maps)
        if not np.isfinite([low, high]).all():
            return ""
        large = [images.to_pixels(style.normalise(style.coarse(item), (low, high)), frames[0].shape[:2]) for item in maps]
        frames = [style.overlay(frame, item) for frame, item in zip(frames, large, strict=True)]
    return jpeg_uri(np.concatenate(frames, axis=1), _QUALITY)
