"""Maps of many photographs, as a run keeps them: a zarr array a model and method, read lazily, chunk by chunk."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, Literal

import numpy as np
import zarr
from jaxtyping import Float, Float32
from msgspec import Meta

from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.run.rounding import Stored
from xaesthetic.run.sums import content_sum, damaged, read_array_sums, sums_file

REFITS = "cam.refits"
"""The place of the `cam` maps of a head's refits: for every refit and attribute one, refit by refit."""
Place = tuple[str, str]
"""A model's key and a method: whose maps."""
MapArray = Float32[np.ndarray, "_n _a _i _j"]
_KEPT = 2  # chunks in memory: neighbours are read one after the other
_LARGEST = 1 << 30
"""Numbers in a chunk; a larger one is refused before it is read."""

Length = Annotated[int, Meta(ge=1, le=2**31)]
Chunk = tuple[Length, Length, Length, Length]
Shape = tuple[Annotated[int, Meta(ge=0, le=2**31)], Length, Length, Length]


@dataclass(frozen=True, slots=True)
class _Attributes:
    """What a run keeps with an array."""

    images: tuple[str, ...]
    attributes: tuple[str, ...]
    adds_up: Literal["mean", "sum", ""] = ""
    asks_output: bool = True
    in_series: bool = False
    all_chunks_written: bool = False
    summed: bool = False
    stored: Stored | None = None


@dataclass(frozen=True, slots=True)
class _Settings:
    """What a codec is set to; the codec of shards has chunks and codecs of its own."""

    endian: Literal["little"] = "little"
    chunk_shape: Chunk | None = None
    codecs: tuple["_Codec", ...] = ()
    index_codecs: tuple["_Codec", ...] = ()
    index_location: Literal["end"] = "end"


@dataclass(frozen=True, slots=True)
class _Codec:
    name: Literal["sharding_indexed", "bytes", "blosc", "zstd", "crc32c"]
    configuration: _Settings = field(default_factory=_Settings)


@dataclass(frozen=True, slots=True)
class _Chunks:
    chunk_shape: Chunk


@dataclass(frozen=True, slots=True)
class _Grid:
    configuration: _Chunks


