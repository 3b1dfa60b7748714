"""Verify a run and repair it: what is damaged or missing is made again by the stage that made it, and nothing else."""

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xaesthetic.core.errors import DataError, XaestheticError
from xaesthetic.core.execution import Execution
from xaesthetic.core.files import remove, swap
from xaesthetic.core.locks import resting
from xaesthetic.data.records import fingerprint
from xaesthetic.evaluation.judge import summarise
from xaesthetic.evaluation.leaderboard import LEADERBOARD
from xaesthetic.evaluation.same_maps import write_same_maps
from xaesthetic.evaluation.score import fitting_metrics, score_by_person, score_run
from xaesthetic.execution.local import locally
from xaesthetic.measuring import kept_slider, measure_all, measure_slider, measurements_of, same_models
from xaesthetic.run.faults import Fault
from xaesthetic.run.folder import QUESTION, UNFINISHED
from xaesthetic.run.mending import mend_question, rewrite_sum
from xaesthetic.run.schemas import (
    ANNOTATIONS,
    CATEGORIES,
    LEFT_OUT,
    PASSED_OVER,
    PRECISION,
    PREDICTIONS,
    RECORDS,
    SAME_MAPS,
    SCORES,
    SCORES_BY_PERSON,
    SLIDER,
    TABLES,
    VOTES,
    ZEROS,
    Table,
)
from xaesthetic.run.store import Run
from xaesthetic.run.sums import sums_file
from xaesthetic.run.verify import SUMMARIES, changed_photographs, find_faults
from xaesthetic.stages.asking import Handed, Models, collect_photographs, hand_over, staying
from xaesthetic.stages.records import examine_records

if TYPE_CHECKING:
    from xaesthetic.models.model import AttributeModel

_EXAMINED = (RECORDS, PASSED_OVER, ANNOTATIONS, VOTES, CATEGORIES)
"""The tables that a first look at the photographs makes."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a run, and what is left of that after its repair."""

    faults: tuple[Fault, ...]
    """What was damaged or missing."""
    left: tuple[Fault, ...]
    """What still is."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why it could not be repaired, by the faults' paths, as far as it is known."""
    changed: Mapping[str, str] = field(default_factory=dict)
    """Photographs that are not as they were, by their ids: the run holds, but what needs them cannot be made again."""


def verify(
    run: Run | str | Path,
    repair: bool = True,
    execution: Execution = Execution(),
    models: Models = (),
    photographs: bool = True,
) -> Verdict:
    """Find what of a run is damaged or missing, and make that again.

    Parameters
    ----------
    run
        A run, or its folder.
    repair
        Whether it is repaired; else it is only looked at.
    execution
        How it is carried out.
    models
        Those that the run was begun with as objects.
    photographs
        Whether the photographs are held against their checksums too.

    Returns
    -------
    The faults, and those that are left. A run without any left has the bytes that an undisturbed run has.

    Raises
    ------
    XaestheticError
        If there is no such run, or somebody is writing to it.
    """
    root = run.root if isinstance(run, Run) else Path(run)
    with resting(root, "verifying"):
        faults = find_faults(root, execution.track)
    reasons: dict[str, str] = {}
    left = faults
    if faults and repair:
        handed = hand_over(models)
        with staying(handed):
            _repair(root, faults, execution, handed, reasons)
        left = find_faults(root, execution.track)
    usable = not {fault.path for fault in left} & {QUESTION, *(f"{table.name}.parquet" for table in (RECORDS, LEFT_OUT))}
    changed = changed_photographs(Run.open(root), execution.track) if photographs and usable else {}
    return Verdict(faults, left, {fault.path: reasons[fault.path] for fault in left if fault.path in reasons}, changed)


# -- repair ------------------------------------------------------------------------------------------------------------


