"""Tables of a run from some of their columns."""

import pandas as pd

EMPTY = {"text": "", "bytes": b"", "bool": False, "int": 0, "float": float("nan"), "float32": float("nan"), "floats": None}


def fill(table, rows):
    """A frame of all of the table's columns; those that are not given are empty."""
    frame = pd.DataFrame(rows)
    for column in table.columns:
        if column.name not in frame:
            frame[column.name] = [EMPTY[column.dtype]] * len(frame)
    return frame[list(table.names)]