@dataclass(frozen=True, slots=True)
class _Keys:
    name: Literal["default"] = "default"
    configuration: dict[Literal["separator"], Literal["/"]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Metadata:
    """A zarr.json as this program writes it."""

    shape: Shape
    data_type: Literal["float32", "float16"]
    chunk_grid: _Grid
    chunk_key_encoding: _Keys
    codecs: tuple[_Codec, ...]
    attributes: _Attributes
    zarr_format: Literal[3]
    node_type: Literal["array"]
    storage_transformers: tuple[()] = ()


class Maps:
    """The maps of one model and method: (n, a, i, j), signed, un-normalised, on the layer's grid; nothing is read ahead."""

    def __init__(self, folder: Path, left_out: Collection[str] = ()) -> None:
        """Open the array; its maps stay on the disk.

        Parameters
        ----------
        folder
            The array; its sums stand beside it.
        left_out
            Ids of photographs that were left out after the array was begun; they have no maps.

        Raises
        ------
        DataError
            If it cannot be opened, or its zarr.json is damaged.
        """
        self.folder = folder
        self._sums = read_array_sums(folder)
        self._verify("zarr.json")
        metadata = _read_metadata(folder / "zarr.json")
        kept = metadata.attributes
        if kept.summed and not self._sums:
            raise damaged(folder, FileNotFoundError(f"{sums_file(folder).name}, which should stand beside it, is missing"))
        try:
            self._array: zarr.Array[Any] = zarr.open_array(folder, mode="r", zarr_format=3)
        except Exception as error:  # damaged metadata makes zarr raise nearly anything
            raise damaged(folder, error) from error
        self._size, self._shard = _rows(metadata)
        self._all = kept.images
        self._left_out = frozenset(left_out)
        self.images = tuple(image for image in self._all if image not in self._left_out)
        """The ids of the photographs, along the first axis."""
        self.attributes = kept.attributes
        """Along the second."""
        self.adds_up: str = kept.adds_up
        """What of a map the method promises to be the raw output, but for a constant: `mean`, `sum` or nothing."""
        self.asks_output = kept.asks_output
        """Whether a map depends on the attribute; a floor's is the same for all, and is drawn once."""
        self.in_series = kept.in_series
        """Whether a map is the sum of the maps of layers in series, which promises nothing."""
        self.stored = kept.stored
        """What storing the maps in float16 changes, where the run wants that; they are read as float32 anyway."""
        self._all_written = kept.all_chunks_written
        self._rows = {image: row for row, image in enumerate(self._all) if image not in self._left_out}
        self._columns = {name: column for column, name in enumerate(self.attributes)}
        self._kept: dict[int, MapArray] = {}
        self._lock = Lock()

    def __reduce__(self) -> tuple[type["Maps"], tuple[Path, frozenset[str]]]:
        """Opened again where it is sent to: what is kept of it stays here."""
        return Maps, (self.folder, self._left_out)

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
            If it has none, or their chunk is missing or damaged.
        """
        if image not in self._rows:
            raise damaged(self.folder, ValueError(f"it has no maps of photograph {image}"))
        row = self._rows[image]
        return np.array(self._chunk(row // self._size)[row % self._size])

    def map(self, image: str, attribute: str) -> Float32[np.ndarray, "i j"]:
        """Return one photograph's map for one attribute.

        Raises
        ------
        DataError
            As `of`, or if there is no such attribute.
        """
        if attribute not in self._columns:
            raise damaged(self.folder, ValueError(f"it has no maps of {attribute}"))
        return np.asarray(self.of(image)[self._columns[attribute]])

    def chunks(self) -> Iterator[tuple[Sequence[str], MapArray]]:
        """Give all maps in the order of `images`, as many at once as lie in a chunk, with their ids."""
        for first in range(0, len(self._all), self._shard):
            block = self._read(first, self._shard)
            for start in range(0, len(block), self._size):
                images = self._all[first + start : first + start + self._size]
                rows = [row for row, image in enumerate(images) if image not in self._left_out]
                maps = block[start : start + self._size]
                if rows:
                    yield tuple(images[row] for row in rows), maps if len(rows) == len(images) else maps[rows]

    def _chunk(self, number: int) -> MapArray:
        with self._lock:
            if number not in self._kept:
                while len(self._kept) >= _KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[number] = self._read(number * self._size, self._size)
            return self._kept[number]

    def _read(self, first: int, count: int) -> MapArray:
        """Read some photographs' maps, all in one file."""
        name = f"c/{first // self._shard}/0/0/0"
        if self._all_written and not (self.folder / name).is_file():
            raise damaged(self.folder, FileNotFoundError(f"{name} is missing"))
        self._verify(name)
        try:
            return np.asarray(self._array[first : first + count], np.float32)
        except Exception as error:  # a damaged chunk makes codecs raise nearly anything
            raise damaged(self.folder, error) from error

    def _verify(self, name: str) -> None:
        if not self._sums:
            return  # of a version that wrote none
        try:
            same = content_sum(self.folder / name) == self._sums.get(name)
        except OSError as error:
            raise damaged(self.folder, error) from error
        if not same:
            raise damaged(self.folder, ValueError(f"the sha256 of {name} is not the one that stands beside it"))


def _read_metadata(file: Path) -> _Metadata:
    try:
        metadata = read_json(file, _Metadata)
    except DataError as error:
        raise damaged(file.parent, error) from error
    kept, shape = metadata.attributes, metadata.shape
    for axis, names in enumerate((kept.images, kept.attributes)):
        if len(names) != shape[axis] or len(set(names)) < len(names) or "" in names:
            raise damaged(file, ValueError(f"axis {axis} has {shape[axis]} places and {len(set(names))} different names"))
    try:
        _rows(metadata)
    except ValueError as error:
        raise damaged(file, error) from error
    return metadata


def _rows(metadata: _Metadata) -> tuple[int, int]:
    """How many photographs lie in a chunk, and in a file: the same where there are no shards.

    Raises
    ------
    ValueError
        If they lie otherwise than this program writes them.
    """
    outer, first = metadata.chunk_grid.configuration.chunk_shape, metadata.codecs[0] if metadata.codecs else None
    sharded = first is not None and first.name == "sharding_indexed"
    inner = (first and first.configuration.chunk_shape) or outer if sharded else outer
    codecs = first.configuration.codecs if first and sharded else metadata.codecs
    if (
        not outer[1:] == inner[1:] == metadata.shape[1:]
        or outer[0] % inner[0]
        or int(np.prod(outer, dtype=object)) > _LARGEST
    ):
        raise ValueError(f"chunks of {inner} in files of {outer} for maps of {metadata.shape}")
    if [codec.name for codec in codecs][:1] != ["bytes"]:
        raise ValueError("its first codec is not 'bytes'")
    return inner[0], outer[0]


def standardised(values: Float[np.ndarray, "n a c"]) -> Float[np.ndarray, "n a c"]:
    """Bring maps to mean 0 and length 1 along the last axis, so that products are Pearson's r; nan where constant."""
    centred = values - values.mean(axis=2, keepdims=True, dtype=np.float64)
    length = np.sqrt((centred**2).sum(axis=2, keepdims=True))
    known = length > 1e-6 * np.abs(values).max(axis=2, keepdims=True, initial=1e-30)
    return np.asarray(np.divide(centred, length, out=np.full_like(centred, np.nan), where=known))


def correlations(first: Float[np.ndarray, "a i j"], second: Float[np.ndarray, "a i j"]) -> Float[np.ndarray, " a"]:
    """Pearson's correlation of two stacks of maps over the grid, map by map; nan where one is the same everywhere."""
    one, other = (standardised(item.reshape(1, len(item), -1).astype(np.float64))[0] for item in (first, second))
    return np.asarray((one * other).sum(1))
