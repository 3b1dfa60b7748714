"""Exports of a study with what is measured of it; and people who are taken out of all of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xaesthetic.core.files import write_text
from xaesthetic.studies.agreement import exclusions

if TYPE_CHECKING:
    from xaesthetic.annotate.forgetting import Forgotten
    from xaesthetic.annotate.marks import Mark
    from xaesthetic.annotate.store import Store
    from xaesthetic.annotate.study import Study

FUSED = "fused"
"""The folder of an export that holds what everybody's regions make together."""


def export(store: "Store", study: "Study", folder: Path, out: Path, excluded: Mapping[str, str] | None = None) -> Path:
    """Export a study: the data set, annotators marked whom its rules exclude, and everybody's regions fused.

    Parameters
    ----------
    store, study, folder
        The study.
    out
        The folder; an older export of the study there is replaced.
    excluded
        What `exclusions` gives, where that is known already.

    Returns
    -------
    The folder, which `forget` will reach.

    Raises
    ------
    DataError
        If something else lies there.
    """
    from xaesthetic.annotate.export import export_study

    marks = list(store.marks())
    known = exclusions(marks, study) if excluded is None else excluded
    export_study(store, study, folder, out, known, lambda place: _write_fused(place, marks, study, known))
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
