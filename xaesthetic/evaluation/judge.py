"""What a run's maps are worth: every summary is computed once from the tables of the run, and kept there for all readers."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from os import SEEK_END
from pathlib import Path

import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.files import remove_unfinished
from xaesthetic.core.files import sha256 as file_sha256
from xaesthetic.core.plugins import installed_version
from xaesthetic.evaluation.agreement import AGREEMENT, measure_agreement
from xaesthetic.evaluation.baseline_maps import measure_baseline_maps
from xaesthetic.evaluation.completeness import COMPLETENESS, measure_completeness
from xaesthetic.evaluation.edit_controls import EDIT_MOVES, EDIT_VERDICTS, summarise_moves, summarise_verdicts
from xaesthetic.evaluation.findings import FINDINGS, MADE_FROM, find_findings
from xaesthetic.evaluation.leaderboard import BY_PERSON, LEADERBOARD, leaderboard, leaderboard_by_person, warnings
from xaesthetic.evaluation.opening import OPENING, find_opening
from xaesthetic.evaluation.ranking import RANKS, rank_groups
from xaesthetic.evaluation.same_maps import without_same_maps
from xaesthetic.evaluation.score import expand_metrics, score_by_person, score_run, validate_metrics
from xaesthetic.evaluation.specificity import SPECIFICITY, measure_specificity
from xaesthetic.evaluation.stability import BY_PHOTOGRAPH, STABILITY, measure_stability, stability_by_photograph
from xaesthetic.evaluation.stored import STORED, is_rounded, summarise_stored
from xaesthetic.evaluation.summaries import (
    BASELINES_SUMMARY,
    EDIT_RESPONSE,
    FAITHFULNESS_SUMMARY,
    PRECISION_SUMMARY,
    RANDOMISATION_SUMMARY,
    summarise_baselines,
    summarise_edits,
    summarise_faithfulness,
    summarise_precision,
    summarise_randomisation,
)
from xaesthetic.metrics._floors import ENERGY
from xaesthetic.run.maps import REFITS, Place
from xaesthetic.run.schemas import (
    ANNOTATIONS,
    BASELINE_OUTPUTS,
    EDIT_CONTROLS,
    EDITS,
    FAITHFULNESS,
    LEFT_OUT,
    PRECISION,
    PREDICTIONS,
    RANDOMISATION,
    RECORDS,
    SCORES,
    SCORES_BY_PERSON,
    Table,
)
from xaesthetic.run.seen import seen_notes, unseen
from xaesthetic.run.stale import stale_notes
from xaesthetic.run.store import Run


@dataclass(frozen=True, slots=True)
class Summary:
    """A table for readers, and what it is made from."""

    table: Table
    made_from: tuple[Table, ...]
    """Tables that must be in the run."""
    compute: Callable[..., pd.DataFrame]
    """Takes the run; where it is made from maps too, the places (model, method) that can be read."""
    with_maps: bool = False
    """Whether it is made from the run's maps too, and from weight randomisation where that was measured."""
    concerns: Callable[[Run], bool] = lambda _: True
    """Whether a run can have it at all; others are not told how it is made."""
    reads: tuple[Table, ...] = ()
    """Summaries before it that it reads, as far as they are there."""


def _on_unseen(run: Run, rows: Table, summary: Table, compute: Callable[[pd.DataFrame, int], pd.DataFrame]) -> pd.DataFrame:
    """Summarise rows without the photographs that a model of the run saw in training; nothing where it saw all of them."""
    kept = unseen(run, run.read(rows))
    return compute(kept, run.experiment.seed) if len(kept) else pd.DataFrame(columns=list(summary.names))


