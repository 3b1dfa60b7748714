"""What was found, for the page: a sentence a map with links to where its measurements stand, and what is shown first."""

from collections.abc import Iterable, Mapping
from typing import Any

from xaesthetic.core.described import Described
from xaesthetic.evaluation.findings import FINDINGS
from xaesthetic.evaluation.opening import OPENING, are_told_apart, read_standings
from xaesthetic.run.store import Run

SECTIONS = {
    "predictions": "predicted",
    "summaries/edit_verdicts": "edited",
    "summaries/edit_response": "responses",
    "summaries/specificity": "specific",
    "summaries/stability": "determined",
    "summaries/leaderboard": "leaders",
    "summaries/completeness": "complete",
}
"""Where on the page a table's measurements stand."""
SECTION_TITLES = {
    "predicted": "ratings",
    "edited": "edits",
    "responses": "where maps change",
    "specific": "other attributes",
    "determined": "refits",
    "leaders": "people",
    "complete": "adding up",
}
"""What links to them say."""


def findings(run: Run) -> list[dict[str, Any]]:
    """Return a sentence a map, written once for all attributes of which a model's maps by a method have the same.

    None where a run was judged before there were such, and cannot be judged anew.
    """
    if not run.has(FINDINGS):
        return []
    described = run.described()
    rows = [
        {
            "model": row["model"],
            "method": row["method"],
            "attribute": row["attribute"],
            "holds": bool(row["holds"]),
            "failed": int(row["failed"]),
            "sentence": row["sentence"],
            "besides": row["besides"],
            "links": [SECTIONS[name] for name in str(row["tables"]).split(", ") if name in SECTIONS],
        }
        for row in run.read(FINDINGS).to_dict("records")
    ]
    return [row | {"titles": [described.any(name).title for name in row["attributes"]]} for row in together(rows)]


def together(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows that say the same of several attributes as one, which has their `attributes`; at the first one's place."""
    same: dict[str, dict[str, Any]] = {}
    for row in rows:
        said = {name: value for name, value in row.items() if name != "attribute"}
        same.setdefault(repr(said), said | {"attributes": []})["attributes"].append(row["attribute"])
    return list(same.values())


def opening(run: Run, described: Described) -> dict[str, Any] | None:
    """Return the attribute that is shown first, why, and which one's maps hold up worst; None where nothing says so."""
    table = run.read(OPENING) if run.has(OPENING) else None
    if table is None or not len(table):
        return None
    first, last = table[table["first"]].iloc[0], table.iloc[-1]
    name = str(last["attribute"])
    is_worst = are_told_apart(read_standings(table)) and not last["first"]
    worst = {"attribute": name, "title": described.any(name).title} if is_worst else None
    return {"attribute": str(first["attribute"]), "why": str(first["why"]), "worst": worst}
