"""What people marked and rated on the page of `xaesthetic annotate`, as it was exported."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from xaesthetic.core.attributes import NAMES, Attribute, describe
from xaesthetic.core.delimited import read_delimited
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.files import sha256
from xaesthetic.core.sides import EXTENTS, SIDES
from xaesthetic.core.types import Annotation, PassedOver, Record
from xaesthetic.core.votes import Votes
from xaesthetic.data.datasets._exports import reason
from xaesthetic.data.datasets._mask_files import read_mask_file
from xaesthetic.data.study_export import MARKS, TABLE, ExportedPhotograph, ExportedStudy, inside, read_export_study

Cells = Mapping[str, str]


@dataset()
def annotations(root: Path | None = None) -> Iterator[Record | PassedOver | Attribute]:
    """What people marked and rated on the page of `xaesthetic annotate` (name the exported folder with --root).

    Every photograph with what each person marked as raising and as lowering an attribute, and the means of their ratings.
    Only finished tasks count: repeats, catch trials and practice are there to judge annotators by, tasks that were skipped
    or not finished are passed over and counted, and so are annotators whom the study's own rules exclude.

    Parameters
    ----------
    root
        The folder that `xaesthetic annotations export` wrote.

    Raises
    ------
    DataError
        If it is no such folder.
    """
    if root is None:
        raise DataError(
            "data set annotations: name the exported folder with --root; 'xaesthetic annotations export' makes it."
        )
    study = read_export_study(root)
    yield from _declared(study)
    rows: dict[str, list[Cells]] = {photograph.id: [] for photograph in study.photographs}
    for row in read_delimited(root / TABLE, wanted=MARKS).rows:
        why = row.problem or _passed_over(row.cells, rows)
        if why:
            yield PassedOver(f"{TABLE}, line {row.line}", why)
        elif row.cells["kind"] == "task":
            rows[row.cells["photograph"]].append(row.cells)
    names = {item.name for item in study.attributes}
    for photograph in study.photographs:
        yield _record(root, photograph, [cells for cells in rows[photograph.id] if cells["attribute"] in names])


def _declared(study: ExportedStudy) -> Iterator[Attribute]:
    """Declare what the vocabulary has not, or has on another scale; the overall rating, which has five steps here."""
    for item in study.attributes:
        known = describe(item.name)
        if item.name not in NAMES or (known.low, known.high) != (item.low, item.high):
            yield Attribute(item.name, item.title, item.low, item.high, question=" ".join(item.definition.split()))
    if study.overall:
        yield Attribute("overall", describe("overall").title, 1, 5)


def _passed_over(cells: Cells, photographs: Mapping[str, object]) -> str:
    """Say why a row does not count; empty where it does, or is there to judge its annotator by."""
    if cells["kind"] not in ("task", "repeat", "catch", "practice"):
        return "of no kind that there is"
    if cells["kind"] != "task":
        return ""
    if cells["photograph"] not in photographs:
        return "of a photograph that is not in the study"
    if cells["status"] != "finished":
        return "a task that was skipped" if cells["status"] == "skipped" else "a task that was not finished"
    return "of an annotator whom the study's rules exclude" if cells["excluded"] else ""


def _record(root: Path, photograph: ExportedPhotograph, rows: Sequence[Cells]) -> Record:
    path = root / photograph.file
    marks = [_annotation(root, photograph, cells, sign) for cells in rows for sign in SIDES if cells[sign]]
    votes = {name: Votes.count(counts) for name, counts in _ratings(rows).items()}
    problem = "" if path.is_file() and sha256(path) == photograph.sha256 else _changed(path)
    return Record(
        photograph.id,
        path,
        original=photograph.id,
        ratings={name: item.mean for name, item in votes.items()},
        annotations=tuple(marks),
        credit=photograph.credit,
        problem=problem,
        sha256=photograph.sha256,
        votes=votes,
    )


def _changed(path: Path) -> str:
    return f"{path}: is not the photograph that was marked; export the study anew."


def _annotation(root: Path, photograph: ExportedPhotograph, cells: Cells, sign: str) -> Annotation:
    who, about, said, name = cells["annotator"], cells["attribute"], cells[sign], cells[f"{sign}_mask"]
    if said in EXTENTS:
        return Annotation(who, about, sign=sign, extent=said)
    try:
        region = read_mask_file(root / inside(name, root / TABLE), (photograph.height, photograph.width))
    except DataError as error:
        return Annotation(who, about, problem=f"{name}: {reason(error, name)}", sign=sign)
    return Annotation(who, about, region=region, sign=sign)


def _ratings(rows: Sequence[Cells]) -> dict[str, dict[float, int]]:
    """How many people gave each rating of an attribute; who rated the photograph as a whole several times counts once."""
    counts: dict[str, dict[float, int]] = {}
    overall: dict[str, list[float]] = {}
    for cells in rows:
        if (rating := _number(cells["rating"])) is not None:
            of = counts.setdefault(cells["attribute"], {})
            of[rating] = of.get(rating, 0) + 1
        if (score := _number(cells["overall"])) is not None:
            overall.setdefault(cells["annotator"], []).append(score)
    for scores in overall.values():
        mean = sum(scores) / len(scores)
        of = counts.setdefault("overall", {})
        of[mean] = of.get(mean, 0) + 1
    return counts


def _number(text: str) -> float | None:
    """Return a number of marks.csv; None where there is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