SUMMARIES = (
    Summary(LEADERBOARD, (SCORES,), lambda run: _on_unseen(run, SCORES, LEADERBOARD, leaderboard)),
    Summary(RANKS, (SCORES,), lambda run: _on_unseen(run, SCORES, RANKS, rank_groups)),
    Summary(BY_PERSON, (SCORES_BY_PERSON,), lambda run: _on_unseen(run, SCORES_BY_PERSON, BY_PERSON, leaderboard_by_person)),
    Summary(AGREEMENT, (ANNOTATIONS,), measure_agreement),
    Summary(EDIT_RESPONSE, (EDITS,), lambda run: _on_unseen(run, EDITS, EDIT_RESPONSE, summarise_edits)),
    Summary(EDIT_MOVES, (EDIT_CONTROLS,), lambda run: _on_unseen(run, EDIT_CONTROLS, EDIT_MOVES, summarise_moves)),
    Summary(EDIT_VERDICTS, (EDIT_CONTROLS,), lambda run: _on_unseen(run, EDIT_CONTROLS, EDIT_VERDICTS, summarise_verdicts)),
    Summary(
        FAITHFULNESS_SUMMARY,
        (FAITHFULNESS,),
        lambda run: _on_unseen(run, FAITHFULNESS, FAITHFULNESS_SUMMARY, summarise_faithfulness),
    ),
    Summary(
        BASELINES_SUMMARY,
        (BASELINE_OUTPUTS,),
        lambda run, places=None: summarise_baselines(run.read(BASELINE_OUTPUTS), measure_baseline_maps(run, places)),
        with_maps=True,
    ),
    Summary(
        RANDOMISATION_SUMMARY,
        (RANDOMISATION,),
        lambda run: summarise_randomisation(run.read(RANDOMISATION), run.experiment.seed),
    ),
    Summary(PRECISION_SUMMARY, (PRECISION,), lambda run: summarise_precision(without_same_maps(run, run.read(PRECISION)))),
    Summary(STORED, (PREDICTIONS,), summarise_stored, with_maps=True, concerns=is_rounded),
    Summary(COMPLETENESS, (PREDICTIONS,), measure_completeness, with_maps=True),
    Summary(SPECIFICITY, (PREDICTIONS,), measure_specificity, with_maps=True),
    Summary(STABILITY, (PREDICTIONS,), measure_stability, with_maps=True),
    Summary(BY_PHOTOGRAPH, (PREDICTIONS,), stability_by_photograph, with_maps=True),
    Summary(FINDINGS, (PREDICTIONS, RECORDS), find_findings, with_maps=True, reads=MADE_FROM),
    Summary(OPENING, (FINDINGS,), find_opening),
)
"""In the order in which the screen shows them; those that read others come after them."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is known of a run's maps."""

    tables: Mapping[str, pd.DataFrame]
    """By name: `leaderboard`, `ranks`, `specificity`, …"""
    missing: Mapping[str, str]
    """For each summary that cannot be made yet, the command that measures what it needs."""
    warnings: tuple[str, ...]
    """What a reader of the leaderboard must know."""
    damaged: tuple[str, ...] = ()
    """What of the run cannot be read, and so is in no table."""


def judge(
    run: Run | str | Path, metrics: str | Sequence[str] = (), execution: Execution = Execution(), by_person: bool = False
) -> Judgement:
    """Do what `xaesthetic.judge` does where no model is needed; parameters, result and errors are described there."""
    run, metrics = Run.of(run), (metrics,) if isinstance(metrics, str) else tuple(metrics)
    validate_metrics(run, metrics, by_person)
    metrics = expand_metrics(run, metrics)
    if run.has(ANNOTATIONS):
        score_run(run, metrics, execution)
        if by_person:
            score_by_person(run, metrics, execution)
    judgement = summarise(run)
    if not metrics:
        return judgement
    tables = {
        name: table[table["metric"].isin(metrics)] if "metric" in table else table
        for name, table in judgement.tables.items()
    }
    return replace(judgement, tables=tables)


def summarise(run: Run) -> Judgement:
    """Make the summaries of the tables and maps that are in a run; those whose inputs are as they were stay.

    Parameters
    ----------
    run
        A finished one.
    """
    if any(_is_stale(run, summary) for summary in SUMMARIES):  # else nothing is written, nor locked
        with run.writing("summarising", "summaries"):
            remove_unfinished(run.root / "summaries")
            for summary in SUMMARIES:
                _renew(run, summary)
    tables: dict[str, pd.DataFrame] = {}
    missing: dict[str, str] = {}
    damaged: dict[str, None] = {}
    for summary in SUMMARIES:
        name = summary.table.name.partition("/")[2]
        if not _has_inputs(run, summary):
            if summary.table is PRECISION_SUMMARY or not summary.concerns(run):
                continue  # nothing is lost in full precision, or in float32
            missing[name] = summary.table.command.replace("RUN", str(run.root))
            continue
        table, problems = _readable(run, summary)
        damaged |= dict.fromkeys(problems)
        if table is not None:
            tables[name] = table
    result = [*stale_notes(run.root), *(warnings(tables["leaderboard"]) if "leaderboard" in tables else [])]
    return Judgement(tables, missing, (*result, *_seen(run)), tuple(damaged))


