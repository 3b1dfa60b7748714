"""Ratings under the vocabulary's names, and those that are plainly not on its scale: `light` from 1 to 5 is not AADB's."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from xaesthetic.core.attributes import Attribute, attribute, canonical, describe
from xaesthetic.core.para import PARA_ATTRIBUTES
from xaesthetic.core.types import PassedOver, Record

_PARA = {item.name: item for item in PARA_ATTRIBUTES}
_MOST = 0.5


def named_ratings(items: Iterable[Record | PassedOver], title: str) -> Iterator[Record | PassedOver | Attribute]:
    """Give records that have ratings under names of others with the vocabulary's names, and say what is beyond its range.

    Parameters
    ----------
    items
        Of one list or several shards.
    title
        What to call that.
    """
    several = list(items)
    written = {name for item in several if isinstance(item, Record) for name in item.ratings}
    if not written:
        yield from several
        return
    ours = {name: canonical(name) for name in written}
    rated = [replace(item, ratings=_renamed(item.ratings, ours)) if isinstance(item, Record) else item for item in several]
    others = scales_of_others((item.ratings for item in rated if isinstance(item, Record)), written, ())
    for name, other in others.items():
        yield other
        yield PassedOver(
            f"{title}, {other.name}", f"AADB's range {describe(name).range}, which most of its ratings are beyond"
        )
    names = {name: other.name for name, other in others.items()}
    known = {name: describe(name, others.values()) for name in {*ours.values(), *names.values()}}
    for item in rated:
        if isinstance(item, Record):
            item = replace(item, ratings=_renamed(item.ratings, names))
            yield from _outside(item, known)
        yield item


def _renamed(ratings: Mapping[str, float], names: Mapping[str, str]) -> Mapping[str, float]:
    return {names.get(name, name): value for name, value in ratings.items()}


def _outside(record: Record, known: Mapping[str, Attribute]) -> Iterator[PassedOver]:
    for name, value in record.ratings.items():
        if known[name].is_outside(value):
            yield PassedOver(f"{record.id}, {name} {value:g}", f"outside of {known[name].range}, its range; it counts")


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
