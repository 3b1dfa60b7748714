"""What the command prints: tables on standard output, what was left out on standard error.

Everything goes through `say`, `say_json` or `print_table`, so that no name of a file moves the cursor of a terminal.
"""

import os
import shutil
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from xaesthetic.core.errors import XaestheticWarning
from xaesthetic.core.text import visible, visible_json

if TYPE_CHECKING:
    import pandas as pd

    from xaesthetic.core.types import PassedOver
    from xaesthetic.data.check import DataCheck
    from xaesthetic.models.serving.manage import Status
    from xaesthetic.paper.drawing import Outcome
    from xaesthetic.paper.tables.cells import Layout
    from xaesthetic.run.store import Run


_SHOWN = 5  # missing photographs named on the screen
_KINDS = 8  # reasons for passing over that are named there
_NAMED = 3  # names for each of them
_REASONS = 20  # photographs left out that are named there; a run's records and --json have all


def say(text: object = "", err: bool = False) -> None:
    """Print one line, on standard error where that is wanted."""
    print(visible(str(text)), file=sys.stderr if err else sys.stdout)


def say_json(text: str) -> None:
    """Print a JSON text, whose strings stay what they are."""
    print(visible_json(text))


def print_outcomes(outcomes: "Sequence[Outcome]") -> None:
    """Print which figures and tables of the paper there are, and what the others need."""
    from xaesthetic.paper.items import EXHIBITS

    rows = [
        [item.exhibit.number, item.exhibit.title, item.missing or ("drawn" if item.drawn else "as it was")]
        for item in outcomes
        if item.exhibit in EXHIBITS
    ]
    print_table(["", "figure or table", ""], rows)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], rules: Sequence[int] = ()) -> None:
    """Print a table without lines but for those before the rows `rules`: as wide as a terminal, elsewhere a row a line."""
    from xaesthetic.cli.tables import table_lines

    texts = [[visible(cell) for cell in row] for row in (columns, *rows)]
    lines = table_lines(texts[0], texts[1:], rules, _columns())
    if sys.stdout.isatty() and os.name != "nt" and os.environ.get("TERM") != "dumb" and "NO_COLOR" not in os.environ:
        lines[0] = f"\x1b[1m{lines[0]}\x1b[0m"
    print("\n".join(lines))


def _columns() -> int | None:
    """How wide a terminal is, or whatever shows this says it is; None where nobody says."""
    if not sys.stdout.isatty() and not os.environ.get("COLUMNS", "").isdecimal():
        return None
    return max(20, shutil.get_terminal_size().columns)


def print_written(files: Sequence[Path], page: Path | None = None) -> None:
    """Print where figures and tables are, on a terminal their folders only, and last the address of the page."""
    if sys.stdout.isatty():
        folders: dict[Path, int] = {}
        for file in files:
            folders[file.parent] = folders.get(file.parent, 0) + 1
        for folder, count in folders.items():
            say(f"{count} file{'s' * (count > 1)} in {folder}")
    else:
        for file in files:
            say(file)
    if page is not None:
        say(f"page: {page.absolute().as_uri()}")


def find_page(files: Sequence[Path]) -> Path | None:
    """Return the page among files; None where there is none."""
    return next((file for file in files if file.name == "report.html"), None)


def open_page(page: Path) -> None:
    """Open a page in the browser; where there is none, say so."""
    import webbrowser

    if not webbrowser.open(page.absolute().as_uri()):
        say(f"no browser could be started; open {page} yourself.", err=True)


def show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning: ours in one line, others' as Python does; takes the place of `warnings.showwarning`."""
    ours = issubclass(category, XaestheticWarning)
    text = f"xaesthetic: {message}" if ours else warnings.formatwarning(message, category, filename, lineno, line).rstrip()
    print(visible(text) if ours else text, file=file or sys.stderr)


