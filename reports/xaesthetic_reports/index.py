"""The page that holds what `xaesthetic reproduce` has drawn, and says what the rest needs."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xaesthetic.core.documents import read_text
from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.types import ReportOptions
from xaesthetic.paper.items import EXHIBITS, Exhibit
from xaesthetic.paper.manifest import Entry, is_drawn, read_manifest
from xaesthetic.run.store import Run
from xaesthetic_reports._pages import page_style, policy_hash, render

_PAGE = "report.html"


@report(on_request=True, last=True)
def index(run: Run, options: ReportOptions) -> list[Path]:
    """Every figure and table of the paper with its caption and its files, in the paper's order.

    Parameters
    ----------
    run
        On which ``xaesthetic reproduce`` was run: report/manifest.json says what there is.
    options
        Not used.

    Returns
    -------
    ``report/index.html``.

    Raises
    ------
    DataError
        If there is no manifest.
    """
    del options
    manifest = read_manifest(run)
    known = manifest.exhibits
    style = page_style("page.css")
    page = render(
        "index.html.j2",
        {
            "data": run.experiment.data,
            "models": run.answered_by().models,
            "drawn_with": manifest.drawn_with,
            "command": run.answered_by().command,
            "exhibits": [_shown(run, exhibit, known[exhibit.number]) for exhibit in EXHIBITS if exhibit.number in known],
            "others": _others(run, known),
            "page": _PAGE if (run.report / _PAGE).is_file() else "",
            "style": style,
            "hash": policy_hash(style),
        },
    )
    file = run.report / "index.html"
    write_text(file, page)
    return [file]


def _shown(run: Run, exhibit: Exhibit, known: Entry) -> dict[str, Any]:
    names = [name for name in known.files if is_drawn(run, known, name)]
    captions = [name for name in names if name.endswith(".txt")]
    return {
        "name": f"Figure {exhibit.number}" if exhibit.number.isdigit() else exhibit.number.capitalize(),
        "title": exhibit.title,
        "pictures": [name for name in names if name.endswith((".png", ".svg"))],
        "files": [name for name in names if not name.endswith(".txt")],
        "tables": [table for name in names if name.endswith(".html") for table in _tables(run.report / name)],
        "caption": " ".join(read_text(run.report / name) for name in captions),
        "missing": known.missing,
    }


def _tables(file: Path) -> list[str]:
    """The tables of a page that `paper.tables` has written: markup of its own, in which all text is escaped."""
    return re.findall(r"<section>.*?</section>", read_text(file), re.DOTALL)


def _others(run: Run, known: Mapping[str, Entry]) -> list[str]:
    """Files of the folder that belong to no figure or table of the paper."""
    values = {name for exhibit in EXHIBITS if exhibit.number in known for name in known[exhibit.number].files}
    kinds = (".html", ".pdf", ".csv", ".json")
    names = sorted(file.name for file in run.report.iterdir() if file.suffix in kinds)
    return [name for name in names if name not in values and name != "index.html"]
