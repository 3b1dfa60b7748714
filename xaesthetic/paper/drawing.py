"""Reports of a run: which there are, and every figure and table of the paper with what it needs where it cannot be drawn."""

import hashlib
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from xaesthetic.core import files, plugins
from xaesthetic.core.described import find_related
from xaesthetic.core.documents import read_text
from xaesthetic.core.errors import DataError, XaestheticError
from xaesthetic.core.progress import Track, silent
from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation.judge import summarise
from xaesthetic.figures.style import looking
from xaesthetic.paper.items import EXHIBITS, Exhibit
from xaesthetic.paper.manifest import Entry, Manifest, is_drawn, read_manifest, write_manifest
from xaesthetic.reporting import reports
from xaesthetic.run.store import Run
from xaesthetic.stages.pick import rated_attributes

_MORE = "more maps"  # of attributes that the paper has no figure of


@dataclass(frozen=True, slots=True)
class Outcome:
    """One figure or table of the paper, drawn or not."""

    exhibit: Exhibit
    files: tuple[str, ...]
    """In the report folder; empty where it could not be drawn."""
    caption: str
    missing: str
    """What it needs; empty where it was drawn."""
    drawn: bool
    """Whether it was drawn now, not found as it should be."""


def draw_exhibits(
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
    wanted = parse_numbers(numbers)
    options = options or ReportOptions()
    papers = [_with_related(run, exhibit) for exhibit in EXHIBITS]
    exhibits = [exhibit for exhibit in (*papers, *_others(run, papers)) if not wanted or exhibit.number in wanted]
    summarise(run)
    with run.writing("drawing", "report"):
        return _draw(run, exhibits, options, track)


def _draw(run: Run, exhibits: Sequence[Exhibit], options: ReportOptions, track: Track) -> list[Outcome]:
    known = _known(run)
    common = _common(run)
    outcomes = []
    for exhibit in track(exhibits, "figures and tables", len(exhibits)):
        outcome, known[exhibit.number] = _outcome(
            run, exhibit, replace(options, attributes=exhibit.attributes), known.get(exhibit.number, Entry()), common
        )
        outcomes.append(outcome)
        drawn_with: dict[str, str | int] = {"scale": options.scale, "columns": options.columns, "style": options.style}
        write_manifest(run, Manifest(known, run.answered_by().command, drawn_with))
    return outcomes


def parse_numbers(numbers: Sequence[str]) -> list[str]:
    """The names of figures and tables as they are known here: `8` for `figure 8`, `table 1` for `Table_1`.

    Raises
    ------
    DataError
        If there is none of such a name.
    """
    names = {exhibit.number: exhibit.number for exhibit in EXHIBITS} | {
        exhibit.report: exhibit.number for exhibit in EXHIBITS
    }
    names |= {_MORE: _MORE} | {name: name for name, _ in reports() if name not in names}
    plain = {name.replace("_", " "): number for name, number in names.items() if name != "attribute_grid"}
    wanted = [number.lower().replace("_", " ").removeprefix("figure ").strip() for number in numbers]
    unknown = [number for number, name in zip(numbers, wanted, strict=True) if name not in plain]
    if unknown:
        raise DataError(
            f"the paper has no figure {unknown[0]!r}; it has {', '.join(exhibit.number for exhibit in EXHIBITS)}."
        )
    return [plain[name] for name in wanted]


def _with_related(run: Run, exhibit: Exhibit) -> Exhibit:
    """A figure of what is related to its attribute, though not the same, where no model rates that itself."""
    rated, described = rated_attributes(run), run.described()
    present = [described.any(name) for name in rated]
    near = {name: find_related(name, present) for name in exhibit.attributes if name not in rated}
    standing = {name: item for name, item in near.items() if item is not None}
    if not standing:
        return exhibit
    attributes = tuple(standing[name].name if name in standing else name for name in exhibit.attributes)
    title = "; ".join([exhibit.title, *(f"here {item.title}, {item.likeness}" for item in standing.values())])
    return replace(exhibit, attributes=attributes, title=title)


def _others(run: Run, papers: Sequence[Exhibit]) -> Iterator[Exhibit]:
    """What else a run's reports show: maps of the attributes that the paper has no figure of, and all other reports."""
    drawn = {name for exhibit in papers for name in exhibit.attributes}
    rest = tuple(name for name in rated_attributes(run) if name not in drawn)
    if rest:
        yield Exhibit(_MORE, "maps of the other attributes", "attribute_grid", rest)
    known = {exhibit.report for exhibit in EXHIBITS}
    for name, report in reports():
        if name not in known:
            yield Exhibit(name, (report.__doc__ or name).splitlines()[0], name, needs="Nothing of it in this run.")


def _known(run: Run) -> dict[str, Entry]:
    """Return what was drawn before; nothing where the manifest is not there or damaged: then all is drawn again."""
    try:
        return dict(read_manifest(run).exhibits)
    except DataError:
        return {}


def _outcome(run: Run, exhibit: Exhibit, options: ReportOptions, known: Entry, common: str) -> tuple[Outcome, Entry]:
    report = plugins.load("reports", exhibit.report)
    inputs = _inputs(run, exhibit.report, options, common)
    if known.inputs == inputs and known.files and all(is_drawn(run, known, name) for name in known.files):
        return Outcome(exhibit, tuple(known.files), _caption(run, known.files), "", drawn=False), known
    try:
        with looking(options):
            written = [file.name for file in report(run, options)]
    except XaestheticError as error:
        reason = str(error).removeprefix(f"{run.root}: ")
        return Outcome(exhibit, (), "", reason, drawn=False), Entry(inputs, missing=reason)
    except (
        Exception
    ) as error:  # one figure that fails, somebody's plug-in perhaps, does not keep the others from being drawn
        reason = f"It failed ({type(error).__name__}: {error})."
        return Outcome(exhibit, (), "", reason, drawn=False), Entry(inputs, missing=reason)
    if not written:
        return Outcome(exhibit, (), "", exhibit.needs, drawn=False), Entry(inputs, missing=exhibit.needs)
    sums = {name: files.sha256(run.report / name) for name in written}
    return Outcome(exhibit, tuple(written), _caption(run, written), "", drawn=True), Entry(inputs, sums)


def _caption(run: Run, names: Sequence[str] | Mapping[str, str]) -> str:
    return "".join(read_text(run.report / name) for name in names if name.endswith(".txt")).strip()


def _inputs(run: Run, name: str, options: ReportOptions, common: str) -> str:
    """Return a sum over what a figure is drawn from: run, code, options, and the `inputs` that its report declares."""
    total = hashlib.sha256(f"{common} {sorted(asdict(options).items())}".encode())
    inputs = plugins.facts("reports", name).inputs
    code = _code(Path(inspect.getfile(plugins.load("reports", name))).parent)
    _add(total, [*code, *(inputs(run) if inputs else [])])
    return total.hexdigest()


def _common(run: Run) -> str:
    """A sum over what all figures are drawn from: the run's tables and maps, and this package."""
    total = hashlib.sha256()
    _add(total, [*_code(Path(__file__).parents[1]), *_tables(run)])
    return total.hexdigest()


def _code(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc")


def _add(total: "hashlib._Hash", read: Sequence[Path]) -> None:
    for file in read:
        total.update(f"{file.name} {files.sha256(file)}\n".encode())


def _tables(run: Run) -> Iterator[Path]:
    yield run.root / "experiment.json"
    tables = sorted(file for file in run.root.iterdir() if file.suffix in (".parquet", ".csv"))
    yield from (part for file in tables for part in (sorted(file.iterdir()) if file.is_dir() else [file]))
    yield from sorted(file for file in (run.root / "maps").rglob("*") if file.is_file())