def print_left_out(reasons: Mapping[str, str]) -> None:
    """Print why photographs could not be used, by id."""
    if reasons:
        say(err=True)
        say(f"left out: {len(reasons)} photograph{'s' * (len(reasons) > 1)}", err=True)
        for reason in list(reasons.values())[:_REASONS]:
            say(f"  {reason}", err=True)
        if len(reasons) > _REASONS:
            say(f"  and {len(reasons) - _REASONS} more", err=True)


def print_passed_over(items: "Sequence[PassedOver]") -> None:
    """Print how much of the data was no photograph to rate, and why: the most frequent reason first, with a few names."""
    names: dict[str, list[str]] = {}
    for item in items:
        names.setdefault(item.reason, []).append(item.name)
    if items:
        say(err=True)
        say(f"passed over: {len(items)}", err=True)
    ordered = sorted(names.items(), key=lambda entry: -len(entry[1]))
    for reason, those in ordered[:_KINDS]:
        say(f"  {len(those)} {reason}: {', '.join(those[:_NAMED])}{', …' * (len(those) > _NAMED)}", err=True)
    if len(ordered) > _KINDS:
        say(f"  and {sum(len(those) for _, those in ordered[_KINDS:])} for other reasons", err=True)


def print_same_maps(same: Mapping[str, Mapping[str, str]]) -> None:
    """Print which methods of a family are one map under several names, and so one row."""
    for model, methods in same.items():
        for kept in dict.fromkeys(methods.values()):
            others = [method for method, name in methods.items() if name == kept]
            listed = " and ".join(filter(None, [", ".join(others[:-1]), others[-1]]))
            say(
                f"{model}: {listed} give the maps of {kept}; they are one row, and that they agree is no evidence.", err=True
            )


def print_precision_of(run: "Run") -> None:
    """Print what a run's precision changes, where it is not full; of equal methods one row."""
    from xaesthetic.evaluation.same_maps import without_same_maps
    from xaesthetic.run.schemas import PRECISION

    print_precision(without_same_maps(run, run.read(PRECISION)) if run.has(PRECISION) else None, run.experiment.given_up)


def print_stored(run: "Run") -> None:
    """Print what a run's storing its maps in float16 changes, where it does: a row a model and method."""
    from xaesthetic.evaluation.stored import is_rounded, summarise_stored

    table = summarise_stored(run) if is_rounded(run) else None
    if table is None or not len(table):
        return
    rows = []
    for (model, method), known in table.groupby(["model", "method"], sort=False):
        errors = [known["largest"].max(), known["mean"].max(), known["total"].max()]
        shown = ["" if error != error else f"{error:.2%}" for error in errors]
        kept = known["dtype"].iloc[0]
        rows.append([f"{model} {method}", f"{kept}: {known['why'].iloc[0]}" if kept == "float32" else kept, *shown])
    say()
    print_table(["maps are kept in", "", "largest error of a map", "mean", "of its total"], rows)


def print_precision(table: "pd.DataFrame | None", given_up: str) -> None:
    """Print what a reduced precision or scale changes on the first photographs, by model and method; `PRECISION`'s rows."""
    from xaesthetic.evaluation.summaries import summarise_precision

    if table is None or not len(table):
        return
    rows = []
    for (model, method), known in summarise_precision(table).groupby(["model", "method"], sort=False):
        worst = known.sort_values("rating", ascending=False).iloc[0]
        of_map = "" if known["map"].isna().all() else f"{known['map'].max():.1%}"
        rating = f"{worst['rating']:.4f}, {worst['attribute']}"
        rows.append([f"{model} {method}".strip(), str(worst["photographs"]), rating, of_map])
    say()
    full = "decoding" if given_up.startswith("reduced") else "precision"
    print_table([f"{given_up} against full {full}", "photographs", "largest error of a rating", "of a map"], rows)


def print_results(manifest: Mapping[str, Any]) -> None:
    """Print what trained weights are worth on photographs that they were not trained on."""
    if "neighbouring_pairs_in_order" in manifest["result"]:
        _print_head(manifest["result"])
        return
    lists = manifest["result"]
    rows = [
        [name.replace("_", " "), *(_with_interval(item, name) for item in lists.values())] for name in manifest["attributes"]
    ]
    columns = (f"{name}, {item['photographs']} photographs" for name, item in lists.items())
    print_table(["Spearman's rho", *columns], rows)
    _print_edits(manifest.get("edits", {}))
    say(manifest["trained"] + (f"; epoch {manifest['epoch']} kept" if "epoch" in manifest else ""))


