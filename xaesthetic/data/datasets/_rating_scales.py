"""Ratings under the vocabulary's names that are plainly not on its scale: `light` from 1 to 5 is not AADB's from -1 to 1."""

import math
from collections.abc import Iterable, Mapping

from xaesthetic.core.attributes import Attribute, attribute, canonical, describe
from xaesthetic.core.para import PARA_ATTRIBUTES

_PARA = {item.name: item for item in PARA_ATTRIBUTES}
_MOST = 0.5


def scales_of_others(
    values: Iterable[Mapping[str, float]], written: Iterable[str], declared: Iterable[Attribute]
) -> Mapping[str, Attribute]:
    """Return by the vocabulary's name what stands for it, where most ratings lie beyond its range: no range is known then.

    A column that is written `dof` keeps that name, which is PARA's: there it asks how good the depth of field is.

    Parameters
    ----------
    values
        Ratings by our names.
    written
        The names as they stand in the table.
    declared
        What a file declares of attributes: those are on the scale that it says.
    """
    said = {item.name for item in declared}
    texts = {canonical(text): text.strip().casefold() for text in written}
    ratings: dict[str, list[float]] = {}
    for row in values:
        for name, value in row.items():
            if name not in said and math.isfinite(value):
                ratings.setdefault(name, []).append(value)
    return {name: _without_range(name, texts.get(name, name)) for name, some in ratings.items() if _is_beyond(name, some)}


def _is_beyond(name: str, ratings: list[float]) -> bool:
    known = describe(name)
    return sum(map(known.is_outside, ratings)) > _MOST * len(ratings)


def _without_range(name: str, text: str) -> Attribute:
    title = attribute(name).title
    if text not in _PARA or text == name:
        return Attribute(name, title)
    return Attribute(text, title, related=_PARA[text].related)
