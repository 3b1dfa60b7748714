"""What the page shows where no script may run, as in previews of mail and viewers of files: pictures and tables as text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from PIL import Image

from xaesthetic.evaluation.leaderboard import LEADERBOARD, leading_metrics
from xaesthetic.paper.manifest import find_inside
from xaesthetic.run.store import Run
from xaesthetic_reports._pictures import jpeg_uri
from xaesthetic_reports._stems import folded, stem_of

_WIDTH, _QUALITY = 1000, 48  # pixels across of a figure that can still be read; of its JPEG
_SHARE, _LEAST = 0.2, 300_000
"""Of the page's other bytes, at most so much for its pictures, and so many bytes in any case: with the tables a page of ten
photographs or more grows by a quarter at most."""
_PHOTOGRAPHS = 12
"""At most so many photographs' own pictures are looked for."""
_ROWS = 600
"""Rows of ratings that are written out; of more only the first attribute's, and no more of those."""


def grids_of(run: Run) -> list[str]:
    """Return the names of the figures that may be shown, those that were drawn, by attribute."""
    return [name for known in _drawn(run).values() for name in known]


def _drawn(run: Run) -> dict[str, dict[str, str]]:
    """For every attribute the files of its figure, or of its pictures of single photographs, with what each is of."""
    names = run.rated_attributes()
    known = {name: {f"attribute_grid_{name}.png": ""} for name in names}
    known = {name: files for name, files in known.items() if find_inside(run, *files)}
    if len(known) < len(names) and (run.report / "overlays").is_dir():
        images = run.photographs().ids
        stems = Counter(folded(stem_of(image, name)) for image in images for name in names)
        for name in names:
            places = {image: stem_of(image, name) for image in images[:_PHOTOGRAPHS]}
            files = {f"overlays/{stem}.png": image for image, stem in places.items() if stems[folded(stem)] == 1}
            known.setdefault(name, {file: image for file, image in files.items() if find_inside(run, file)})
    return {name: known[name] for name in names if known.get(name)}


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
    pictures, left_out = _pictures(run, order, titles, max(_LEAST, int(_SHARE * size)))
    ratings = _ratings(shown, order)
    return {
        "pictures": pictures,
        "left_out": left_out,
        "ratings": ratings,
        "unrated": [titles[name] for name in order[len(ratings) :]],
        "leaders": _leaders(run, titles),
    }


def _in_order(shown: Mapping[str, Any]) -> list[str]:
    """The attributes, what the page opens on first."""
    first = (shown["opening"] or {}).get("attribute", "")
    names = [item["name"] for item in shown["attributes"] if item["name"]]
    return sorted(names, key=lambda name: name != first)


def _pictures(
    run: Run, order: Sequence[str], titles: Mapping[str, str], room: int
) -> tuple[list[dict[str, Any]], list[str]]:
    """As many as there is room for, one in any case; and the titles of those that there is none for."""
    drawn, pictures, left_out = _drawn(run), list[dict[str, Any]](), list[str]()
    for name, file, image in ((key, *item) for key in order for item in drawn.get(key, {}).items()):
        title = f"{titles[name]}: {image}" if image else titles[name]
        if room <= 0 and pictures:
            left_out.append(title)
            continue
        picture = _small(run, file) | {"title": title}
        room -= len(picture["src"])
        if room < 0 and pictures:
            left_out.append(title)
        else:
            pictures.append(picture)
    return pictures, left_out


def _small(run: Run, name: str) -> dict[str, Any]:
    with Image.open(run.report / name) as file:
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
    """The leaderboard by the most telling metric of each attribute; all of them are in its file."""
    if not run.has(LEADERBOARD) or not len(table := run.read(LEADERBOARD)):
        return None
    wanted = {name: leading_metrics(rows)[:1] for name, rows in table.groupby("attribute", sort=False) if name}
    metrics = list(dict.fromkeys(chain.from_iterable(wanted.values()))) or leading_metrics(table)[:1]  # and of floors all
    rows = [row for row in table.to_dict("records") if row["metric"] in wanted.get(row["attribute"], metrics)]
    return {"metrics": metrics, "rows": [row | {"title": titles.get(row["attribute"], row["attribute"])} for row in rows]}
