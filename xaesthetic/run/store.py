"""The run folder: what each stage writes and the later ones read. docs/run-folder.md describes the format.

experiment.json      schema number; the question, and what answered it: versions, models, command line
NAME.parquet         tables (`xaesthetic.run.schemas`): records, annotations, predictions, scores, …
summaries/           tables that readers show (`xaesthetic.evaluation`)
maps/<model>/<method>.zarr   float32 (n, a, i, j): signed, un-normalised, on the layer's own grid
report/              figures and tables
parts/               finished chunks of a stage that is not finished yet (`xaesthetic.run.stage`)

Beside every table and JSON file stands its sha256 (FILE.sha256), beside an array of maps those of all its files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from warnings import warn

import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import create_summed, to_json
from xaesthetic.core.types import Experiment
from xaesthetic.run.folder import QUESTION, RunFolder, no_run
from xaesthetic.run.folder import model_key as model_key
from xaesthetic.run.maps import Maps
from xaesthetic.run.question import as_kept, in_batch_of, is_name, read_document, validate_experiment, validate_same
from xaesthetic.run.reading import RunTables
from xaesthetic.run.schemas import LEFT_OUT, PRECISION, PREDICTIONS, RECORDS, SAME_MAPS, ZEROS
from xaesthetic.run.shown import run_html
from xaesthetic.run.sums import damaged, sums_file, verify_file
from xaesthetic.run.versions import SCHEMA


@dataclass(frozen=True, slots=True)
class Run(RunTables):
    """A run folder: an experiment and what has been computed of it so far."""

    # -- the question ------------------------------------------------------------------------------------------------

    @staticmethod
    def open(root: str | Path) -> "Run":
        """Open a run folder.

        Raises
        ------
        DataError
            If there is none, its experiment.json is damaged, or a newer program wrote it.
        """
        root = Path(root)
        file = root / QUESTION
        if not file.is_file():
            raise DataError(no_run(root))
        document = read_document(file)
        run = Run(root, document.question, document.schema)
        verify_file(file, run.schema)
        if run.schema == 1:
            warn(f"{root}: an older run folder, without checksums; what it holds is not verified.", stacklevel=2)
        return run

    @staticmethod
    def of(run: "Run | str | Path") -> "Run":
        """Return a run that may be named by its folder.

        Raises
        ------
        DataError
            If it is neither, or there is no such run.
        """
        if isinstance(run, (str, Path)):
            return Run.open(run)
        if not isinstance(run, Run):
            raise DataError(f"{type(run).__name__} is no run; pass xa.Run.open(FOLDER), or the folder.")
        return run

    @staticmethod
    def exists(root: Path, experiment: Experiment) -> bool:
        """Whether the folder holds this very experiment.

        Raises
        ------
        DataError
            If it holds another one, or something that is no run at all.
        """
        try:
            validate_experiment(experiment)
            names = {entry.name for entry in root.iterdir()}
        except FileNotFoundError:
            return False
        except OSError as error:
            raise DataError(f"{root}: cannot be used as a folder ({error.strerror}); choose another with --out.") from error
        if QUESTION not in names:
            if any(not name.startswith(".") and name != f"{QUESTION}.sha256" for name in names):
                raise DataError(f"{root}: holds files that are no run; choose an empty or a new folder with --out.")
            return False
        held = Run.open(root).experiment
        validate_same(root, held, in_batch_of(read_document(root / QUESTION), experiment))
        return True

    @staticmethod
    def create(root: Path, experiment: Experiment, answered_by: Mapping[str, Any]) -> "Run":
        """Start a run folder; where another process has been faster, its question stands.

        Raises
        ------
        DataError
            If the folder holds another experiment, or something that is no run at all.
        """
        question = {"schema": SCHEMA, "question": as_kept(experiment), "answered_by": dict(answered_by)}
        create_summed(root / QUESTION, lambda file: file.write_text(to_json(question), encoding="utf-8"))
        Run.exists(root, experiment)  # raises where another question is there
        return Run(root, experiment)

    def methods(self, model: str) -> tuple[str, ...]:
        """Return the experiment's methods that explain this model, by its key, without those that are another's map."""
        same = self.same_maps().get(model, {})
        return tuple(method for method in RunFolder.methods(self, model) if method not in same)

    def places(self) -> list[tuple[str, str]]:
        """Return the models, by their keys, each with every method that explains it."""
        return [(model, method) for model in self.model_keys() for method in self.methods(model)]

    def same_maps(self) -> dict[str, dict[str, str]]:
        """Return by model and method of which other method its maps are, where a family of methods was chosen."""
        table = self.read(SAME_MAPS) if self.has(SAME_MAPS) else pd.DataFrame(columns=list(SAME_MAPS.names))
        return {
            str(model): dict(zip(rows["method"], rows["same_as"], strict=True)) for model, rows in table.groupby("model")
        }

    def zeros(self) -> dict[tuple[str, str], float]:
        """Return what counts as zero by model and attribute, where the question names it."""
        if not self.experiment.zero:
            return {}
        rows = self.read(ZEROS).itertuples(index=False)
        return {(str(model), str(attribute)): float(zero) for model, attribute, zero in rows}

    # -- maps --------------------------------------------------------------------------------------------------------

    def maps_folder(self, model: str, method: str) -> Path:
        """Return where this model's maps by this method lie, or would."""
        for name in (model, method):
            if not is_name(name):
                raise DataError(f"{self.root}: {name[:200]!r} is no name of a model or method.")
        return self.root / "maps" / model / f"{method}.zarr"

    def has_maps(self, model: str, method: str) -> bool:
        """Whether this model's maps by this method have been made."""
        return self.maps_folder(model, method).is_dir()

    def find_maps(self, model: str, method: str) -> Maps | None:
        """Open one model's maps by one method; None where none were made.

        Raises
        ------
        DataError
            If they were made, but are damaged or gone: their sums are still there.
        """
        sums = sums_file(self.maps_folder(model, method))
        gone = not self.has_maps(model, method) and sums.is_file() and not self._is_under_way(LEFT_OUT)
        return self.maps(model, method) if gone or self.has_maps(model, method) else None

    def maps(self, model: str, method: str) -> Maps:
        """Open one model's maps by one method; they are read lazily.

        Raises
        ------
        DataError
            If they have not been made, or are damaged.
        """
        folder = self.maps_folder(model, method)
        if not folder.is_dir():
            raise DataError(f"{self.root}: no {model}/{method} maps yet; make them with 'xaesthetic explain {self.root}'.")
        maps = Maps(folder, self._unusable())
        if self.has(RECORDS):
            usable = self.sizes(maps.images)
            strange = [image for image in maps.images if image not in usable]
            if strange:
                raise damaged(folder, ValueError(f"it holds maps of {strange[0]}, which is not in the run"))
        return maps

    def is_complete(self) -> bool:
        """Whether every prediction and map is in the folder, the error of a reduced precision, and what counts as zero."""
        if self.is_rated_only:
            return self.has(RECORDS) and self.has(PREDICTIONS)
        made = all(self.has_maps(model, method) for model in self.model_keys() for method in self.methods(model))
        measured = not self.experiment.given_up or self.has(PRECISION)
        zeroed = not self.experiment.zero or self.has(ZEROS)
        if self.experiment.shard:
            measured = zeroed = True  # of all photographs, after the merge
        return self.has(RECORDS) and self.has(PREDICTIONS) and made and measured and zeroed

    # -- in a notebook -----------------------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        return run_html(self)
