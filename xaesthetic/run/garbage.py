"""Frees what nothing of a run references: half-written files, chunks of finished stages, maps that the question has not."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from xaesthetic.core.files import TEMPORARY, remove, writing
from xaesthetic.core.locks import hold
from xaesthetic.metrics._floors import ENERGY
from xaesthetic.run.folder import UNFINISHED
from xaesthetic.run.maps import REFITS
from xaesthetic.run.schemas import SCORES, SCORES_BY_PERSON, TABLES
from xaesthetic.run.store import Run
from xaesthetic.run.sums import sums_file

_LOCKS = (".question.lock", ".lock", ".summaries.lock", ".report.lock")
_ADDED_TO = (SCORES.name, SCORES_BY_PERSON.name)
"""Tables that further stages add to once they are there."""


_TABLES = frozenset(table.name for table in TABLES)


@dataclass(frozen=True, slots=True)
class Garbage:
    """Something in a run folder that nothing references."""

    path: str
    """In the run folder."""
    size: int
    """Bytes."""
    reason: str


def collect_garbage(run: Run, dry: bool = False) -> tuple[Garbage, ...]:
    """Remove what nothing references; nothing that a holder of a lock writes, and nothing that `verify` would miss.

    Parameters
    ----------
    run
        A run.
    dry
        Whether it is only named.

    Raises
    ------
    DataError
        If somebody is writing to the run, or something cannot be removed.
    """
    with ExitStack() as stack:
        for name in _LOCKS:
            stack.enter_context(hold(run.root / name, "collecting garbage", wait=False))
        unused = dict(_unused(run))
        tops = [path for path in unused if not set(path.parents) & set(unused)]
        result = tuple(Garbage(path.relative_to(run.root).as_posix(), _size(path), unused[path]) for path in sorted(tops))
        for path in () if dry else tops:
            with writing(path):
                remove(path)
        if not dry:
            _remove_empty(run)
    return result


def belongs(run: Run, model: str, method: str) -> bool:
    """Whether maps are those of a run's question, or come with them: activation energy, and refits of `cam`."""
    return model in run.model_keys() and method in (*run.experiment.methods, ENERGY, REFITS)


def _unused(run: Run) -> Iterator[tuple[Path, str]]:
    for path in run.root.rglob(TEMPORARY):
        yield path, "half-written"
    for path in (run.root / "maps").rglob("*.partial"):
        yield path, "half-written"
    for path in sorted(run.parts.iterdir()) if run.parts.is_dir() else ():
        if reason := _finished(run, path):
            yield path, reason
    for path in sorted((run.root / "maps").glob("*/*.zarr*")):
        method = path.name.removesuffix(".sha256").removesuffix(".zarr")
        if path.name in (f"{method}.zarr", f"{method}.zarr.sha256") and not belongs(run, path.parent.name, method):
            yield path, "not of the question"
    for table in run.root.glob("*.parquet.sha256"):
        file = table.with_name(table.name.removesuffix(".sha256"))
        if not file.exists() and file.stem not in _TABLES:
            yield sums_file(file), "the sum of no file"


def _finished(run: Run, part: Path) -> str:
    """Why chunks are of no use; empty where a stopped stage goes on with them."""
    if not any(part.rglob("plan.json")):
        return "chunks of no stage"
    if part.name in UNFINISHED:
        return "chunks of a finished stage" if run.is_complete() else ""
    finished = part.name not in _ADDED_TO and (run.root / f"{part.name}.parquet").exists()
    return "chunks of a finished stage" if finished else ""


def _size(path: Path) -> int:
    return sum(file.lstat().st_size for file in ([path] if path.is_file() else path.rglob("*")) if not file.is_dir())


def _remove_empty(run: Run) -> None:
    for folder in (*(run.root / "maps").glob("*/"), run.parts):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
