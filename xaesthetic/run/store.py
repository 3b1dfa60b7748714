"""The run folder: what each stage writes and the later ones read.

experiment.json      the question, and what answered it: versions, models, command line
records.parquet      every photograph: id, path, size, sha256, ratings; or why it was left out
people.parquet       what people looked at or marked, where the data set has it
predictions.parquet  image x model x attribute
maps/<model>/<method>.zarr   float32 (n, a, i, j): signed, un-normalised, on the layer's own grid
scores.parquet       image x model x method x attribute x metric; floors and the ceiling stand as models of these names
scores_by_person.parquet, edits.parquet, faithfulness.parquet, randomised.parquet   what was asked for besides
report/              figures and tables
parts/               finished pieces of a stage that is not finished yet
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import zarr

from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import Parts, read_json, remove_unfinished, whole, write_json
from xaesthetic.core.types import Experiment, Record
from xaesthetic.run.maps import MapArray, MapStack
from xaesthetic.run.rows import read_record


@dataclass(frozen=True, slots=True)
class Run:
    """A run folder: an experiment and what has been computed of it so far."""

    root: Path
    experiment: Experiment

    # -- the question ------------------------------------------------------------------------------------------------

    @staticmethod
    def open(root: str | Path) -> "Run":
        """Open a run folder that is there.

        Raises
        ------
        DataError
            If there is none, or its experiment.json is not one.
        """
        root = Path(root)
        file = root / "experiment.json"
        if not file.is_file():
            raise DataError(f"{root}: no run folder (it holds no experiment.json); make one with 'xaesthetic compare'.")
        try:
            question = read_json(file)["question"]
            return Run(root, Experiment(**{key: _frozen(value) for key, value in question.items()}))
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(f"{file}: not an experiment of this version of xaesthetic ({error}).") from error

    @staticmethod
    def exists(root: Path, experiment: Experiment) -> bool:
        """Whether the folder holds this very experiment.

        Raises
        ------
        DataError
            If it holds another one, or something that is no run at all.
        """
        try:
            names = {entry.name for entry in root.iterdir()}
        except FileNotFoundError:
            return False
        except OSError as error:
            raise DataError(f"{root}: cannot be used as a folder ({error.strerror}); choose another with --out.") from error
        if "experiment.json" not in names:
            if any(not name.startswith(".") for name in names):
                raise DataError(f"{root}: holds files that are no run; choose an empty or a new folder with --out.")
            return False
        held = Run.open(root).experiment
        for field in fields(Experiment):
            there, here = getattr(held, field.name), getattr(experiment, field.name)
            if there != here:
                raise DataError(
                    f"{root}: holds another experiment: {field.name} is {_plain(there)} there and {_plain(here)} here; "
                    "choose another folder with --out."
                )
        return True

    @staticmethod
    def create(root: Path, experiment: Experiment, answered_by: Mapping[str, Any]) -> "Run":
        """Start a run folder."""
        write_json(root / "experiment.json", {"question": asdict(experiment), "answered_by": dict(answered_by)})
        return Run(root, experiment)

    def answered_by(self) -> dict[str, Any]:
        """Versions, models with their sources and attributes, command line."""
        file = self.root / "experiment.json"
        answered = read_json(file).get("answered_by")
        if not isinstance(answered, dict) or "models" not in answered:
            raise DataError(f"{file}: does not say which models answered; it is damaged or of another version.")
        return answered

    def trained(self) -> dict[str, str]:
        """How each model was trained, by its key."""
        return {key: source["trained"] for key, source in self.answered_by()["models"].items()}

    # -- photographs -------------------------------------------------------------------------------------------------

    def write_records(self, table: pd.DataFrame) -> None:
        """Keep the photographs."""
        self._write_table("records.parquet", table)

    def has_records(self) -> bool:
        """Whether the photographs have been looked through."""
        return (self.root / "records.parquet").is_file()

    def records_table(self) -> pd.DataFrame:
        """Every photograph, those left out with their `reason`."""
        return self._read_table("records.parquet", "look through the photographs")

    def records(self) -> list[Record]:
        """The photographs that can be used, in the data set's order."""
        table = self.records_table()
        return [read_record(row) for row in table[table["reason"] == ""].to_dict("records")]

    def write_people(self, table: pd.DataFrame) -> None:
        """Keep what people looked at or marked."""
        self._write_table("people.parquet", table)

    def has_people(self) -> bool:
        """Whether anybody looked at or marked anything."""
        return (self.root / "people.parquet").is_file()

    def people(self) -> pd.DataFrame:
        """What people did, a row each: image, annotator, attribute, x, y, outside, region; `reason` where it is left out."""
        return self._read_table("people.parquet", "look through the photographs")

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Every usable photograph's (height, width)."""
        table = self.records_table()
        table = table[table["reason"] == ""]
        rows = zip(table["id"], table["height"], table["width"], strict=True)
        return {str(image): (int(height), int(width)) for image, height, width in rows}

    # -- predictions -------------------------------------------------------------------------------------------------

    def write_predictions(self, table: pd.DataFrame) -> None:
        """Keep the predictions: columns image, model, attribute, prediction, raw."""
        self._write_table("predictions.parquet", table)

    def has_predictions(self) -> bool:
        """Whether every photograph has been rated."""
        return (self.root / "predictions.parquet").is_file()

    def predictions(self) -> pd.DataFrame:
        """Columns image, model, attribute, prediction (a rating), raw (the output that maps explain); float32."""
        return self._read_table("predictions.parquet", "rate the photographs")

    # -- maps --------------------------------------------------------------------------------------------------------

    def _maps_folder(self, model: str, method: str) -> Path:
        return self.root / "maps" / model / f"{method}.zarr"

    def has_maps(self, model: str, method: str) -> bool:
        """Whether this model's maps by this method are there."""
        return self._maps_folder(model, method).is_dir()

    def write_maps(
        self,
        model: str,
        method: str,
        images: Sequence[str],
        attributes: Sequence[str],
        batches: Iterator[MapArray],
        adds_up: str = "",
    ) -> None:
        """Keep maps that come in batches, in the order of `images`; see `MapStack` for the rest."""
        with whole(self._maps_folder(model, method)) as temporary:
            array: zarr.Array[Any] | None = None
            start = 0
            for batch in batches:
                if array is None:
                    shape = (len(images), *batch.shape[1:])
                    array = zarr.create_array(
                        temporary,
                        shape=shape,
                        chunks=batch.shape,
                        dtype="float32",
                        attributes={"images": list(images), "attributes": list(attributes), "adds_up": adds_up},
                    )
                array[start : start + len(batch)] = batch
                start += len(batch)

    def is_complete(self) -> bool:
        """Whether every prediction and map is there."""
        models = [model_key(choice) for choice in self.experiment.models]
        made = all(self.has_maps(model, method) for model in models for method in self.experiment.methods)
        return self.has_records() and self.has_predictions() and made

    def maps(self, model: str, method: str) -> MapStack:
        """One model's maps by one method.

        Raises
        ------
        DataError
            If they have not been made.
        """
        folder = self._maps_folder(model, method)
        if not folder.is_dir():
            raise DataError(f"{self.root}: no {model}/{method} maps yet; make them with 'xaesthetic explain {self.root}'.")
        try:
            array = zarr.open_array(folder, mode="r")
            images, attributes = array.attrs["images"], array.attrs["attributes"]
            adds_up = str(array.attrs.get("adds_up", ""))
            return MapStack(tuple(images), tuple(attributes), np.asarray(array[:]), adds_up)  # type: ignore[arg-type]
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise _damaged(folder, error) from error

    # -- what stages after the maps have made ------------------------------------------------------------------------

    def write_table(self, name: str, table: pd.DataFrame) -> None:
        """Keep a stage's table: `scores`, `scores_by_person`, `edits`, `faithfulness`, `randomised`."""
        self._write_table(f"{name}.parquet", table)

    def has_table(self, name: str) -> bool:
        """Whether it is there."""
        return (self.root / f"{name}.parquet").is_file()

    def table(self, name: str) -> pd.DataFrame:
        """Read it."""
        return self._read_table(f"{name}.parquet", f"make the {name}")

    # -- the rest ----------------------------------------------------------------------------------------------------

    def parts(self, *names: str) -> Parts:
        """Where a stage keeps its finished pieces."""
        return Parts(self.root.joinpath("parts", *names))

    def clear_parts(self) -> None:
        """Throw away the pieces of finished ratings and maps, and what a killed process left half-written.

        Pieces of a measurement that was stopped stay: it goes on with them.
        """
        remove_unfinished(self.root)
        for stage in ("predict", "explain"):
            self.parts(stage).clear()
        with suppress(OSError):  # it holds others, or is not there
            self.parts().folder.rmdir()

    @property
    def report(self) -> Path:
        """The folder of figures and tables."""
        return self.root / "report"

    def _write_table(self, name: str, table: pd.DataFrame) -> None:
        with whole(self.root / name) as temporary:
            table.to_parquet(temporary, index=False)

    def _read_table(self, name: str, todo: str) -> pd.DataFrame:
        file = self.root / name
        if not file.is_file():
            raise DataError(f"{self.root}: no {name} yet; start 'xaesthetic compare' again to {todo}.")
        try:
            return pd.read_parquet(file)
        except (OSError, ValueError) as error:
            raise _damaged(file, error) from error


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(f"{path}: cannot be read ({error}); delete it and start 'xaesthetic compare' again to make it anew.")


def model_key(choice: str) -> str:
    """A model's name in a run: as chosen, with its weights' folder's name behind a dash where it has one of its own."""
    return ModelChoice.parse(choice).key


def _frozen(value: Any) -> Any:  # JSON has lists where an experiment has tuples
    return tuple(value) if isinstance(value, list) else value


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
