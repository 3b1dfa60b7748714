"""One self-contained page: photographs, maps, leaderboard, verdicts, for a colleague who has nothing installed."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from xaesthetic.core.documents import read_text
from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.types import ReportOptions
from xaesthetic.figures import style
from xaesthetic.paper.manifest import find_inside
from xaesthetic.paper.tables.predictions import to_csv
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run
from xaesthetic_reports._pages import page_script, policy_hash, render, source
from xaesthetic_reports._payload import payload
from xaesthetic_reports._slider import slider

_ROWS = 50_000
"""Ratings that travel inside the page."""
_BUDGET = 3_000_000  # bytes of PDF figures that travel inside the page


def _inside(run: Run) -> list[Path]:
    """Tables and figures beside the page; none that is a link out of the run."""
    files = sorted([*run.report.glob("*.csv"), *run.report.glob("*.pdf")])
    return [file for file in files if find_inside(run, file.name)]


@report(last=True, inputs=_inside)
def html_report(run: Run, options: ReportOptions) -> list[Path]:
    """Attribute by attribute all photographs and maps, coloured in the browser; one file without any network.

    Parameters
    ----------
    run
        With predictions and maps.
    options
        `scale` is what the page begins with.

    Returns
    -------
    ``report/report.html``; where the run has an edit slider, its pictures lie in ``report/slider/`` or in the page.
    """
    shown = payload(run) | {"scale": options.scale, "fade": options.fade, "colors": _colors()}
    shown["slider"] = slider(run, options.slider == "inside")
    shown["downloads"] = _downloads(run, [item["id"] for item in shown["photographs"]])
    script = page_script("page.js")
    style = source("page.css")
    page = render(
        "report.html.j2",
        {
            "told": shown,
            "json": json.dumps(shown, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c"),
            "script": script,
            "style": style,
            "hashes": {"script": policy_hash(script), "style": policy_hash(style)},
        },
    )
    file = run.report / "report.html"
    write_text(file, page)
    return [file]


def _colors() -> str:
    """256 colours of red, green and blue, as the figures have them."""
    import matplotlib as mpl

    table = (mpl.colormaps[style.COLORS](range(256))[:, :3] * 255).round().astype("uint8")
    return base64.b64encode(table.tobytes()).decode()


def _predictions(run: Run, shown: Sequence[str]) -> pd.DataFrame:
    """All ratings; of many photographs those that the page shows, as all of them lie beside it."""
    if sum(group.count for group in run.groups(PREDICTIONS)) <= _ROWS:
        return run.read(PREDICTIONS)
    return run.rows(PREDICTIONS, shown)


def _downloads(run: Run, shown: Sequence[str]) -> list[dict[str, Any]]:
    """Tables, and figures as PDF as far as there is room; the rest lie beside the page."""
    result: list[dict[str, Any]] = [
        {
            "name": "predictions.csv",
            "type": "text/csv",
            "text": to_csv(_predictions(run, shown), run.trained(), run.described()),
        }
    ]
    inside = _inside(run)
    tables = [file for file in inside if file.suffix == ".csv" and file.name != "predictions.csv"]
    result += [{"name": file.name, "type": "text/csv", "text": read_text(file)} for file in tables]
    figures_there, taken, room = [file for file in inside if file.suffix == ".pdf"], set(), _BUDGET
    for file in sorted(figures_there, key=lambda item: item.stat().st_size):  # as many as there is room for
        room -= file.stat().st_size
        if room >= 0:
            taken.add(file)
    for file in figures_there:
        data = base64.b64encode(file.read_bytes()).decode() if file in taken else ""
        result.append({"name": file.name, "type": "application/pdf", "base64": data})
    return result
