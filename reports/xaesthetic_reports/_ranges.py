"""What a caption says of the ranges of ratings."""

from collections.abc import Mapping

from xaesthetic.core.attributes import OUTSIDE, Attribute


def range_notes(declared: Mapping[str, Attribute]) -> list[str]:
    """Return a sentence on the ranges that are declared; none where none is.

    Parameters
    ----------
    declared
        By whose ratings they are.
    """
    known = {whose: item.about for whose, item in declared.items() if item.about}
    if not known:
        return []
    alike = set(known.values())
    said = alike.pop() if len(alike) == 1 and len(known) == len(declared) else ""
    listed = said or "; ".join(f"{whose}, {about}" for whose, about in known.items())
    return [f"Range of the ratings: {listed}; {OUTSIDE} marks those outside of it."]
