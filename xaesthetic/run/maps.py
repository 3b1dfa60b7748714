"""Maps of many photographs, as a run keeps them: a zarr array a model and method, read lazily, chunk by chunk."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import zarr
from jaxtyping import Float, Float32
from zarr.codecs import BytesCodec, Crc32cCodec, ZstdCodec

from xaesthetic.core.errors import DataError

MapArray = Float32[np.ndarray, "_n _a _i _j"]
WRITE_ALL: Any = {"write_empty_chunks": True}
"""How arrays are opened for writing: a chunk of zeros is written too, so that a missing one is known to be missing."""
_KEPT = 2  # chunks in memory: neighbours are read one after the other


class Maps:
    """The maps of one model and method: (n, a, i, j), signed, un-normalised, on the layer's grid; nothing is read ahead."""

    def __init__(self, folder: Path) -> None:
        """Open the array; its maps stay on the disk.

        Raises
        ------
        DataError
            If it cannot be opened.
        """
        self.folder = folder
        try:
            self._array: zarr.Array[Any] = zarr.open_array(folder, mode="r")
            attributes = self._array.attrs
            self.images = tuple(map(str, attributes["images"]))  # type: ignore[arg-type]
            """The ids of the photographs, along the first axis."""
            self.attributes = tuple(map(str, attributes["attributes"]))  # type: ignore[arg-type]
            """Along the second."""
            self.adds_up = str(attributes.get("adds_up", ""))
            """What of a map the method promises to be the raw output, but for a constant: `mean`, `sum` or nothing."""
            self._all_written = bool(attributes.get("all_chunks_written", False))
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise damaged(folder, error) from error
        self._rows = {image: row for row, image in enumerate(self.images)}
        self._columns = {name: column for column, name in enumerate(self.attributes)}
        self._kept: dict[int, MapArray] = {}
        self._lock = Lock()

    @property
    def grid(self) -> tuple[int, int]:
        """Return the grid's (rows, columns)."""
        return int(self._array.shape[2]), int(self._array.shape[3])

    def __contains__(self, image: str) -> bool:
        """Whether the photograph has maps."""
        return image in self._rows

    def of(self, image: str) -> Float32[np.ndarray, "a i j"]:
        """Return one photograph's maps for all attributes.

        Raises
        ------
        DataError
            If their chunk is missing or damaged.
        """
        row = self._rows[image]
        size = int(self._array.chunks[0])
        return np.array(self._chunk(row // size)[row % size])

    def map(self, image: str, attribute: str) -> Float32[np.ndarray, "i j"]:
        """Return one photograph's map for one attribute."""
        return np.asarray(self.of(image)[self._columns[attribute]])

    def chunks(self) -> Iterator[tuple[Sequence[str], MapArray]]:
        """Give all maps in the order of `images`, as many at once as lie in a chunk, with their ids."""
        size = int(self._array.chunks[0])
        for number in range(-(-len(self.images) // size)):
            yield self.images[number * size : (number + 1) * size], self._chunk(number)

    def _chunk(self, number: int) -> MapArray:
        with self._lock:
            if number not in self._kept:
                while len(self._kept) >= _KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[number] = self._read(number)
            return self._kept[number]

    def _read(self, number: int) -> MapArray:
        if self._all_written and not (self.folder / "c" / str(number) / "0" / "0" / "0").is_file():
            raise damaged(self.folder, FileNotFoundError(f"chunk {number} is missing"))
        size = int(self._array.chunks[0])
        try:
            return np.asarray(self._array[number * size : (number + 1) * size], np.float32)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise damaged(self.folder, error) from error


def create_array(folder: Path, count: int, chunk: Sequence[int], attributes: Mapping[str, Any]) -> "zarr.Array[Any]":
    """Make an array on the disk whose chunks carry checksums (crc32c); a chunk of zeros is written like any other.

    Parameters
    ----------
    folder
        Gets the array; its parent is made where it is not there.
    count
        Length of the first axis.
    chunk
        The shape of one chunk: some rows, and all of the other axes.
    attributes
        Kept with it, as JSON.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    return zarr.create_array(
        folder,
        shape=(count, *chunk[1:]),
        chunks=tuple(chunk),
        dtype="float32",
        serializer=BytesCodec(),
        compressors=(ZstdCodec(level=3), Crc32cCodec()),
        attributes=dict(attributes) | {"all_chunks_written": True},
        config=WRITE_ALL,
    )


def damaged(path: Path, error: Exception) -> DataError:
    """Say that something of a run cannot be read, and what to do."""
    return DataError(f"{path}: cannot be read ({error}); delete it and start 'xaesthetic compare' again to make it anew.")


def standardised(values: Float[np.ndarray, "n a c"]) -> Float[np.ndarray, "n a c"]:
    """Bring maps to mean 0 and length 1 along the last axis, so that products are Pearson's r; nan where constant."""
    centred = values - values.mean(axis=2, keepdims=True, dtype=np.float64)
    length = np.sqrt((centred**2).sum(axis=2, keepdims=True))
    known = length > 1e-6 * np.abs(values).max(axis=2, keepdims=True, initial=1e-30)
    return np.asarray(np.divide(centred, length, out=np.full_like(centred, np.nan), where=known))
