"""Reports of a run: which there are, and every figure and table of the paper with what it needs where it cannot be drawn."""

import hashlib
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from xaesthetic import figures, files, grids, plugins, tables
from xaesthetic.errors import DataError, XaestheticError
from xaesthetic.paper import PIECES, Piece
from xaesthetic.pick import rated_attributes
from xaesthetic.progress import Track, silent
from xaesthetic.store import Run
from xaesthetic.types import ReportOptions

MANIFEST = "manifest.json"
_MORE = "more maps"  # of attributes that the paper has no figure of


@dataclass(frozen=True, slots=True)
class Outcome:
    """One figure or table of the paper, drawn or not."""

    piece: Piece
    files: tuple[str, ...]
    """In the report folder; empty where it could not be drawn."""
    caption: str
    missing: str
    """What it needs; empty where it was drawn."""
    drawn: bool
    """Whether it was drawn now, not found as it should be."""


Report = Callable[[Run, ReportOptions], list[Path]]


def reports() -> list[tuple[str, Report]]:
    """What is drawn where nothing is named: all but those for asking only (`ON_REQUEST`), `LAST` ones last."""
    loaded = [(name, plugins.load("reports", name)) for name in plugins.names("reports")]
    shown = [(name, report) for name, report in loaded if not _says(report, "ON_REQUEST")]
    return sorted(shown, key=lambda each: _says(each[1], "LAST"))


def _says(report: Report, name: str) -> bool:
    return bool(getattr(sys.modules[report.__module__], name, False))


def draw_pieces(
    run: Run, numbers: Sequence[str] = (), options: ReportOptions | None = None, track: Track = silent
) -> list[Outcome]:
    """Draw the paper's figures and tables of a finished run; those whose inputs are as they were are left as they are.

    Parameters
    ----------
    run
        A finished one.
    numbers
        Of figures (`8`) and tables (`table 1`); all where empty.
    options
        How to draw them.
    track
        Tells the progress.

    Returns
    -------
    One for each figure and table, in the paper's order, then for what else the run's reports show; report/manifest.json
    holds the same with every file's sha256.

    Raises
    ------
    DataError
        If the paper has no such figure.
    """
    check_numbers(numbers)
    options = options or ReportOptions()
    pieces = [piece for piece in (*PIECES, *_others(run)) if not numbers or piece.number in numbers]
    known = _manifest(run)
    outcomes = []
    for piece in track(pieces, "figures and tables", len(pieces)):
        outcome, entry = _outcome(run, piece, replace(options, attributes=piece.attributes), known.get(piece.number, {}))
        known[piece.number] = entry
        outcomes.append(outcome)
        files.write_json(run.report / MANIFEST, {"command": run.answered_by().get("command", ""), "pieces": known})
    return outcomes


def check_numbers(numbers: Sequence[str]) -> None:
    """Raise an error if the paper has no figure or table of such a number, and no report has that name."""
    unknown = set(numbers) - {piece.number for piece in PIECES} - {_MORE, *plugins.names("reports")}
    if unknown:
        raise DataError(f"the paper has no figure {min(unknown)!r}; it has {', '.join(piece.number for piece in PIECES)}.")


def _others(run: Run) -> Iterator[Piece]:
    """What else a run's reports show: maps of the attributes that the paper has no figure of, and all other reports."""
    drawn = {name for piece in PIECES for name in piece.attributes}
    rest = tuple(name for name in rated_attributes(run) if name not in drawn)
    if rest:
        yield Piece(_MORE, "maps of the other attributes", "attribute_grid", rest)
    told = {piece.report for piece in PIECES}
    for name, report in reports():
        if name not in told:
            yield Piece(name, (report.__doc__ or name).splitlines()[0], name, needs="Nothing of it in this run.")


def _manifest(run: Run) -> dict[str, Any]:
    try:
        told = files.read_json(run.report / MANIFEST)["pieces"]
    except (DataError, KeyError, TypeError):
        return {}
    return told if isinstance(told, dict) else {}


def _outcome(run: Run, piece: Piece, options: ReportOptions, known: Mapping[str, Any]) -> tuple[Outcome, dict[str, Any]]:
    report = plugins.load("reports", piece.report)
    inputs = _inputs(run, report, options)
    sums = known.get("files", {})
    if known.get("inputs") == inputs and sums and all(_is(run.report / name, each) for name, each in sums.items()):
        return Outcome(piece, tuple(sums), _caption(run, sums), "", drawn=False), dict(known)
    try:
        written = [file.name for file in report(run, options)]
    except XaestheticError as error:
        reason = str(error).removeprefix(f"{run.root}: ")
        return Outcome(piece, (), "", reason, drawn=False), {"inputs": inputs, "missing": reason}
    if not written:
        return Outcome(piece, (), "", piece.needs, drawn=False), {"inputs": inputs, "missing": piece.needs}
    sums = {name: files.sha256(run.report / name) for name in written}
    return Outcome(piece, tuple(written), _caption(run, written), "", drawn=True), {"inputs": inputs, "files": sums}


def _is(file: Path, sha256: str) -> bool:
    return file.is_file() and files.sha256(file) == sha256


def _caption(run: Run, names: Sequence[str] | Mapping[str, str]) -> str:
    return "".join((run.report / name).read_text(encoding="utf-8") for name in names if name.endswith(".txt")).strip()


def _inputs(run: Run, report: Report, options: ReportOptions) -> str:
    """A sum over what a figure is drawn from: the run's tables and maps, the options, and the code that draws it."""
    total = hashlib.sha256(repr(sorted(asdict(options).items())).encode())
    folders = [Path(inspect.getfile(report)).parent, Path(tables.__file__).parent]
    code = (file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix != ".pyc")
    for file in [Path(figures.__file__), Path(grids.__file__), *code, *_tables(run)]:
        total.update(f"{file.name} {files.sha256(file)}\n".encode())
    return total.hexdigest()


def _tables(run: Run) -> Iterator[Path]:
    yield run.root / "experiment.json"
    yield from sorted(file for file in run.root.iterdir() if file.suffix in (".parquet", ".csv"))
    yield from sorted(file for file in (run.root / "maps").rglob("*") if file.is_file())
