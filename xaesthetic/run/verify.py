"""Finds what of a run is damaged or missing: every checksum, and whether everything is there. Reads in streams; no torch.

What a table or array should hold follows from experiment.json and records.parquet, whatever the checksums say.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from xaesthetic.core.errors import DataError
from xaesthetic.core.places import Place
from xaesthetic.core.progress import Track, silent
from xaesthetic.data.records import file_sum
from xaesthetic.metrics._floors import ENERGY
from xaesthetic.run.faults import Fault, array_faults, file_fault, table_fault
from xaesthetic.run.folder import QUESTION, UNFINISHED, no_run
from xaesthetic.run.garbage import belongs
from xaesthetic.run.groups import row_groups
from xaesthetic.run.partition import is_table
from xaesthetic.run.question import AnsweredBy, read_document
from xaesthetic.run.schemas import (
    ANNOTATIONS,
    LEFT_OUT,
    PRECISION,
    PREDICTIONS,
    RECORDS,
    SAME_MAPS,
    TABLES,
    ZEROS,
    Table,
)
from xaesthetic.run.store import Run
from xaesthetic.run.versions import find_table

SUMMARIES = "summaries"
_SOURCES = {
    "agreement": "annotations",
    "baselines": "baselines",
    "edit_moves": "edit_controls",
    "edit_response": "edits",
    "edit_verdicts": "edit_controls",
    "faithfulness": "faithfulness",
    "leaderboard": "scores",
    "leaderboard_by_person": "scores_by_person",
    "randomisation": "randomisation",
    "ranks": "scores",
}
"""The table that must be there where a summary is."""


def find_faults(root: Path, track: Track = silent) -> tuple[Fault, ...]:
    """Return everything of a run folder that is damaged or missing.

    Parameters
    ----------
    root
        The run folder.
    track
        Shows the progress.

    Raises
    ------
    DataError
        If it is no run folder, or a newer program wrote it.
    """
    if not any((root / name).exists() for name in (QUESTION, f"{QUESTION}.sha256", f"{RECORDS.name}.parquet")):
        raise DataError(no_run(root))
    question = file_fault(root, QUESTION, read_document)
    readable = question is None or question.kind == "sum"
    document = read_document(root / QUESTION) if readable else None
    run = Run(root, document.question, document.schema) if document else None
    answered = (document and document.answered_by) or AnsweredBy({})
    if run is not None and run.schema == 1:
        raise DataError(f"{root}: an older run folder, without checksums; nothing of it can be verified. Make a new run.")
    tables, arrays = _tables(root, run, answered), _arrays(root, run, answered)
    faults = [question] if question else []
    for name in track([*tables, *arrays], "files", len(tables) + len(arrays)):
        faults += array_faults(root, name) if name.endswith(".zarr") else filter(None, [table_fault(root, name)])
    if run is not None:
        faults += _incomplete(run, answered, {fault.path for fault in faults})
    return tuple(faults)


def _tables(root: Path, run: Run | None, answered: AnsweredBy) -> list[str]:
    """The tables that are there, should be, or have a sum; by their paths."""
    known = {table.name for table in TABLES}
    present = {_stem(root, file) for file in root.glob("[!.]*.parquet*")} & known
    present |= {_stem(root, file) for file in (root / SUMMARIES).glob("[!.]*.parquet*")}
    present |= {_SOURCES[name] for name in _SOURCES if f"{SUMMARIES}/{name}" in present}
    if present & {"scores", "scores_by_person"}:
        present.add(ANNOTATIONS.name)
    if run is not None:
        present |= {table.name for table in _wanted(run, answered)}
    return [f"{name}.parquet" for name in sorted(present)]


def _stem(root: Path, file: Path) -> str:
    return file.relative_to(root).as_posix().removesuffix(".sha256").removesuffix(".parquet")


def _wanted(run: Run, answered: AnsweredBy) -> Iterator[Table]:
    """The tables that the question wants."""
    question = run.experiment
    yield from (RECORDS, PREDICTIONS)
    if question.shard:
        return
    if question.given_up:
        yield PRECISION
    if question.zero:
        yield ZEROS
    if answered.family:
        yield SAME_MAPS


def _arrays(root: Path, run: Run | None, answered: AnsweredBy) -> list[str]:
    """The arrays that are there, should be, or have sums; by their paths."""
    present = {file.relative_to(root).as_posix() for file in root.glob("maps/[!.]*/[!.]*.zarr")}
    present |= {
        file.relative_to(root).as_posix().removesuffix(".sha256") for file in root.glob("maps/[!.]*/[!.]*.zarr.sha256")
    }
    if run is not None:  # others are none of the question's: garbage
        places = {name: Path(name).parts for name in present}
        present = {name for name, (_, model, array) in places.items() if belongs(run, model, array.removesuffix(".zarr"))}
    return sorted(present | (_wanted_arrays(run, answered) if run is not None else set()))


def _wanted_arrays(run: Run, answered: AnsweredBy) -> set[str]:
    if run.is_rated_only:
        return set()
    watched = is_table(run.root / f"{ANNOTATIONS.name}.parquet")
    left_out = answered.left_out
    return {
        run.maps_folder(model, method).relative_to(run.root).as_posix()
        for model in run.model_keys()
        for method in (*run.experiment.methods, *([ENERGY] if watched else []))
        if method not in left_out.get(model, {})
    }


def _incomplete(run: Run, answered: AnsweredBy, faulty: set[str]) -> Iterator[Fault]:
    """What whole tables do not hold; those that are faulty have been named."""
    records, predictions, left_out = (f"{table.name}.parquet" for table in (RECORDS, PREDICTIONS, LEFT_OUT))
    if faulty & {records, predictions, left_out}:
        return
    try:
        images = set(run.images())
        gone = run.read(LEFT_OUT) if run.has(LEFT_OUT) else None
        images -= set() if gone is None else set(gone.loc[gone["stage"] == "predict", "image"])
    except DataError as error:
        yield Fault(records, "damaged", f"does not hold what it should ({error})")
        return
    rows, seen = Counter[tuple[str, str]](), set[str]()
    for group in row_groups(find_table(run.root, PREDICTIONS.name), PREDICTIONS, None):
        table = group.read("image", "model", "attribute")
        seen.update(table.column("image").unique().to_pylist())
        for row in table.group_by(["model", "attribute"]).aggregate([("image", "count")]).to_pylist():
            rows[row["model"], row["attribute"]] += row["image_count"]
    lacking = [
        f"{rows[key, name]} of {len(images)} photographs have a rating of {name} by {key}"
        for key in run.model_keys()
        for name in (answered.models[key].attributes if key in answered.models else ())
        if rows[key, name] != len(images)
    ]
    if lacking or seen != images:
        yield Fault(predictions, "damaged", lacking[0] if lacking else "rates other photographs than the run has")


def changed_photographs(run: Run, track: Track = silent, besides: Collection[str] = UNFINISHED) -> dict[str, str]:
    """Return which photographs of a run are not as they were, by their ids, and why.

    Parameters
    ----------
    run
        A run, whose records are whole.
    track
        Shows the progress.
    besides
        Stages: photographs that one of them has left out are not looked at.

    Raises
    ------
    DataError
        If a table is damaged.
    """
    left_out = run.read(LEFT_OUT) if run.has(LEFT_OUT) else None
    gone = set() if left_out is None else set(left_out.loc[left_out["stage"].isin(besides), "image"])
    records = run.photographs(everything=True)
    sums: dict[Place, str] = {}
    changed = {}
    for record in track(records, "photographs", len(records)):
        if record.id in gone:
            continue
        digest = sums.setdefault(record.path, "") or file_sum(record.path)
        sums[record.path] = digest
        if digest != record.sha256:
            changed[record.id] = f"{record.path}: {'was changed' if digest else 'is gone, or cannot be read'} since the run"
    return changed
