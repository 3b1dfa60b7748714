"""Arrays out of a joblib pickle without running what else might be in it.

joblib writes a pickle in which each array is a `NumpyArrayWrapper` (dtype, shape, order), with the array's bytes in the
stream right behind it. Here wrapper and dtype become records of our own, numpy's class a word; no other name may be loaded,
and none of the three can be called.
"""

import io
import math
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np

from xaesthetic.core.documents import read_bytes
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable

MOST = 1 << 26
"""Bytes of a file; the published one has 726 kB. Reading takes at most ten times as much memory."""
AXES = 32
"""Of an array."""
_KIND = re.compile(r"[<>|=]?[fiu][1248]")


class _Kind:
    """Stands for numpy's dtype: its name, and the order of its bytes."""

    def __init__(self, name: object, *_more: object) -> None:
        self.name: object = name
        self.order: Any = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1]

    def dtype(self) -> np.dtype:
        """The kind of number, if it is one."""
        if not isinstance(self.name, str) or not _KIND.fullmatch(self.name) or self.order not in ("<", ">", "|", "="):
            raise pickle.UnpicklingError(f"an array of {self.name[:40] if isinstance(self.name, str) else None}")
        return np.dtype(self.name).newbyteorder(self.order)


class _Array:
    """Stands for joblib's wrapper; its state is what the pickle says of the array."""

    dtype: Any = None
    shape: Any = ()
    order: Any = "C"
    numpy_array_alignment_bytes: Any = None

    def read(self, file: io.BufferedIOBase) -> np.ndarray:
        """The array whose bytes come next."""
        if not isinstance(self.dtype, _Kind) or self.order not in ("C", "F"):
            raise pickle.UnpicklingError(f"an array of {type(self.dtype).__name__}")
        shape = self.shape if isinstance(self.shape, tuple) and len(self.shape) <= AXES else (None,)
        if not all(isinstance(size, int) and 0 <= size <= MOST for size in shape):
            raise pickle.UnpicklingError("an array whose shape is none")
        if self.numpy_array_alignment_bytes is not None:  # newer files: a count, and as many bytes of padding
            file.read(int.from_bytes(file.read(1), "little"))
        kind = self.dtype.dtype()
        wanted = math.prod(shape) * kind.itemsize
        data = file.read(min(wanted, MOST + 1))
        if len(data) < wanted:
            raise pickle.UnpicklingError("the file ends within an array")
        return np.frombuffer(data, kind).reshape(shape, order=self.order).astype(kind.newbyteorder("="))


_ALLOWED: dict[tuple[str, str], Any] = {
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): _Array,
    ("numpy", "dtype"): _Kind,
    ("numpy", "ndarray"): "ndarray",  # the class of all arrays here; never called
}
_CODES = (
    *(pickle.PROTO, pickle.FRAME, pickle.STOP, pickle.MARK, pickle.GLOBAL, pickle.STACK_GLOBAL, pickle.REDUCE),
    *(pickle.NEWOBJ, pickle.BUILD, pickle.EMPTY_DICT, pickle.SETITEM, pickle.SETITEMS, pickle.EMPTY_LIST, pickle.APPEND),
    *(pickle.APPENDS, pickle.EMPTY_TUPLE, pickle.TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3, pickle.NONE),
    *(pickle.NEWTRUE, pickle.NEWFALSE, pickle.BININT, pickle.BININT1, pickle.BININT2, pickle.LONG1, pickle.BINFLOAT),
    *(pickle.BINUNICODE, pickle.SHORT_BINUNICODE, pickle.BINSTRING, pickle.SHORT_BINSTRING, pickle.BINBYTES),
    *(pickle.SHORT_BINBYTES, pickle.BINPUT, pickle.LONG_BINPUT, pickle.BINGET, pickle.LONG_BINGET, pickle.MEMOIZE),
)
"""The steps that joblib writes; of others, some grow or take long where little is read."""


class _Reader(pickle._Unpickler):  # the one written in Python: its steps can be added to
    def __init__(self, file: io.BufferedIOBase) -> None:
        super().__init__(file)
        self._bytes = file

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module[:40]}.{name[:40]}")
        return _ALLOWED[module, name]

    def load_build(self) -> None:
        super().load_build()  # type: ignore[misc]  # typeshed does not know the methods of this class
        if isinstance(self.stack[-1], _Array):  # type: ignore[attr-defined]
            self.stack[-1] = self.stack[-1].read(self._bytes)  # type: ignore[attr-defined]

    def load_setitem(self) -> None:
        self._texts(self.stack[-2:-1])  # type: ignore[attr-defined]
        super().load_setitem()  # type: ignore[misc]

    def load_setitems(self) -> None:
        self._texts(self.stack[::2])  # type: ignore[attr-defined]
        super().load_setitems()  # type: ignore[misc]

    def _texts(self, keys: list[Any]) -> None:
        """Only texts are keys: to hash a nest of tuples can take for ever."""
        if not all(isinstance(key, str) for key in keys):
            raise pickle.UnpicklingError("it names something by what is no text")

    dispatch = {  # noqa: RUF012
        **{code[0]: pickle._Unpickler.dispatch[code[0]] for code in _CODES},
        pickle.BUILD[0]: load_build,  # type: ignore[dict-item]
        pickle.SETITEM[0]: load_setitem,  # type: ignore[dict-item]
        pickle.SETITEMS[0]: load_setitems,  # type: ignore[dict-item]
    }


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read a dictionary of arrays.

    Raises
    ------
    DataError
        If the file is anything else; nothing of it has run then.
    """
    data = io.BytesIO(read_bytes(path, MOST))
    try:
        result = _Reader(data).load()
    except Exception as error:  # a damaged or hostile pickle can make the reader raise nearly anything
        reason = str(error).partition("\n")[0][:200]
        raise DataError(f"{printable(path)}: is no joblib file of arrays, or asks for more than that ({reason}).") from error
    if not isinstance(result, dict) or not all(isinstance(item, np.ndarray) for item in result.values()):
        raise DataError(f"{printable(path)}: holds something else than arrays by name.")
    return {str(name): item for name, item in result.items()}
