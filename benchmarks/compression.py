"""How maps are best compressed, and how large a shard should be: bytes, seconds of writing and reading, per 1,000 photographs.

    python benchmarks/compression.py PHOTOGRAPHS [COUNT]

Maps of real photographs, all below the folder PHOTOGRAPHS up to COUNT (128), by the networks as they are installed, or of
random weights where those have to be fetched. Reading is of all maps; `one` is one photograph in a process that has not seen
the shard: its sha256, then its chunk. One thread; the files are in the page cache.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import zarr
from numcodecs import blosc
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, ZstdCodec

from xaesthetic.core.files import sha256
from xaesthetic.data.images import read_photograph, resize
from xaesthetic.models.forward import Session
from xaesthetic.models.loading import load_model

MODELS = {
    "multigap_lite0": ("cam", "grad_cam", "cam.refits"),
    "multigap_resnet50=random": ("cam", "grad_cam"),
    "nima=random": ("grad_cam",),
}
CODECS = {
    "none": (),
    **{f"zstd {level}": (ZstdCodec(level=level),) for level in (1, 3, 9, 19)},
    **{
        f"blosc {name} {shuffle}": (BloscCodec(cname=name, clevel=5, shuffle=shuffle),)
        for name in ("zstd", "lz4")
        for shuffle in ("shuffle", "bitshuffle")
    },
}
BATCH = 8
SHARDS = (1, 4, 16, 64)  # MB
PHOTOGRAPHS = 40_000  # of the table of shards


def maps_of(files: list[Path], name: str, methods: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Maps of photographs by all methods."""
    model = load_model(name, on="cpu")
    session, blocks = Session(model), []
    for start in range(0, len(files), BATCH):
        pixels = [
            resize(read_photograph(file).pixels, model.inputs.size, model.inputs.resample) for file in files[start:][:BATCH]
        ]
        blocks.append(session.run(pixels, methods).maps)
    return {method: np.concatenate([block[method] for block in blocks]) for method in methods}


def write(folder: Path, values: np.ndarray, codecs: tuple[object, ...], rows: int) -> tuple[float, float]:
    """Seconds of writing an array in shards of so many rows, and of reading it."""
    shutil.rmtree(folder, ignore_errors=True)
    start = time.perf_counter()
    array = zarr.create_array(
        folder, shape=values.shape, chunks=(BATCH, *values.shape[1:]), shards=(rows, *values.shape[1:]), dtype=values.dtype,
        serializer=BytesCodec(), compressors=(*codecs, Crc32cCodec()),
    )  # fmt: skip
    for first in range(0, len(values), rows):
        array[first : first + rows] = values[first : first + rows]
    written = time.perf_counter() - start
    start = time.perf_counter()
    for first in range(0, len(values), rows):
        array[first : first + rows]
    return written, time.perf_counter() - start


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def compare_codecs(maps: dict[str, np.ndarray], folder: Path) -> None:
    print("maps                            float    codec                   bytes/photo  share  write s/1000  read s/1000")
    for name, values in maps.items():
        for dtype in (np.float32, np.float16):
            rows = values.astype(dtype)
            for codec, codecs in CODECS.items():
                took = [write(folder, rows, codecs, len(rows) // BATCH * BATCH) for _ in range(3)]
                written, read = (min(times) / len(rows) * 1000 for times in zip(*took, strict=True))
                share = size(folder) / rows.nbytes
                each = size(folder) / len(rows)
                print(
                    f"{name:31} {np.dtype(dtype).name:8} {codec:23} {each:11.0f} {share:6.3f} {written:13.4f} {read:12.4f}"
                )


def compare_shards(name: str, values: np.ndarray, folder: Path) -> None:
    print("\nshard MB   files per million   one photograph ms: sha256   its chunk")
    many = np.tile(values, (-(-PHOTOGRAPHS // len(values)), 1, 1, 1))[:PHOTOGRAPHS]
    for mega in SHARDS:
        rows = max(1, (mega << 20) // many[:BATCH].nbytes) * BATCH
        write(folder, many, CODECS["blosc zstd bitshuffle"], rows)
        file = folder / "c" / "0" / "0" / "0" / "0"
        times = []
        for row in range(0, min(rows, len(many)), max(1, rows // 20)):
            start = time.perf_counter()
            sha256(file)
            middle = time.perf_counter()
            zarr.open_array(folder, mode="r")[row // BATCH * BATCH : row // BATCH * BATCH + BATCH]
            times.append((middle - start, time.perf_counter() - middle))
        summed, one = np.median(times, 0) * 1000
        print(f"{mega:8} {1_000_000 / rows:19.0f} {summed:27.1f} {one:11.1f}   {name}")


def main() -> None:
    blosc.set_nthreads(1)
    zarr.config.set({"threading.max_workers": 1})
    torch.set_num_threads(1)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 128
    files = sorted(file for file in Path(sys.argv[1]).rglob("*.jpg"))
    files = files[:: max(1, len(files) // count)][:count]
    maps = {
        f"{name.partition('=')[0]} {method}": values
        for name, methods in MODELS.items()
        for method, values in maps_of(files, name, methods).items()
    }
    with tempfile.TemporaryDirectory() as folder:
        compare_codecs(maps, Path(folder) / "a.zarr")
        compare_shards(*next(iter(maps.items())), Path(folder) / "a.zarr")


if __name__ == "__main__":
    main()
