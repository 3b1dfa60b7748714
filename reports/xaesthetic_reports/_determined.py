"""What captions say of how well maps are determined: whether refits of a head draw the same map."""

from collections.abc import Iterator

import pandas as pd

from xaesthetic.evaluation.stability import STABILITY
from xaesthetic.run.store import Run


def determined_notes(run: Run, attribute: str = "") -> list[str]:
    """Return what a caption says of the maps of an attribute, a line a model and method; nothing where nothing is known.

    A map that refits do not agree on is not what the attribute depends on, and the caption says so.

    Parameters
    ----------
    run
        A judged one.
    attribute
        Whose maps; all where empty.
    """
    if not run.has(STABILITY):
        return []
    table = run.read(STABILITY)
    return list(_notes(run, table if not attribute else table[table["attribute"] == attribute]))


def _notes(run: Run, table: pd.DataFrame) -> Iterator[str]:
    described = run.described()
    for row in table.to_dict("records"):
        model, name = str(row["model"]), str(row["attribute"])
        title = described.of_model(model, name).title
        value = f"split-half r = {row['split_half']:z.2f}"
        if row["determined"]:
            cells = f"{row['stable']:.0%} of the cells have a stable sign"
            yield f"{model}, {row['method']}, {title}: maps of {row['against']} agree ({value}); {cells}."
        else:
            yield (
                f"{model}, {row['method']}, {title}: {row['against']} disagree about this map ({value}), so it does not "
                "show what the attribute depends on."
            )
