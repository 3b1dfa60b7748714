"""What the page shows where no script may run, as in previews of mail and viewers of files: pictures and tables as text."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from xaesthetic.evaluation.leaderboard import LEADERBOARD, leading_metrics
from xaesthetic.paper.manifest import find_inside
from xaesthetic.run.store import Run
from xaesthetic_reports._pictures import jpeg_uri

_WIDTH, _QUALITY = 1000, 48  # pixels across of a figure that can still be read; of its JPEG
_SHARE = 0.2
"""Of the page's other bytes, at most so much for its pictures: with the tables the page grows by a quarter at most."""
_ROWS = 600
"""Rows of ratings that are written out; of more only the first attribute's, and no more of those."""


def grids_of(run: Run) -> list[str]:
    """Return the names of the figures that are shown, those that were drawn, by attribute."""
    names = [f"attribute_grid_{name}.png" for name in run.rated_attributes()]
    return [name for name in names if (run.report / name).is_file() and find_inside(run, name)]


def still(run: Run, shown: Mapping[str, Any], size: int) -> dict[str, Any]:
    """Return pictures of the pick and tables for a page without scripts.

    Parameters
    ----------
    run
        Whose figures were drawn before the page.
    shown
        The page's values.
    size
        Bytes of the page without PDFs and without this.
    """
    order = _in_order(shown)
    titles = {item["name"]: item["title"] for item in shown["attributes"]}
    pictures, left_out = _pictures(run, order, titles, int(_SHARE * size))
    return {"pictures": pictures, "left_out": left_out, "ratings": _ratings(shown, order), "leaders": _leaders(run, titles)}


def _in_order(shown: Mapping[str, Any]) -> list[str]:
    """The attributes, what the page opens on first."""
    first = (shown["opening"] or {}).get("attribute", "")
    names = [item["name"] for item in shown["attributes"] if item["name"]]
    return sorted(names, key=lambda name: name != first)


def _pictures(
    run: Run, order: Sequence[str], titles: Mapping[str, str], room: int
) -> tuple[list[dict[str, Any]], list[str]]:
    """The grids, as many as there is room for, one in any case; and the titles of those that there is none for."""
    drawn, pictures, left_out = set(grids_of(run)), list[dict[str, Any]](), list[str]()
    for name in order:
        if f"attribute_grid_{name}.png" not in drawn:
            continue
        picture = _small(run, name) | {"title": titles[name]}
        room -= len(picture["src"])
        if room < 0 and pictures:
            left_out.append(titles[name])
        else:
            pictures.append(picture)
    return pictures, left_out


def _small(run: Run, name: str) -> dict[str, Any]:
    with Image.open(run.report / f"attribute_grid_{name}.png") as file:
        picture = file.convert("RGB")
    factor = min(1.0, _WIDTH / picture.width)
    size = round(picture.width * factor), max(1, round(picture.height * factor))
    pixels = np.asarray(picture.resize(size, Image.Resampling.LANCZOS))
    return {"src": jpeg_uri(pixels, _QUALITY), "width": size[0], "height": size[1]}


def _ratings(shown: Mapping[str, Any], order: Sequence[str]) -> list[dict[str, Any]]:
    """For every attribute people's ratings and the models' of every photograph; None where nobody rated one."""
    photographs, titles = shown["photographs"], {item["name"]: item["title"] for item in shown["attributes"]}
    chosen = order if len(order) * len(photographs) <= _ROWS else order[:1]
    tables = []
    for name in chosen:
        models = [item["key"] for item in shown["models"] if any(name in _of(row, item["key"]) for row in photographs)]
        people = ["people"] if any(name in row["ratings"] for row in photographs) else []
        rows = [
            {
                "name": row["id"],
                "values": [*(row["ratings"].get(name) for _ in people), *(_of(row, model).get(name) for model in models)],
            }
            for row in photographs[:_ROWS]
        ]
        tables.append(
            {"title": titles[name], "columns": [*people, *models], "rows": rows, "all": len(rows) == len(photographs)}
        )
    return tables


def _of(photograph: Mapping[str, Any], model: str) -> Mapping[str, float | None]:
    ratings: Mapping[str, float | None] = photograph["predictions"].get(model, {})
    return ratings


def _leaders(run: Run, titles: Mapping[str, str]) -> dict[str, Any] | None:
    """The leaderboard by the most telling metric; all of them are in its file."""
    if not run.has(LEADERBOARD) or not len(table := run.read(LEADERBOARD)):
        return None
    metric = leading_metrics(table)[0]
    rows = table[table["metric"] == metric].to_dict("records")
    return {"metric": metric, "rows": [row | {"title": titles.get(row["attribute"], row["attribute"])} for row in rows]}
