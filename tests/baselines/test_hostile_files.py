"""Small files that would take much: refused within stated memory and time, in a process that may have no more."""

import subprocess
import sys
import zlib

import h5py
import numpy as np
import pytest
from support.kong_files import _piece, _varint
from support.plugin_package import environment

CODE = """
import resource, sys
from pathlib import Path
from xaesthetic.core.errors import DataError
from xaesthetic_baselines._caffe_files import read_binaryproto, read_caffemodel
from xaesthetic_baselines._caffe_net import computed
from xaesthetic_baselines._joblib_arrays import read_arrays
from xaesthetic_baselines._keras_hdf5 import read_keras
from xaesthetic_baselines._prototxt import read_prototxt
import h5py
readers = {
    ".prototxt": lambda file: computed(read_prototxt(file), file),
    ".caffemodel": read_caffemodel,
    ".binaryproto": read_binaryproto,
    ".hdf5": lambda file: read_keras(file, {"a": (100,)}),
    ".pkl": read_arrays,
}
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 400_000_000,) * 2)
spent = resource.getrusage(resource.RUSAGE_SELF).ru_utime
resource.setrlimit(resource.RLIMIT_CPU, (int(spent) + 40,) * 2)
for name in sys.argv[1:]:
    try:
        readers[Path(name).suffix](Path(name))
        print("USED", Path(name).name)
    except DataError as error:
        print("REFUSED", Path(name).name, str(error)[-100:].replace(chr(10), "|"))
"""


def doubled(layers=60):
    """Every layer joins the one before it with itself: 2 to the power of 60 words."""
    lines = ['input: "b0" input_dim: 1 input_dim: 1 input_dim: 1 input_dim: 1']
    lines += [f'layer {{ name: "c" type: "Concat" bottom: "b{n}" bottom: "b{n}" top: "b{n + 1}" }}' for n in range(layers)]
    return ("\n".join(lines) + f'\nlayer {{ name: "i" type: "InnerProduct" bottom: "b{layers}" top: "i" }}').encode()


def keras(path, how):
    """A file whose array would take much: a fill value, or a chunk of zeros that is far larger than the array."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = np.array([b"l"])
        group = file.create_group("l")
        group.attrs["weight_names"] = np.array([b"a"])
        if how == "fill":
            group.create_dataset("a", (2**40,), "f4", fillvalue=1.0)
        elif how == "chunk":
            data = group.create_dataset("a", (100,), "f4", maxshape=(None,), chunks=(2**29,), compression="gzip")
            data.id.write_direct_chunk((0,), zlib.compress(bytes(2**20)))
        else:
            group["a"] = np.zeros(100, "V1000")


@pytest.fixture
def hostile(tmp_path):
    axes = _piece(7, _piece(1, b"\xff" * 8 + b"\x7f" + (b"\xff" * 8 + b"\x7f") * 200_000))
    nest = b"\x80\x02}" + b")" + b"".join(b"q%cj%c\x00\x00\x00\x86" % (n, n) for n in range(60))
    files = {
        "doubled.prototxt": doubled(),
        "deep.prototxt": b"layer { " * 100_000,
        "long.prototxt": b"a: 1 " * 400_000,
        "axes.caffemodel": _piece(100, _piece(1, b"l") + _piece(7, axes)),
        "singles.caffemodel": _piece(100, _piece(1, b"l") + _piece(7, (_varint(5 << 3 | 5) + b"\0\0\0\0") * 600_000)),
        "declared.binaryproto": _piece(7, _piece(1, _varint(2**40))),
        "axes.binaryproto": axes,
        "nest.pkl": nest + b"K\x01s.",
        "called.pkl": b"\x80\x02cnumpy\nndarray\n(\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x10\x85R.",
        "bytes.pkl": b"\x80\x04\x8e" + (2**40).to_bytes(8, "little"),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    for how in ("fill", "chunk", "kind"):
        keras(tmp_path / f"{how}.hdf5", how)
    return [*sorted(tmp_path.iterdir())]


def test_small_files_do_not_exhaust(hostile, tmp_path):
    assert all(file.stat().st_size < 4_000_000 for file in hostile)
    done = subprocess.run([sys.executable, "-c", CODE, *hostile], env=environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]
    lines = dict(line.split(" ", 2)[1::-1] for line in done.stdout.splitlines())
    assert lines.pop("doubled.prototxt") == "USED"  # by nobody: its one layer is known to be another network's
    assert lines.pop("long.prototxt") == "REFUSED"
    assert set(lines.values()) == {"REFUSED"}, done.stdout
    assert len(lines) == len(hostile) - 2