def _repair(root: Path, faults: Sequence[Fault], execution: Execution, handed: Handed, reasons: dict[str, str]) -> None:
    """Make again what can be, in the order in which a run is made; keep why something could not be."""
    for fault in faults:
        if fault.kind == "sum":
            rewrite_sum(root / fault.path)
    if any(fault.path == QUESTION for fault in faults):
        with _noting(reasons, [QUESTION]):
            mend_question(root / QUESTION)
    if QUESTION in reasons:
        return
    work = _Repair(Run.open(root), frozenset(fault.path for fault in faults if fault.kind != "sum"), execution, handed)
    steps: tuple[tuple[Callable[[], object], Collection[str]], ...] = (
        (work.examine, work.of(*_EXAMINED)),
        (work.compute, work.computed),
        (work.measure, work.measured),
        (work.score, work.of(SCORES, SCORES_BY_PERSON)),
        (work.summarise, work.summaries),
    )
    for step, paths in steps:
        if paths:
            with _noting(reasons, paths):
                step()


@contextmanager
def _noting(reasons: dict[str, str], paths: Collection[str]) -> Iterator[None]:
    """Keep an error as the reason why these were not repaired."""
    try:
        yield
    except XaestheticError as error:
        reasons.update(dict.fromkeys(paths, str(error)))


