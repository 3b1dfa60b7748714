"""Arrays on the disk: while a stage works a small file a chunk, at its end shards: files of as many chunks as are well read.

parts/STAGE/…/NAME/000003.npy   a finished chunk, float32, written whole; empty where it has no rows
parts/STAGE/…/NAME.zarr         the array while shards are put together, one at a time; those that are there are whole
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import atomic_write, remove, swap, sync, writing
from xaesthetic.run.rounding import measure_rounding
from xaesthetic.run.sums import write_array_sums

SHARD = 1 << 24
"""Bytes of a shard, about, before it is compressed and in float32: more would make one photograph slow to read, as all of
its shard is held against the sha256 (16 MB: 15 to 25 ms); less makes more files. Like the codec, as measured by
`benchmarks/compression.py`."""
METADATA = "zarr.json"
_WRITE_ALL: Any = {"write_empty_chunks": True}
"""How arrays are opened for writing: a chunk of zeros is written too, so that a missing one is known to be missing."""


def create_array(
    folder: Path, count: int, chunk: Sequence[int], attributes: Mapping[str, Any], dtype: str = "float32"
) -> "zarr.Array[Any]":
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
    dtype
        `float32` or `float16`; shards are divided alike.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    size = int(np.prod(chunk)) * 4
    several = max(1, min(SHARD // max(1, size), -(-count // chunk[0])))
    return zarr.create_array(
        folder,
        shape=(count, *chunk[1:]),
        chunks=tuple(chunk),
        shards=(several * chunk[0], *chunk[1:]),
        dtype=dtype,
        serializer=BytesCodec(),
        compressors=(BloscCodec(cname="zstd", clevel=5, shuffle="bitshuffle"), Crc32cCodec()),
        attributes=dict(attributes) | {"all_chunks_written": True},
        config=_WRITE_ALL,
    )


def shard_rows(array: "zarr.Array[Any]") -> int:
    """Return how many rows lie in a file of an array; one of before there were shards has a file a chunk."""
    return int((array.shards or array.chunks)[0])


@dataclass(frozen=True, slots=True)
class ArraySink:
    """Rows of one array: a small file a chunk, joined to shards at the end; no more than a shard is in memory.

    The disk keeps a chunk before it counts as written.
    """

    target: Path
    """The finished zarr array."""
    parts: Path
    """Gets the chunks, and the array while it is not finished."""
    sizes: tuple[int, ...]
    """How many rows each chunk has; all but the last equal."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Kept with the array, as JSON."""
    store: str = "float32"
    """What the array is wanted in; one that float16 would change too much is float32 all the same."""
    old: bool = False
    """Whether an array that is there may be of before there were shards."""

    def write(self, number: int, value: np.ndarray | None) -> None:
        """Keep the rows of one chunk; None where it has none, which leaves them out: they are 0."""
        rows = np.zeros(0, np.float32) if value is None else np.asarray(value, np.float32)
        content = BytesIO()
        np.save(content, rows)  # straight into a file it would not say that the disk is full
        with atomic_write(self._chunk(number)) as temporary:
            temporary.write_bytes(content.getbuffer())

    def finish(self, count: int) -> None:
        """Put shards together and move the array into place; killed at any moment it goes on with the shard that is next."""
        del count
        if not self._array.is_dir() and next(self._present(), None) is None:
            remove(self._chunks)
            return
        with writing(self.target):
            if not (self._array / METADATA).is_file():
                self._begin()
            self._join()
            write_array_sums(self._array, self.target)
            remove(self._chunks)  # before the array is in place: half of them would not be enough for it
            self.target.parent.mkdir(parents=True, exist_ok=True)
            swap(self._array, self.target)

    def lost_chunks(self, lost: Collection[str]) -> set[int]:
        """Return which chunks of the finished array must be computed again.

        Parameters
        ----------
        lost
            Its files that are damaged or missing: `zarr.json`, or `c/3/…` of a shard. Of a shard only the chunks whose
            crc32c does not hold; where the zarr.json is lost one, which says what to write into another, or all.
        """
        if METADATA in lost:
            alone = len(lost) == 1 and self.store == "float32" and not self.old
            return {0} if alone else set(range(len(self.sizes)))
        array = zarr.open_array(self.target, mode="r", zarr_format=3)
        undone: set[int] = set()
        for file in lost:
            inside = self._inside(array, int(file.split("/")[1]))
            damaged = {number for number in inside if self._find_rows(array, number) is None}
            undone |= damaged or set(inside)  # whole, but another file's: all of it
        return undone

    def reopen(self, lost: Collection[str], undone: Collection[int]) -> None:
        """Take the finished array back among the parts, without files that are lost; what can be read of them is kept.

        Parameters
        ----------
        lost
            As in `lost_chunks`.
        undone
            The chunks that are computed again.
        """
        with writing(self.target):
            for left in (self._array, self._chunks):
                remove(left)
            if len(undone) == len(self.sizes):
                remove(self.target)
                return
            if METADATA not in lost:
                array = zarr.open_array(self.target, mode="r", zarr_format=3)
                inside = {number for file in lost for number in self._inside(array, int(file.split("/")[1]))}
                for number in inside - set(undone):
                    self.write(number, self._read(array, number))
            self._array.parent.mkdir(parents=True, exist_ok=True)
            swap(self.target, self._array)
            for file in lost:
                remove(self._array / file)

    def _begin(self) -> None:
        """Write the array's zarr.json."""
        shape = next(rows.shape[1:] for rows in self._present())
        attributes, dtype = {**self.attributes, "summed": True}, "float32"
        if self.store == "float16":
            stored = measure_rounding(self._present(), str(self.attributes.get("adds_up", "")))
            attributes, dtype = attributes | {"stored": asdict(stored)}, stored.dtype
        new = self.parts / f"{self.target.stem}.new"
        remove(new)
        create_array(new, sum(self.sizes), (self.sizes[0], *shape), attributes, dtype)
        sync(new)
        self._array.mkdir(parents=True, exist_ok=True)
        swap(new / METADATA, self._array / METADATA)
        remove(new)

    def _join(self) -> None:
        """Write the shards that are missing."""
        array = zarr.open_array(self._array, mode="r", zarr_format=3)
        metadata = json.loads((self._array / METADATA).read_text(encoding="utf-8")) | {"attributes": {}}
        rest = array.shape[1:]
        for number in range(-(-array.shape[0] // shard_rows(array))):
            place = self._array.joinpath("c", str(number), *"0" * len(rest))
            if not place.is_file():
                rows = np.concatenate([self._rows(inside, rest) for inside in self._inside(array, number)])
                self._write_shard(place, rows, metadata)

    def _write_shard(self, place: Path, rows: np.ndarray, metadata: dict[str, Any]) -> None:
        """Write one shard whole: beside the array, in an array of its own, from where it is moved."""
        beside = self.parts / f"{self.target.stem}.shard"
        remove(beside)
        beside.mkdir(parents=True)
        shape = [len(rows), *metadata["shape"][1:]]
        (beside / METADATA).write_text(json.dumps(metadata | {"shape": shape}), encoding="utf-8")
        zarr.open_array(beside, mode="r+", zarr_format=3).with_config(_WRITE_ALL)[...] = rows
        file = beside.joinpath("c", *"0" * len(shape))
        sync(file)
        place.parent.mkdir(parents=True, exist_ok=True)
        swap(file, place)
        remove(beside)

    def _inside(self, array: "zarr.Array[Any]", shard: int) -> range:
        """The chunks that lie in a shard."""
        several = shard_rows(array) // self.sizes[0]
        return range(shard * several, min((shard + 1) * several, len(self.sizes)))

    def _find_rows(self, array: "zarr.Array[Any]", number: int) -> np.ndarray | None:
        """The rows of a chunk of an array that may be damaged; None where its crc32c does not hold, or it is missing."""
        file = self.target.joinpath("c", str(number * self.sizes[0] // shard_rows(array)), *"0" * (len(array.shape) - 1))
        try:
            return self._read(array, number) if file.is_file() else None
        except Exception:  # a damaged chunk makes codecs raise nearly anything
            return None

    def _read(self, array: "zarr.Array[Any]", number: int) -> np.ndarray:
        first = number * self.sizes[0]
        return np.asarray(array[first : first + self.sizes[number]], np.float32)

    def _rows(self, number: int, rest: Sequence[int]) -> np.ndarray:
        rows = self._load(number)
        return rows if len(rows) else np.zeros((self.sizes[number], *rest), np.float32)

    def _present(self) -> Iterator[np.ndarray]:
        """Give the chunks that have rows, one after the other."""
        numbers = range(len(self.sizes)) if self._chunks.is_dir() else ()
        return (rows for rows in map(self._load, numbers) if len(rows))

    def _load(self, number: int) -> np.ndarray:
        try:
            return np.asarray(np.load(self._chunk(number)))
        except (OSError, ValueError, EOFError) as error:
            raise DataError(
                f"{self._chunk(number)}: cannot be read ({error}); delete {self.parts} and start the same command again."
            ) from error

    @property
    def _array(self) -> Path:
        return self.parts / self.target.name

    @property
    def _chunks(self) -> Path:
        return self.parts / self.target.stem

    def _chunk(self, number: int) -> Path:
        return self._chunks / f"{number:06d}.npy"
