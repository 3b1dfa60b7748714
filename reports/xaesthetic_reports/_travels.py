"""What travels in the page for its script, in few bytes: nothing that only stands there as text, nothing twice.

`start` in state.js makes of it what the other modules read.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

_WRITTEN = (
    "command", "completeness", "data", "edits", "given_up", "inputs", "notes", "precision", "question", "responses",
    "same_maps", "stored", "versions",
)  # fmt: skip
"""What stands in the page as text alone: no script reads it."""
_READ = {
    "findings": ("model", "method", "attributes", "holds"),
    "models": ("key",),
    "specificity": ("model", "method", "verdict", "warns"),
    "stability": ("model", "method", "attribute", "verdict", "determined"),
}
"""What the script reads of rows that stand in the page as text; of findings the sentences there, in the same order."""
_OFTEN_EMPTY = ("edit", "credit", "seen", "ratings", "people")
"""What is left out of a photograph that has none."""


def travelling(shown: Mapping[str, Any]) -> str:
    """Return the page's values as JSON that may stand in a script element.

    Parameters
    ----------
    shown
        The page's values.
    """
    names = [item["name"] for item in shown["attributes"]]
    fewer = {name: [{key: row[key] for key in keys} for row in shown[name]] for name, keys in _READ.items()}
    values = {name: value for name, value in shown.items() if name not in _WRITTEN} | fewer
    values["attributes"] = [_attribute(item) for item in shown["attributes"]]
    values["photographs"] = [_photograph(item, names) for item in shown["photographs"]]
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _attribute(known: Mapping[str, Any]) -> dict[str, Any]:
    """Its name, title and ranges; the question that people were asked stands in the page."""
    return {"name": known["name"], "title": known["title"], "ranges": _ranges(known["ranges"])}


def _ranges(ranges: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each range once, with the names of those whose it is."""
    different: dict[str, dict[str, Any]] = {}
    for name, item in ranges.items():
        different.setdefault(repr(item), {**item, "of": []})["of"].append(name)
    return list(different.values())


def _photograph(known: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Its ratings are lists, in the order of the attributes, None where there is none."""
    kept = {key: value for key, value in known.items() if value or key not in _OFTEN_EMPTY}
    rated = {model: [ratings.get(name) for name in names] for model, ratings in known["predictions"].items()}
    return kept | {"predictions": rated}
