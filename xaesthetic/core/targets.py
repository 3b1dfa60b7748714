"""What maps explain, in words: an output or its opposite, before its link or after it, and what counts as zero."""

from collections.abc import Iterable, Mapping
from pathlib import PurePath

from xaesthetic.core.errors import DataError

DIRECTIONS: Mapping[str, float] = {"up": 1.0, "down": -1.0}
"""What raises an output, or what lowers it."""
SCALES = ("raw", "rating")
"""The output before its link, which adds up, or after it."""
ZEROS: Mapping[str, str] = {
    "mean": "the mean over the run's photographs",
    "people": "the mean of people's ratings of the run's photographs",
}
"""What may count as zero in a run beside a photograph."""
PHOTO = "photo:"
"""Before the file of a photograph that counts as zero."""


def validate_zero_choice(zero: str) -> None:
    """Make sure that what is to count as zero is known.

    Parameters
    ----------
    zero
        A name in `ZEROS`, `photo:FILE`, or nothing for 0.

    Raises
    ------
    DataError
        If it is none of these.
    """
    if not isinstance(zero, str) or (zero and zero not in ZEROS and not (zero.startswith(PHOTO) and zero != PHOTO)):
        raise DataError(f"the zero is {zero!r}; {', '.join(ZEROS)} or {PHOTO}FILE was wanted.")


def describe_target(direction: str = "up", of: str = "raw", zero: str = "") -> str:
    """Return what maps explain in a few words; nothing for what raises the raw output.

    Parameters
    ----------
    direction
        A name in `DIRECTIONS`.
    of
        A name in `SCALES`.
    zero
        As `validate_zero_choice` takes it.

    Examples
    --------
    >>> describe_target("down"), describe_target(of="rating", zero="photo:my/a.jpg")
    ('what lowers the output', 'what raises the rating, against the photograph a.jpg')
    """
    if (direction, of, zero) == ("up", "raw", ""):
        return ""
    said = f"what {'raises' if direction == 'up' else 'lowers'} the {'rating' if of == 'rating' else 'output'}"
    if not zero:
        return said
    against = ZEROS.get(zero) or f"the photograph {PurePath(zero.removeprefix(PHOTO)).name}"
    return f"{said}, against {against}"


def unit_of(adds_up: str, of_rating: bool) -> str:
    """Return the unit of a map's values: `rating points`, `raw output`, or none where the map does not add up.

    Parameters
    ----------
    adds_up
        What of a map the output is (`xaesthetic.core.facts.MethodFacts`).
    of_rating
        Whether that output is the rating.
    """
    return "" if not adds_up else "rating points" if of_rating else "raw output"


def describe_units(units: Iterable[tuple[str, str]]) -> str:
    """Return the units of some maps' values in a few words, with the ranges of ratings; nothing where none has one.

    Parameters
    ----------
    units
        For each map its unit (`unit_of`) and the range of the ratings in words, which may be empty.

    Examples
    --------
    >>> describe_units([("rating points", "1 to 10"), ("rating points", "0 to 1"), ("", "0 to 1")])
    'rating points (range 1 to 10 or 0 to 1)'
    """
    ranges: dict[str, dict[str, None]] = {}
    for unit, span in units:
        ranges.setdefault(unit, {}).update({span: None} if span and unit == "rating points" else {})
    said = [f"{unit} (range {' or '.join(spans)})" if spans else unit for unit, spans in ranges.items() if unit]
    return ", ".join(said)