def _number(value: float | None) -> str:
    return "nan" if value is None else f"{value:.3f}"


def _with_interval(item: Mapping[str, Any], name: str) -> str:
    bounds = item.get("interval", {}).get(name)
    return _number(item["spearman"][name]) + (f" [{bounds[0]:.3f}, {bounds[1]:.3f}]" if bounds else "")


def _print_edits(edits: Mapping[str, Mapping[str, float]]) -> None:
    """Print what edits of other photographs do, by the head and by one that never saw edits of that kind."""
    columns = ("assumed", "moved", "moved_kind_not_shown", "accuracy", "accuracy_kind_not_shown")
    rows = [
        [name, *(f"{item[column]:z.2f}" if column in item else "" for column in columns)] for name, item in edits.items()
    ]
    if rows:
        heads = ["assumed, in sd", "moved", "kind not shown", "in order", "kind not shown"]
        print_table(["held-out edits", *heads], rows)


def _print_head(result: Mapping[str, Any]) -> None:
    accuracy = result["neighbouring_pairs_in_order"]
    rows = [[name, f"{scores['accuracy']:.3f}", str(scores["pairs"])] for name, scores in accuracy.items()]
    print_table(["held-out edits", "neighbouring strengths in order", "pairs"], rows)
    unedited = result["unedited_spearman"]
    print_table(
        ["held-out photographs, unedited", "Spearman's rho"], [[name, _number(rho)] for name, rho in unedited.items()]
    )


def print_check(check: "DataCheck") -> None:
    """Print what a data set holds; the first of its missing photographs on standard error."""
    for sheet in check.sheets:
        say()
        say(sheet.title)
        print_table(sheet.columns, sheet.rows)
    if check.missing:
        shown = ", ".join(check.missing[:_SHOWN])
        more = f" and {len(check.missing) - _SHOWN} more (--missing FILE writes them all)" * (len(check.missing) > _SHOWN)
        say(err=True)
        say(f"missing: {shown}{more}", err=True)


def print_layouts(layouts: "Sequence[Layout]") -> None:
    """Print tables with their titles and notes."""
    for layout in layouts:
        say()
        say(layout.title)
        print_table(layout.columns, layout.texts(), layout.rules)
        for note in layout.notes:
            say(note)


def download_row(name: str) -> list[str]:
    """A download's name, size, whether it is there, and licence."""
    from xaesthetic.data.fetch.download import files_of, place_of
    from xaesthetic.data.fetch.registry import cached, find_download

    download = find_download(name)
    if download.by_hand:
        return [name, "by hand", "there" if cached(name).is_dir() else "", download.licence]
    files = files_of(name, download, None)
    size = sum(file.size or 0 for file in files)
    present = all(place_of(name, file).exists() for file in files)
    return [name, f"{size / 1e6:.0f} MB" if size else "?", "there" if present else "", download.licence]


def print_missing(missing: Mapping[str, str]) -> None:
    """Print how many photographs could not be had, and why, the most frequent reason first."""
    reasons: dict[str, int] = {}
    for why in missing.values():
        reasons[why] = reasons.get(why, 0) + 1
    say(err=True)
    say(f"missing: {len(missing)} photographs; those that are gone stand in gone.csv", err=True)
    for why, count in sorted(reasons.items(), key=lambda entry: -entry[1]):
        say(f"  {count} {why}", err=True)


def server_row(name: str, status: "Status | None") -> list[str]:
    """A model server's name, state, runtime, address and how many photographs it has computed."""
    if status is None:
        return [name, "not started", "", "", ""]
    state = "ready" if status.ready else "does not answer"
    computed = "" if status.photographs is None else str(status.photographs)
    return [name, state, status.serving.runtime, status.serving.address or status.serving.weights, computed]
