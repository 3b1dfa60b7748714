"""Shards of one question, joined to the run that would have been made without them."""

import glob
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from warnings import warn

from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError, XaestheticWarning
from xaesthetic.core.files import atomic_write, remove
from xaesthetic.core.locks import hold
from xaesthetic.core.places import Place
from xaesthetic.core.progress import Track, silent
from xaesthetic.core.shards import Shard
from xaesthetic.core.types import Experiment
from xaesthetic.data.records import fingerprint
from xaesthetic.run.folder import QUESTION
from xaesthetic.run.joining import join_maps, join_tables
from xaesthetic.run.question import validate_same
from xaesthetic.run.schemas import RECORDS
from xaesthetic.run.store import Run
from xaesthetic.run.verify import find_faults
from xaesthetic.stages.asking import collect_photographs


@dataclass(frozen=True, slots=True)
class Merged:
    """A run that was joined from shards."""

    run: Run
    is_complete: bool
    """Whether nothing is left to compute; else ``xaesthetic explain RUN`` goes on: the highest and lowest of all, say."""


def merge(runs: Sequence[Run | str | Path], out: str | Path, track: Track = silent) -> Merged:
    """Join all shards of one question, in any order, to the run without shards; whole or not at all.

    No model is needed, no photograph is read. Tables and maps have the bytes that a run without shards has; where
    photographs cannot be used, batches behind them lie otherwise than there, and ratings may differ in their last bits.

    Parameters
    ----------
    runs
        The shards, or their folders.
    out
        The new run folder.
    track
        Shows the progress.

    Raises
    ------
    DataError
        If one is no shard, is not complete, damaged, comes twice, is missing or is of another question, the photographs
        are others by now, or the folder holds something.
    """
    shards, out = _in_order([Run.of(run) for run in runs]), Path(out)
    for shard in track(shards, "shards", len(shards)):
        _validate_whole(shard)
    experiment = _question(shards)
    with hold(out.parent / f".{out.name}.lock", f"merging {out.name}"):
        for left in out.parent.glob(f".{glob.escape(out.name)}.{'[0-9a-f]' * 8}.tmp"):
            remove(left)  # of a merge that was killed
        if Run.exists(out, experiment):
            return Merged(Run.open(out), Run.open(out).is_complete())
        with atomic_write(out) as temporary:
            run = Run.create(temporary, experiment, _answered(shards))
            join_tables(shards, run)
            join_maps(shards, run)
            run.remove_parts()
    run = Run.open(out)
    return Merged(run, run.is_complete())


def _in_order(runs: Sequence[Run]) -> list[Run]:
    """Return the shards in order, all of them once."""
    if not runs:
        raise DataError("no shard is given; name the run folders of all shards.")
    for run in runs:
        if not run.experiment.shard:
            raise DataError(f"{run.root}: is no shard but a run of its own; name runs that were made with --shard.")
    places: dict[Shard, Run] = {}
    for run in runs:
        shard = Shard.parse(run.experiment.shard)
        if shard in places:
            raise DataError(f"{run.root}: is shard {run.experiment.shard}, as {places[shard].root} is; name one of them.")
        places[shard] = run
    first = runs[0]
    for run in runs[1:]:
        validate_same(run.root, _alike(run.experiment), _alike(first.experiment))
        if Shard.parse(run.experiment.shard).count != Shard.parse(first.experiment.shard).count:
            raise DataError(f"{run.root}: is shard {run.experiment.shard}, {first.root} is {first.experiment.shard}.")
    count = Shard.parse(first.experiment.shard).count
    missing = [f"{number}/{count}" for number in range(1, count + 1) if Shard(number, count) not in places]
    if missing:
        raise DataError(f"shards are missing: {', '.join(missing)}; make them with --shard, and name them too.")
    return [places[Shard(number, count)] for number in range(1, count + 1)]


def _alike(experiment: Experiment) -> Experiment:
    """The question without what tells shards apart."""
    inputs = {name: value for name, value in experiment.inputs.items() if name != "photographs"}
    return replace(experiment, shard="", inputs=inputs)


def _validate_whole(shard: Run) -> None:
    if not shard.is_complete():
        raise DataError(f"{shard.root}: is not finished; 'xaesthetic explain {shard.root}' goes on with it.")
    if faults := find_faults(shard.root):
        raise DataError(f"{shard.root}: {faults[0]}; repair it with 'xaesthetic verify {shard.root}'.")


def _question(shards: Sequence[Run]) -> Experiment:
    """The question of the run, once the photographs are those of the shards."""
    experiment = _alike(shards[0].experiment)
    records = collect_photographs(experiment).records
    first = 0
    known: dict[Place, str] = {}
    for shard in shards:
        table = shard.read(RECORDS)
        part = records[first : first + len(table)]
        first += len(table)
        sums = dict(zip((record.path for record in part), table["sha256"], strict=False))
        if fingerprint(part, sums) != shard.experiment.inputs["photographs"]:
            raise DataError(f"{shard.root}: {experiment.data} holds other photographs by now; put them back as they were.")
        known |= sums
    if first != len(records):
        raise DataError(
            f"{experiment.data}: holds {len(records)} photographs, the shards {first}; put them back as they were."
        )
    inputs = {"photographs": fingerprint(records, known), **experiment.inputs}
    return replace(experiment, inputs=inputs)


def _answered(shards: Sequence[Run]) -> dict[str, Any]:
    """What answered the question: the same in every shard."""
    several: list[dict[str, Any]] = [read_json(shard.root / QUESTION, dict)["answered_by"] for shard in shards]
    first = several[0]
    for shard, answered in zip(shards, several, strict=True):
        for key in {*first, *answered} - {"command", "versions"}:
            if answered.get(key) != first.get(key):
                raise DataError(f"{shard.root}: its {key} are others than those of {shards[0].root}; make it anew.")
        if answered.get("versions") != first.get("versions"):
            warn(
                f"{shard.root}: other versions of packages answered than in {shards[0].root}; last bits may differ.",
                XaestheticWarning,
                stacklevel=3,
            )
    return first | {"command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])}
