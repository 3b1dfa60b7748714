"""How an attribute goes with the overall score, from the photographs that a model was trained on."""

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True, slots=True)
class Slope:
    """A regression of an attribute's ratings on the overall ratings."""

    slope: float
    """Points of the attribute per point of the overall rating."""
    share: float = nan
    """The share of the attribute's variance that the overall rating does not predict; nan where that is not known."""
    intercept: float = 0.0
    """What the overall rating predicts where it is 0."""
    corrected: tuple[float, float] | None = None
    """The lowest and the highest slope after correction for error in the overall rating, over a stated range of
    correlations of the errors; None where that is not known."""
