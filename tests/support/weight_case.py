"""A generated weight file."""

from dataclasses import dataclass

import numpy as np

ARRAYS = {"a_W": np.arange(24, dtype=np.float32).reshape(2, 3, 4) - 7, "b_W": np.array([0.5, -2, 3], np.float32)}
"""Numbers that half precision and, but for the second, whole numbers hold too."""


@dataclass
class Case:
    """One generated file: what it is, whether it must be read, and how to read it."""

    kind: str
    how: str
    valid: bool
    read: object
    """Gives the arrays by name."""
