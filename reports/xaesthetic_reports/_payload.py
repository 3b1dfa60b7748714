"""What the HTML report shows, as values that JSON can hold: pictures as data, maps as 8-bit PNGs with their scale."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from xaesthetic.core.beyond import beyond_words
from xaesthetic.core.described import Described
from xaesthetic.core.types import DECODES, Source
from xaesthetic.evaluation.completeness import COMPLETENESS
from xaesthetic.evaluation.edit_controls import EDIT_VERDICTS
from xaesthetic.evaluation.leaderboard import LEADERBOARD
from xaesthetic.evaluation.specificity import SPECIFICITY
from xaesthetic.evaluation.stability import STABILITY, StableCells
from xaesthetic.evaluation.stored import STORED, is_rounded
from xaesthetic.evaluation.summaries import EDIT_RESPONSE, PRECISION_SUMMARY
from xaesthetic.run.schemas import SAME_MAPS, Table
from xaesthetic.run.store import Run, model_key
from xaesthetic_reports._explained import series_notes, target_words
from xaesthetic_reports._findings import findings, opening, together
from xaesthetic_reports._photographs import photographs
from xaesthetic_reports._pictures import rounded
from xaesthetic_reports._strips import column, stable_cells


def payload(run: Run) -> dict[str, Any]:
    """Everything that the page shows of a finished run."""
    explained = _explained(run)
    shown = run.records_of(explained)
    attributes = run.rated_attributes()
    answered, described, cells = run.answered_by(), run.described(), StableCells(run)
    return {
        "data": run.experiment.data,
        "command": answered.command,
        "versions": dict(answered.versions),
        "inputs": dict(run.experiment.inputs),
        "question": {name: getattr(run.experiment, name) for name in ("seed", "batch", "device", "precision")}
        | ({"decode": run.experiment.decode} if run.experiment.decode != DECODES[0] else {})
        | ({"store": run.experiment.store} if is_rounded(run) else {})
        | ({"target": words} if (words := _target(run)) else {}),
        "opening": opening(run, described),
        "findings": findings(run),
        "given_up": run.experiment.given_up,
        "notes": series_notes(run),
        "attributes": [_attribute(described, name, list(answered.models)) for name in attributes] + _floors(run),
        "models": [{"key": key, **_source(answered.models[key])} for key in map(model_key, run.experiment.models)],
        "photographs": photographs(run, shown),
        "columns": [
            column(run, model, method, shown) | {"kept": stable_cells(cells, model, method, shown)}
            for model, method in run.places()
        ],
        "specificity": _summary(run, SPECIFICITY),
        "stability": _summary(run, STABILITY),
        "edits": _summary(run, EDIT_VERDICTS),
        "responses": _summary(run, EDIT_RESPONSE),
        "completeness": together(_verdicts(run)),
        "leaderboard": _summary(run, LEADERBOARD),
        "precision": _precision(run, described),
        "stored": _stored(run),
        "same_maps": _summary(run, SAME_MAPS),
    }


def _target(run: Run) -> str:
    """What the maps show, where that is not what raises the raw output."""
    said = [beyond_words(run.experiment.beyond)] if run.experiment.beyond else []
    return " ".join(filter(None, (target_words(run), *said)))


def _attribute(described: Described, name: str, models: Sequence[str]) -> dict[str, Any]:
    """An attribute's name and title, and in words and numbers the range of every model's ratings and of people's."""
    declared = {model: described.of_model(model, name) for model in models} | {"": described.of_people(name)}
    return {
        "name": name,
        "title": described.any(name).title,
        "question": described.any(name).question,
        "ranges": {
            key: {"low": rounded(item.low), "high": rounded(item.high), "about": item.about}
            for key, item in declared.items()
            if item.about
        },
    }


def _precision(run: Run, described: Described) -> list[dict[str, Any]]:
    """What a reduced precision changes at most: a row a model and method, with the attribute whose rating changes most."""
    if not run.has(PRECISION_SUMMARY):
        return []
    rows = []
    for (model, method), known in run.read(PRECISION_SUMMARY).groupby(["model", "method"], sort=False):
        worst = known.sort_values("rating", ascending=False, kind="stable").iloc[0]
        title = described.of_model(str(model), str(worst["attribute"])).title
        change = {"rating": rounded(float(worst["rating"])), "map": rounded(float(known["map"].max()))}
        photographs = int(worst["photographs"])
        rows.append({"model": model, "method": method, "photographs": photographs, "attribute": title, **change})
    return rows


def _stored(run: Run) -> list[dict[str, Any]]:
    """What keeping maps in float16 changes at most: a row a model and method."""
    rows = []
    known = run.read(STORED).groupby(["model", "method"], sort=False) if run.has(STORED) else ()
    for (model, method), table in known:
        dtype, why = table["dtype"].iloc[0], table["why"].iloc[0]
        errors = {name: rounded(float(table[name].max())) for name in ("largest", "mean", "total")}
        rows.append({"model": model, "method": method, "kept": f"{dtype}: {why}" if why else dtype, **errors})
    return rows


def _floors(run: Run) -> list[dict[str, Any]]:
    """Return what the page has beside attributes: no name, for what is the same for all of them; nothing where none is."""
    present = any(not run.maps(*place).asks_output for place in run.places())
    return [{"name": "", "title": "none: maps that ask no attribute", "question": "", "ranges": {}}] if present else []


def _explained(run: Run) -> set[str]:
    return {image for place in run.places()[:1] for image in run.maps(*place).images}


def _source(source: Source) -> dict[str, Any]:
    return {name: getattr(source, name) for name in ("citation", "licence", "trained", "files")}


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON, nan as None."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _verdicts(run: Run) -> list[dict[str, Any]]:
    """Whether maps add up, in words."""
    names = ("model", "method", "attribute", "verdict")
    return [{name: row[name] for name in names} for row in _summary(run, COMPLETENESS)]


def _summary(run: Run, table: Table) -> list[dict[str, Any]]:
    return _plain(run.read(table)) if run.has(table) else []
