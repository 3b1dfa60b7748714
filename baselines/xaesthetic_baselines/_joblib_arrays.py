"""Arrays out of a joblib pickle without running what else might be in it.

joblib writes a pickle in which each array is a `NumpyArrayWrapper` (dtype, shape, order), with the array's bytes in the
stream right behind it. Here the wrapper becomes a record of our own, and no other name may be loaded.
"""

import io
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from xaesthetic.core.errors import DataError


class _Array:
    """Stands for joblib's wrapper; its state is what the pickle says of the array."""

    dtype: Any = None
    shape: Any = ()
    order: Any = "C"
    numpy_array_alignment_bytes: Any = None

    def read(self, file: io.BufferedIOBase) -> np.ndarray:
        """The array whose bytes come next."""
        if not isinstance(self.dtype, np.dtype) or self.dtype.kind not in "fiu" or self.order not in ("C", "F"):
            raise pickle.UnpicklingError(f"an array of {self.dtype} in order {self.order}")
        if not all(isinstance(size, int) and size >= 0 for size in self.shape):
            raise pickle.UnpicklingError(f"an array of shape {self.shape}")
        if self.numpy_array_alignment_bytes is not None:  # newer files: a count, and as many bytes of padding
            file.read(int.from_bytes(file.read(1), "little"))
        wanted = math.prod(self.shape) * self.dtype.itemsize
        data = file.read(wanted)
        if len(data) < wanted:
            raise pickle.UnpicklingError("the file ends within an array")
        return np.frombuffer(data, self.dtype).reshape(self.shape, order=self.order)


_ALLOWED: dict[tuple[str, str], Any] = {
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): _Array,
    ("numpy", "dtype"): np.dtype,
    ("numpy", "ndarray"): np.ndarray,
}


class _Reader(pickle._Unpickler):  # the one written in Python: its steps can be added to
    def __init__(self, file: io.BufferedIOBase) -> None:
        super().__init__(file)
        self._bytes = file

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return _ALLOWED[module, name]

    def load_build(self) -> None:
        super().load_build()  # type: ignore[misc]  # typeshed does not know the methods of this class
        if isinstance(self.stack[-1], _Array):  # type: ignore[attr-defined]
            self.stack[-1] = self.stack[-1].read(self._bytes)  # type: ignore[attr-defined]

    dispatch = {**pickle._Unpickler.dispatch, pickle.BUILD[0]: load_build}  # type: ignore[dict-item]  # noqa: RUF012


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read a dictionary of arrays.

    Raises
    ------
    DataError
        If the file is anything else; nothing of it has run then.
    """
    try:
        with path.open("rb") as file:
            result = _Reader(file).load()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}).") from error
    except Exception as error:  # a damaged or hostile pickle can make the reader raise nearly anything
        raise DataError(f"{path}: is no joblib file of arrays, or asks for more than that ({error}).") from error
    if not isinstance(result, dict) or not all(isinstance(item, np.ndarray) for item in result.values()):
        raise DataError(f"{path}: holds something else than arrays by name.")
    return {str(name): item for name, item in result.items()}
