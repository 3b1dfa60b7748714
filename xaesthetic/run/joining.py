"""Joins the tables and maps of shards to those of one run: batch by batch, as the run's stage would have written them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xaesthetic.core.errors import DataError
from xaesthetic.run.maps import Maps, Place
from xaesthetic.run.schemas import ANNOTATIONS, CATEGORIES, LEFT_OUT, PASSED_OVER, PREDICTIONS, RECORDS, VOTES
from xaesthetic.run.stage import ArraySink, batches, write_rows
from xaesthetic.run.store import Run


def join_tables(shards: Sequence[Run], run: Run) -> None:
    """Write the tables of all shards, in their order, into one run.

    Parameters
    ----------
    shards
        Of one question, in order; whole.
    run
        Gets the tables.

    Raises
    ------
    DataError
        If the shards do not agree about what else the data held.
    """
    for table in (PASSED_OVER, ANNOTATIONS, VOTES, CATEGORIES, LEFT_OUT, RECORDS):
        frames = [shard.read(table, everything=True) for shard in shards if shard.has(table)]
        if table is PASSED_OVER and any(not frame.equals(frames[0]) for frame in frames):
            raise DataError(
                f"{shards[0].root}: the data held other things when another shard was made; make the shards anew."
            )
        if frames:
            run.write(table, frames[0] if table is PASSED_OVER else pd.concat(frames, ignore_index=True))
    write_rows(run.root / f"{PREDICTIONS.name}.parquet", PREDICTIONS, _rows(shards, run))


def _rows(shards: Sequence[Run], run: Run) -> Iterator[pa.Table]:
    """Give all ratings batch by batch, in a batch model by model; no more than a shard of them is in memory."""
    size, images = run.experiment.batch, [list(shard.sizes()) for shard in shards]
    waiting, begun, offset = PREDICTIONS.schema().empty_table(), 0, 0
    places = pa.array([image for those in images for image in those])
    for shard, those in zip(shards, images, strict=True):
        offset += len(those)
        rows = pq.read_table(shard.root / f"{PREDICTIONS.name}.parquet", schema=PREDICTIONS.schema())
        rows = pa.concat_tables([waiting, rows])
        ended = -(-offset // size) if shard is shards[-1] else offset // size
        numbers = pc.index_in(rows.column("image"), places).to_numpy() // size
        models = pc.index_in(rows.column("model"), pa.array(run.model_keys())).to_numpy()
        order = np.lexsort((models, numbers))  # stable: photographs and attributes stay as they are
        rows, numbers = (rows if (np.diff(order) == 1).all() else rows.take(order)), numbers[order]
        bounds = np.searchsorted(numbers, np.arange(begun, ended + 1))
        for first, last in pairwise(bounds):
            yield rows.slice(first, last - first).combine_chunks()
        waiting, begun = rows.slice(bounds[-1]), ended


def join_maps(shards: Sequence[Run], run: Run) -> tuple[Place, ...]:
    """Write the maps that all shards have into one run, chunk by chunk.

    Parameters
    ----------
    shards
        Of one question, in order; whole.
    run
        Gets the arrays.

    Returns
    -------
    Models and methods whose maps only some shards have, which are for the run to make.

    Raises
    ------
    DataError
        If the arrays of one place are not alike.
    """
    present = [{(file.parent.name, file.stem) for file in shard.root.glob("maps/*/*.zarr")} for shard in shards]
    everywhere = set.intersection(*present)
    for place in sorted(everywhere):
        _join_array(shards, run, place)
    return tuple(sorted(set.union(*present) - everywhere))


def _join_array(shards: Sequence[Run], run: Run, place: Place) -> None:
    arrays = [Maps(shard.maps_folder(*place)) for shard in shards]
    first = arrays[0]
    kept = {
        "attributes": list(first.attributes),
        "adds_up": first.adds_up,
        "asks_output": first.asks_output,
        "in_series": first.in_series,
    }
    for shard, array in zip(shards, arrays, strict=True):
        here = list(array.attributes), array.adds_up, array.asks_output, array.in_series
        if here != tuple(kept.values()) or array.grid != first.grid:
            raise DataError(
                f"{array.folder}: its maps are not like those of {first.folder}; make the shard {shard.root} anew."
            )
    images = [image for array in arrays for image in array.images]
    sizes = tuple(map(len, batches(images, run.experiment.batch)))
    parts = run.parts / "merge" / place[0]
    store = run.experiment.store
    sink = ArraySink(run.maps_folder(*place), parts, sizes, {"images": images, **kept}, store)
    for number, block in enumerate(_blocks(arrays, sizes)):
        sink.write(number, block)
    sink.finish(len(sizes))


def _blocks(arrays: Sequence[Maps], sizes: Sequence[int]) -> Iterator[np.ndarray]:
    """Give all maps in blocks of these sizes, whatever the arrays' chunks are."""
    chunks = (maps for array in arrays for _, maps in array.chunks())
    waiting: list[np.ndarray] = []
    for size in sizes:
        while sum(map(len, waiting)) < size:
            waiting.append(next(chunks))
        together = waiting[0] if len(waiting) == 1 else np.concatenate(waiting)
        yield together[:size]
        waiting = [together[size:]]
