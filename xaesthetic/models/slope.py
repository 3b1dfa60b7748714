"""How an attribute goes with the overall score, from the photographs that a model was trained on."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

from xaesthetic.core.beyond import LEAST, OVERALL
from xaesthetic.core.errors import ModelError


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


def slope_of(slopes: Mapping[str, Slope], attribute: str, of: str, owner: str) -> Slope:
    """Return how an attribute goes with the overall score.

    Parameters
    ----------
    slopes
        What a model says.
    attribute, of
        Two of its outputs.
    owner
        What to call the model in an error.

    Raises
    ------
    ModelError
        If that is not known, or nothing is left over of an attribute beyond itself.
    """
    if attribute == of:
        raise ModelError(f"{owner}: {of} has nothing beyond itself; name another attribute.")
    if attribute not in slopes or of != OVERALL:
        raise ModelError(
            f"{owner}: its manifest does not say how {attribute} goes with {of} (slopes); train it again with "
            f"'xaesthetic train {owner} --data …', or leave --beyond out."
        )
    return slopes[attribute]


def validate_share(attribute: str, slope: Slope, owner: str) -> None:
    """Make sure that the overall score leaves enough of an attribute over.

    Raises
    ------
    ModelError
        If it is less than 5 % of the variance: that is error.
    """
    if slope.share < LEAST:
        raise ModelError(
            f"{owner}: the overall rating leaves {slope.share:.1%} of the variance of {attribute}; at least {LEAST:.0%} was "
            "wanted, for what is left is error; name another attribute."
        )
