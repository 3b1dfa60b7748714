"""What captions say of how well maps are determined: whether refits of a head draw the same map."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool

from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation.stability import STABILITY, StableCells
from xaesthetic.run.stability import FADED
from xaesthetic.run.store import Run


@dataclass(frozen=True, slots=True)
class Fading:
    """Where the colors of a run's maps are kept; it holds nothing where figures are not to fade."""

    cells: StableCells | None

    def of(self, model: str, method: str, image: str, attribute: str) -> Bool[np.ndarray, "i j"] | None:
        """Return the cells of stable sign of one map; None where it does not fade."""
        return self.cells.of(model, method, image, attribute) if self.cells else None

    def row(
        self, model: str, method: str, images: Iterable[str], attribute: str
    ) -> Mapping[str, Bool[np.ndarray, "i j"] | None]:
        """The same for several photographs."""
        return {image: self.of(model, method, image, attribute) for image in images}

    def notes(self, run: Run, attribute: str) -> list[str]:
        """Return what a caption says of it; nothing where no map of the attribute fades."""
        places = run.places()
        return [FADED] if self.cells and any(self.cells.has(*place, attribute) for place in places) else []


def fading(run: Run, options: ReportOptions) -> Fading:
    """Return where a run's maps fade, as its options say."""
    return Fading(StableCells(run) if options.fade else None)


def determined_notes(run: Run, attribute: str = "", model: str = "") -> list[str]:
    """Return what a caption says of the maps of an attribute, a line a model and method; nothing where nothing is known.

    A map that refits do not agree on is not what the attribute depends on, and the caption says so.

    Parameters
    ----------
    run
        A judged one.
    attribute, model
        Whose maps; all where empty.
    """
    if not run.has(STABILITY):
        return []
    table = run.read(STABILITY)
    for column, name in (("attribute", attribute), ("model", model)):
        table = table[table[column] == name] if name else table
    return list(_notes(run, table))


def _notes(run: Run, table: pd.DataFrame) -> Iterator[str]:
    described = run.described()
    for row in table.to_dict("records"):
        model, name = str(row["model"]), str(row["attribute"])
        title = described.of_model(model, name).title
        value = f"split-half r = {row['split_half']:z.2f}"
        if np.isnan(row["split_half"]):
            yield f"{model}, {row['method']}, {title}: {row['verdict']}."
        elif row["determined"]:
            cells = f"{row['stable']:.0%} of the cells have a stable sign"
            yield f"{model}, {row['method']}, {title}: maps of {row['against']} agree ({value}); {cells}."
        else:
            yield (
                f"{model}, {row['method']}, {title}: {row['against']} disagree about this map ({value}), so it does not "
                "show what the attribute depends on."
            )
