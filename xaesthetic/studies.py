"""Studies of annotations from end to end: agreement with and without those whom the rules exclude, exports, forgetting."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xaesthetic.core.extras import need
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import Pixels

if TYPE_CHECKING:
    from xaesthetic.annotate.forgetting import Forgotten
    from xaesthetic.annotate.marks import Mark
    from xaesthetic.annotate.store import Store
    from xaesthetic.annotate.study import Study

FUSED = "fused"
"""The folder of an export that holds what everybody's regions make together."""
_DRAWN = 6


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """How far the people of a study agree."""

    tables: Mapping[str, pd.DataFrame]
    """`regions`, `by_person`, `summary`, `people`, `ratings`, `floors`, of everybody."""
    kept: Mapping[str, pd.DataFrame]
    """`regions`, `summary`, `ratings` and `floors` without those whom the rules exclude; empty where nobody is."""
    excluded: Mapping[str, str]
    """By annotator the rules that exclude them."""
    disagreed: pd.DataFrame
    """The photographs, attributes and signs of which regions overlap least, the worst first."""


@contextmanager
def open_store(folder: Path, database: str = "") -> Iterator[tuple["Study", "Store"]]:
    """Open a study's store, beside a server that may be running.

    Parameters
    ----------
    folder
        The study's.
    database
        The URL with its password; that of the study where empty.

    Raises
    ------
    DataError
        If it is no study, or its database cannot be used.
    PluginError
        If the extra `annotate` is not installed.
    """
    need("sqlalchemy", extra="annotate", purpose="a study of annotations")
    from xaesthetic.annotate.opening import url_of
    from xaesthetic.annotate.store import Store
    from xaesthetic.annotate.study import read_study

    study = read_study(folder)
    store = Store(database or url_of(study, folder))
    try:
        yield study, store
    finally:
        store.close()


def measure_agreement(store: "Store", study: "Study") -> Agreement:
    """Measure how far people agree: regions, ratings, with themselves, on catch trials, against floors.

    Parameters
    ----------
    store, study
        The study; what is not finished does not count.
    """
    from xaesthetic.evaluation.study_agreement import most_disagreed
    from xaesthetic.evaluation.study_people import measure_people

    marks = list(store.marks())
    tables = _tables(marks, study.seed, frozenset())
    people = measure_people(marks, tables["by_person"], study.exclusions)
    excluded = {str(row["annotator"]): str(row["why"]) for _, row in people[people["excluded"]].iterrows()}
    kept = _tables(marks, study.seed, frozenset(excluded)) if excluded else {}
    kept.pop("by_person", None)
    return Agreement(tables | {"people": people}, kept, excluded, most_disagreed(tables["regions"]))


def _tables(marks: Sequence["Mark"], seed: int, without: frozenset[str]) -> dict[str, pd.DataFrame]:
    from xaesthetic.evaluation.region_floors import measure_floors
    from xaesthetic.evaluation.study_agreement import measure_regions
    from xaesthetic.evaluation.study_ratings import measure_ratings

    regions = measure_regions(marks, seed, without)
    return {
        "regions": regions.regions,
        "by_person": regions.by_person,
        "summary": regions.summary,
        "ratings": measure_ratings(marks, without),
        "floors": measure_floors([mark for mark in marks if mark.annotator not in without], seed=seed),
    }


def write_agreement(agreement: Agreement, store: "Store", study: "Study", folder: Path, out: Path) -> list[Path]:
    """Write the tables as CSV, and draw what people disagree on most.

    Parameters
    ----------
    agreement, store, study
        Of one study.
    folder
        The study's.
    out
        Where to; made where it is missing.

    Returns
    -------
    The files.
    """
    from xaesthetic.figures import style
    from xaesthetic.figures.regions import regions_figure

    written = []
    for suffix, tables in (("", agreement.tables), ("_without_excluded", agreement.kept)):
        for name, table in tables.items():
            file = out / f"{name}{suffix}.csv"
            write_text(file, frame_csv(table))
            written.append(file)
    panels = [
        panel for _, row in agreement.disagreed.head(_DRAWN).iterrows() if (panel := _panel(row, store, study, folder))
    ]
    if panels:
        caption = (
            "What people disagree on most: each person's region in a colour of its own, with the mean Dice of all pairs. "
            "Where nobody agrees, the attribute may have no place in this photograph."
        )
        written += style.save(regions_figure(panels), out / "disagreement", caption)
    return written


