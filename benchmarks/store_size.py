"""How much room runs take: bytes of one photograph and what a million take, by model and method; as a table in Markdown.

    python benchmarks/store_size.py RUN...

Arrays: all shards by their photographs. Tables: the whole file by the photographs of the run, so small runs show too much.
"""

import math
import sys
from pathlib import Path

import zarr

from xaesthetic.run import arrays
from xaesthetic.run.schemas import PREDICTIONS, RECORDS
from xaesthetic.run.store import Run

MILLION = 1_000_000


def bytes_of(run: Run) -> dict[str, float]:
    """Bytes a photograph of every array and of the tables that all runs have."""
    arrays = {str(folder.relative_to(run.root)): of_array(folder) for folder in sorted((run.root / "maps").glob("*/*.zarr"))}
    return arrays | {f"{table.name}.parquet": of_table(run, table.name) for table in (RECORDS, PREDICTIONS)}


def of_array(folder: Path) -> float:
    """Bytes a photograph of an array."""
    count = zarr.open_array(folder, mode="r").shape[0]
    return sum(file.stat().st_size for file in (folder / "c").rglob("*") if file.is_file()) / count


def of_table(run: Run, name: str) -> float:
    """Bytes a photograph of a table."""
    return (run.root / f"{name}.parquet").stat().st_size / len(run.sizes())


def array_row(folder: Path) -> list[str]:
    """What an array of maps takes."""
    array = zarr.open_array(folder, mode="r")
    rest, each = array.shape[1:], of_array(folder)
    chunk, numbers = array.chunks[0], math.prod(rest)
    rows = max(1, arrays.SHARD // (chunk * numbers * 4)) * chunk
    shape = " x ".join(map(str, rest))
    return [
        folder.parent.name,
        folder.stem,
        shape,
        str(array.dtype),
        f"{each:,.0f}",
        f"{each / 1000:.2f}",
        f"{-(-MILLION // rows):,}",
    ]


def table_row(run: Run, name: str) -> list[str]:
    """What a table takes."""
    each = of_table(run, name)
    return ["", name, "", "", f"{each:,.0f}", f"{each / 1000:.2f}", ""]


def main() -> None:
    rows = []
    for root in map(Path, sys.argv[1:]):
        run = Run.open(root)
        rows += [array_row(folder) for folder in sorted((root / "maps").glob("*/*.zarr"))]
        rows += [table_row(run, table.name) for table in (RECORDS, PREDICTIONS)]
    print(
        "| model | maps or table | attributes, rows, columns | kept in | bytes a photograph | GB a million | files a million |"
    )
    print("|---|---|---|---|---:|---:|---:|")
    for row in rows:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
