"""One self-contained page: photographs, maps, leaderboard, verdicts, for a colleague who has nothing installed."""

import base64
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from xaesthetic.core.documents import read_text
from xaesthetic.core.facts import report
from xaesthetic.core.files import atomic_write
from xaesthetic.core.types import ReportOptions
from xaesthetic.figures import style
from xaesthetic.paper.manifest import find_inside
from xaesthetic.paper.tables.predictions import to_csv
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run
from xaesthetic_reports._beside import files_beside
from xaesthetic_reports._film import film
from xaesthetic_reports._findings import SECTION_TITLES
from xaesthetic_reports._glossary import glossary
from xaesthetic_reports._pages import page_script, page_style, policy_hash, render
from xaesthetic_reports._payload import payload
from xaesthetic_reports._slider import slider, slides
from xaesthetic_reports._still import grids_of, still
from xaesthetic_reports._travels import travelling

_ROWS = 50_000
"""Ratings that travel inside the page."""
_BUDGET = 3_000_000  # bytes of tables that travel inside the page, and of PDF figures


def _inside(run: Run) -> list[Path]:
    """Tables and figures beside the page, those that go into it; none that is a link out of the run."""
    files = sorted([*run.report.glob("*.csv"), *run.report.glob("*.pdf")])
    return [file for file in files if find_inside(run, file.name)] + [run.report / name for name in grids_of(run)]


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
    shown["downloads"] = _downloads(run, [item["id"] for item in shown["photographs"]])
    file, slid = run.report / "report.html", slides(run)
    with files_beside(run.report, slid and options.slider == "beside") as folder, atomic_write(file) as page:
        shown["slider"] = slider(run, folder) if slid else None
        page.write_text(_page(run, shown), encoding="utf-8")
    return [file]


def _page(run: Run, shown: dict[str, Any]) -> str:
    """The page: values for the script as JSON, and beside them what is there without it."""
    script, style = _code(bool(shown["slider"]))
    values = travelling(shown)
    pdfs = sum(len(item.get("base64", "")) for item in shown["downloads"])
    words = glossary(shown)
    written = {
        "told": shown
        | {"still": still(run, shown, len(values.encode()) - pdfs), "film": film(run, shown), "glossary": words},
        "json": values,
        "script": script,
        "style": style,
        "hashes": {"script": policy_hash(script), "style": policy_hash(style)},
        "sections": _sections(shown),
        "energy": _energy(words),
        "anchors": {item["name"]: item["id"] for item in words if "name" in item},
    }
    return render("report.html.j2", written)


def _code(slides: bool) -> tuple[str, str]:
    """The page's script and style, with the slider's only where it has one."""
    if slides:
        return page_script("page.js", "slider.js"), page_style("page.css", "words.css", "slider.css")
    return page_script("page.js"), page_style("page.css", "words.css")


def _sections(shown: Mapping[str, Any]) -> dict[str, str]:
    """The sections that are on this page, by anchor, in few words."""
    optional = {"determined": "stability", "edited": "edits", "responses": "responses", "leaders": "leaderboard"}
    titles = SECTION_TITLES.items()
    return {anchor: title for anchor, title in titles if anchor not in optional or shown[optional[anchor]]}


def _energy(words: Sequence[Mapping[str, str]]) -> str:
    """Where the activation energy is explained: at its method, where the run has it, else at floors."""
    anchors = {item["id"] for item in words}
    return "#term-methods-activation_energy" if "term-methods-activation_energy" in anchors else "#term-floor"


def _colors() -> str:
    """256 colours of red, green and blue, as the figures have them."""
    import matplotlib as mpl

    table = (mpl.colormaps[style.COLORS](range(256))[:, :3] * 255).round().astype("uint8")
    return base64.b64encode(table.tobytes()).decode()


def _predictions(run: Run, shown: Sequence[str]) -> dict[str, Any]:
    """All ratings as a file; of many photographs those that the page shows, which its name and a note say."""
    if sum(group.count for group in run.groups(PREDICTIONS)) <= _ROWS:
        return _csv("predictions.csv", to_csv(run.read(PREDICTIONS), run.trained(), run.described()))
    text = to_csv(run.rows(PREDICTIONS, shown), run.trained(), run.described())
    note = (
        f"holds the {len(shown):,} photographs of this page; all ratings are in the run folder's {PREDICTIONS.name}.parquet"
    )
    return _csv("predictions_shown.csv", text) | {"note": note}


def _csv(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "type": "text/csv", "text": text}


def _downloads(run: Run, shown: Sequence[str]) -> list[dict[str, Any]]:
    """Tables, and figures as PDF, each as far as there is room; beside the ratings stands which tables have none."""
    inside, result = _inside(run), [_predictions(run, shown)]
    tables = [file for file in inside if file.suffix == ".csv" and file.name != "predictions.csv"]
    taken = _fitting(tables)
    if large := [file.name for file in tables if file not in taken]:
        left_out = f"(left out of this page for their size: {', '.join(large)}; in the run folder's report/)"
        result[0]["note"] = " ".join(filter(None, (result[0].get("note"), left_out)))
    result += [_csv(file.name, read_text(file)) for file in taken]
    for file in _fitting([file for file in inside if file.suffix == ".pdf"]):
        data = base64.b64encode(file.read_bytes()).decode()
        result.append({"name": file.name, "type": "application/pdf", "base64": data})
    return result


def _fitting(files: Sequence[Path]) -> list[Path]:
    """As many files as there is room for, in their order."""
    sizes = {file: file.stat().st_size for file in files}
    small = sorted(files, key=sizes.__getitem__)
    taken = {
        file for file, together in zip(small, accumulate(map(sizes.__getitem__, small)), strict=True) if together <= _BUDGET
    }
    return [file for file in files if file in taken]