def _panel(row: pd.Series, store: "Store", study: "Study", folder: Path) -> tuple[Pixels, list[np.ndarray], str] | None:
    """A photograph, everybody's regions of one attribute and sign, and what stands above them."""
    from xaesthetic.data.images import decode

    number, attribute, sign = int(row["photograph"]), str(row["attribute"]), str(row["sign"])
    masks = [
        mask
        for mark in store.marks()
        if (mark.photograph, mark.attribute, mark.kind, mark.status) == (number, attribute, "task", "finished")
        and (mask := mark.masks[sign]) is not None
    ]
    shown = {item.number: item for item in study.photographs}
    if not masks or number not in shown:
        return None
    title = f"{shown[number].id}, {study.attribute(attribute).title}, what {sign} it: Dice {row['dice']:.2f}"
    return decode(folder / shown[number].path), masks, title


# -- exports -----------------------------------------------------------------------------------------------------------


def export(store: "Store", study: "Study", folder: Path, out: Path) -> Path:
    """Export a study: the data set, annotators marked whom its rules exclude, and everybody's regions fused.

    Parameters
    ----------
    store, study, folder
        The study.
    out
        The folder; an older export of the study there is replaced.

    Returns
    -------
    The folder, which `forget` will reach.

    Raises
    ------
    DataError
        If something else lies there.
    """
    from xaesthetic.annotate.export import export_study
    from xaesthetic.evaluation.study_agreement import measure_by_person
    from xaesthetic.evaluation.study_people import measure_people

    marks = list(store.marks())
    people = measure_people(marks, measure_by_person(marks), study.exclusions)
    excluded = {str(row["annotator"]): str(row["why"]) for _, row in people[people["excluded"]].iterrows()}
    export_study(store, study, folder, out, excluded, lambda place: _write_fused(place, marks, study, excluded))
    store.add_copy("export", out.absolute())
    return out


def _write_fused(place: Path, marks: Sequence["Mark"], study: "Study", excluded: Mapping[str, str]) -> None:
    """Write every region by soft mean (the share of people, 0 to 255), by majority and by STAPLE, with what that assumes."""
    from PIL import Image

    from xaesthetic.annotate.export import attribute_folders, png
    from xaesthetic.evaluation.fusion import STAPLE_NOTE, majority, soft_mean, staple
    from xaesthetic.evaluation.study_marks import cells, extent_of

    folders = attribute_folders([item.name for item in study.attributes])
    for cell in cells(marks, frozenset(excluded)):
        _, masks = cell.regions()
        said = [extent_of(mark, cell.sign) for mark in cell.finished]
        if not len(masks):
            continue
        size = masks.shape[1:]
        blank = [np.full(size, extent == "everywhere") for extent in said if extent in ("nowhere", "everywhere")]
        everybody = np.concatenate([masks, np.stack(blank)]) if blank else masks
        stem = place / FUSED / folders[cell.attribute] / f"{cell.photograph}.{cell.sign}"
        stem.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.round(soft_mean(everybody) * 255).astype(np.uint8)).save(f"{stem}.soft_mean.png")
        Path(f"{stem}.majority.png").write_bytes(png(majority(everybody)))
        Path(f"{stem}.staple.png").write_bytes(png(staple(masks).mask))
    if (place / FUSED).exists():
        write_text(
            place / FUSED / "README.txt",
            "soft_mean: the share of people who marked a pixel, 255 for all of them; the primary fusion. People who said\n"
            "nowhere or everywhere count. majority: more than half of them.\n"
            f"staple: of those who marked a region. {STAPLE_NOTE}.\n",
        )


def forget(
    store: "Store", study: "Study", folder: Path, pseudonym: str, key_file: Path | None = None, runs: Sequence[Path] = ()
) -> "Forgotten":
    """Take a person out of a study, its backups and its exports, fused regions too; mark runs that are built on them.

    Parameters
    ----------
    store, study, folder
        The study.
    pseudonym
        Whom.
    key_file
        Where the keys lie; in the folder where None.
    runs
        Runs, or folders with runs.

    Raises
    ------
    DataError
        If there is no such annotator.
    """
    from xaesthetic.annotate import forgetting

    return forgetting.forget(store, study, folder, pseudonym, export, key_file, runs)