def _seen(run: Run) -> tuple[str, ...]:
    """Return what the tables leave out because a model saw it, where one of those tables is there."""
    return seen_notes(run) if any(run.has(table) for table in (SCORES, SCORES_BY_PERSON, EDITS)) else ()


def _readable(run: Run, summary: Summary) -> tuple[pd.DataFrame | None, Sequence[str]]:
    """Return a summary, and what of the run is too damaged to be in it; None where nothing of it can be told."""
    try:
        if run.made_from(summary.table) == _digest(run, summary):
            return run.read(summary.table), ()
        return summary.compute(run), ()  # it could not be kept; that raises again why
    except DataError as error:
        readable, problems = _find_readable(run) if summary.with_maps else ((), ())
        if not problems:
            return None, (str(error),)
        return summary.compute(run, readable), problems  # not kept: it is made whole when the maps are


def _find_readable(run: Run) -> tuple[Sequence[Place], Sequence[str]]:
    """Return whose maps can be read, all of them, and for the others why not."""
    readable, problems = [], []
    for place in [
        (model, method) for model in run.model_keys() for method in dict.fromkeys((*run.experiment.methods, ENERGY, REFITS))
    ]:
        try:
            stack = run.find_maps(*place)
            for _ in stack.chunks() if stack else ():
                pass
            readable += [place] if stack else []
        except DataError as error:
            problems.append(str(error))
    return readable, problems


def _has_inputs(run: Run, summary: Summary) -> bool:
    return summary.concerns(run) and all(run.has(table) for table in summary.made_from)


def _is_stale(run: Run, summary: Summary) -> bool:
    """Whether a summary is not what its inputs give, or they are gone."""
    if not _has_inputs(run, summary):
        return run.has(summary.table)
    return run.made_from(summary.table) != _digest(run, summary)


def _renew(run: Run, summary: Summary) -> None:
    """Make a summary anew where it is stale."""
    if not _has_inputs(run, summary):
        run.discard(summary.table)
    elif run.made_from(summary.table) != (inputs := _digest(run, summary)):
        try:
            table = summary.compute(run)
        except DataError:  # of damaged maps, say: `_readable` tells what can be told
            run.discard(summary.table)
            return
        run.write(summary.table, table, made_from=inputs)


def _digest(run: Run, summary: Summary) -> str:
    """Return what tells one set of inputs of a summary from another."""
    sums = [installed_version(), *summary.table.names, *(run.digest(table) for table in summary.made_from)]
    if run.has(LEFT_OUT):
        sums += [run.digest(LEFT_OUT)]
    sums += [run.made_from(table) for table in summary.reads]
    if summary.with_maps:
        sums += _maps_sums(run)
        sums += [run.digest(RANDOMISATION) if run.has(RANDOMISATION) else ""]
    return sha256(json.dumps(sums).encode()).hexdigest()


def _maps_sums(run: Run) -> list[str]:
    """Return what tells one set of maps from another: their sums, or, before there were such, what their files end in."""
    summed = sorted((run.root / "maps").glob("*/*.zarr.sha256"))
    arrays = {file.with_suffix("") for file in summed}
    maps = sorted(file for file in (run.root / "maps").rglob("*") if file.is_file() and file not in summed)
    return [*map(file_sha256, summed), *_endings(run, [file for file in maps if not arrays & set(file.parents)])]


def _endings(run: Run, maps: Sequence[Path]) -> list[str]:
    return [f"{file.relative_to(run.root)} {file.stat().st_size} {_ending(run, file)}" for file in maps]


def _ending(run: Run, file: Path) -> str:
    if run.schema == 1 or file.name == "zarr.json":  # these end in no checksum
        return file_sha256(file)
    with file.open("rb") as chunk:
        chunk.seek(-min(4, file.stat().st_size), SEEK_END)
        return chunk.read().hex()