@dataclass(frozen=True, slots=True)
class _Repair:
    """A run, and what of it is to be made again."""

    run: Run
    faulty: frozenset[str]
    """Paths in the run folder."""
    execution: Execution
    handed: Handed

    def of(self, *tables: Table) -> list[str]:
        """Return the paths of those tables that are faulty."""
        return [path for path in (f"{table.name}.parquet" for table in tables) if path in self.faulty]

    @property
    def computed(self) -> list[str]:
        """Return what is faulty of what networks compute."""
        maps = [path for path in self.faulty if path.startswith("maps/")]
        return [*maps, *self.of(LEFT_OUT, PREDICTIONS, ZEROS, SAME_MAPS, PRECISION)]

    @property
    def measured(self) -> list[str]:
        """Return the faulty tables that are measured of a finished run; all where it is not known who was left out."""
        tables = [table for table in TABLES if table is not PRECISION and measurements_of([table.name])]
        present = [table for table in tables if (self.run.root / f"{table.name}.parquet").exists()]
        again = [f"{table.name}.parquet" for table in present] if self.of(LEFT_OUT) else []
        return list(dict.fromkeys([*self.of(*tables), *again]))

    @property
    def summaries(self) -> list[str]:
        """Return the summaries that are faulty."""
        return [path for path in self.faulty if path.startswith(f"{SUMMARIES}/")]

    def examine(self) -> None:
        """Look at the photographs again, beside the run, and take what is faulty from there."""
        collection = collect_photographs(self.run.experiment)
        if fingerprint(collection.records) != self.run.experiment.inputs.get("photographs"):
            raise DataError(f"{self.run.root}: the photographs are not as they were at first; put them back.")
        beside = Run(self.run.root / f".examined.{secrets.token_hex(4)}.tmp", self.run.experiment)
        try:
            examine_records(beside, collection.records, self.execution, collection.passed_over)
            with self.run.writing("repairing"):
                for table in _EXAMINED:
                    if f"{table.name}.parquet" in self.faulty:
                        _take(beside, self.run, table)
        finally:
            remove(beside.root)

    def compute(self) -> None:
        """Rate and explain again, with the run's models."""
        from xaesthetic.stages.explain import explain_records  # these import torch
        from xaesthetic.stages.precision import measure_precision
        from xaesthetic.stages.predict import predict_records
        from xaesthetic.stages.redo import redo_maps, redo_predictions, rewrite_left_out
        from xaesthetic.stages.targets import write_zeros

        run, execution = self.run, locally(self.execution)
        models = same_models(run, self.handed, execution.trust)
        with run.writing("repairing"):
            unfinished = any((run.parts / stage).is_dir() for stage in UNFINISHED)
            if self.of(PREDICTIONS) and self.of(LEFT_OUT):
                run.discard(LEFT_OUT)  # who cannot be rated is left out again
                redo_predictions(run, models, execution, ())
            elif self.of(LEFT_OUT):
                rewrite_left_out(run, self._whole_arrays())
            elif self.of(PREDICTIONS) and not unfinished:
                redo_predictions(run, models, execution, changed_photographs(run, execution.track, ("predict",)))
            if unfinished:
                predict_records(run, models, execution)
                if not run.is_rated_only:
                    explain_records(run, models, execution)
            if lost := self._lost(models):
                redo_maps(run, models, lost, execution, changed_photographs(run, execution.track))
            for table in (ZEROS, SAME_MAPS, PRECISION):
                if self.of(table):
                    run.discard(table)
            if self.of(ZEROS):
                write_zeros(run, models)
            if self.of(SAME_MAPS):
                write_same_maps(run, run.answered_by().family)
            if self.of(PRECISION):
                measure_precision(run, models, execution)
            run.remove_parts()

    def _lost(self, models: "Mapping[str, AttributeModel]") -> dict[tuple[str, str], frozenset[str]]:
        """By model and method what an array has lost; nothing where it is missing altogether."""
        lost: dict[tuple[str, str], set[str]] = {}
        for path in sorted(path for path in self.faulty if path.startswith("maps/")):
            _, model, array, *file = path.split("/", 3)
            if model in models:
                lost.setdefault((model, array.removesuffix(".zarr")), set()).update(file)
        return {place: frozenset(files) for place, files in lost.items() if files or not self.run.has_maps(*place)}

    def _whole_arrays(self) -> list[Path]:
        arrays = sorted((self.run.root / "maps").glob("*/*.zarr"))
        faulty = [path for path in self.faulty if path.startswith("maps/")]
        names = {array: array.relative_to(self.run.root).as_posix() for array in arrays}
        return [array for array, name in names.items() if not any(path.startswith(name) for path in faulty)]

    def measure(self) -> None:
        """Measure again what needs the models."""
        tables = {path.removesuffix(".parquet") for path in self.measured}
        if changed := changed_photographs(self.run):
            raise DataError(f"{self.run.root}: {next(iter(changed.values()))}; put it back as it was.")
        names, slider = measurements_of(tables), kept_slider(self.run)
        with self.run.writing("repairing"):
            for table in TABLES:
                if set(measurements_of([table.name])) & set(names):  # those that one measurement writes go together
                    self.run.discard(table)
        measure_all(self.run, [name for name in names if name != SLIDER.name], self.execution, self.handed)
        if SLIDER.name in names:
            measure_slider(self.run, slider, self.execution, self.handed)

    def score(self) -> None:
        """Hold maps against people again, by the metrics that were named at first as far as the leaderboard knows."""
        run, execution = self.run, locally(self.execution)
        metrics: tuple[str, ...] = ()
        if f"{LEADERBOARD.name}.parquet" not in self.faulty and run.has(LEADERBOARD):
            metrics = tuple(run.read(LEADERBOARD)["metric"].unique())
            metrics = () if set(metrics) == set(fitting_metrics(run)) else metrics
        for table, score in ((SCORES, score_run), (SCORES_BY_PERSON, score_by_person)):
            if self.of(table):
                with run.writing("repairing"):
                    run.discard(table)
                score(run, metrics if table is SCORES else (), execution)

    def summarise(self) -> None:
        """Summarise again what is faulty."""
        with self.run.writing("repairing", SUMMARIES):
            for path in self.summaries:
                for file in (self.run.root / path, sums_file(self.run.root / path)):
                    remove(file)
        summarise(self.run)


def _take(beside: Run, run: Run, table: Table) -> None:
    """Move a table of one run, with its sum, to another; a table that the one has not is removed from the other."""
    run.discard(table)
    if beside.has(table):
        file = f"{table.name}.parquet"
        for name in (f"{file}.sha256", file):
            swap(beside.root / name, run.root / name, mixed=True)
