"""Which photographs are shown: the highest and the lowest of an attribute, by the first model."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pyarrow as pa

from xaesthetic.core.attributes import in_order
from xaesthetic.run.ends import Ends, Key, read_ends
from xaesthetic.run.schemas import RECORDS
from xaesthetic.run.store import Run, model_key

_SPARE = 64
"""Times the number that are picked: so many of each end are looked at first, since some may be versions of others."""


@dataclass(frozen=True, slots=True)
class Pick:
    """The photographs shown for one attribute."""

    attribute: str
    highest: tuple[str, ...]
    """Ids, best first."""
    lowest: tuple[str, ...]
    """Ids, the lowest last."""
    short: bool
    """Whether there were fewer photographs than asked for."""


def rated_attributes(run: Run) -> tuple[str, ...]:
    """The attributes that at least one model has rated, in the vocabulary's order; then those that it has not."""
    return in_order(dict.fromkeys(attribute for _, attribute in read_ends(run, 1)))


def pick_records(run: Run) -> list[Pick]:
    """The highest and lowest `experiment.pick` photographs of every attribute, by the first model that has it.

    Of several versions of one photograph only the highest counts among the highest and the lowest among the lowest.
    Where there are fewer photographs than twice the number, each is shown once: the upper half among the highest. So
    none of the lowest is rated above any of the highest.
    """
    number = run.experiment.pick
    ends = read_ends(run, None if number is None else _SPARE * number)  # who is left out later is not replaced
    originals = _originals(run, ends)
    left_out = run.left_out_photographs()
    picks = []
    for attribute in in_order(dict.fromkeys(attribute for _, attribute in ends)):
        key = next((key, attribute) for key in map(model_key, run.experiment.models) if (key, attribute) in ends)
        pick = _outermost(attribute, ends[key], originals, number)
        if pick is None:  # many versions of few photographs, or nearly all rated alike
            ends = read_ends(run, None)
            originals = _originals(run, ends)
            pick = _ends(attribute, [image for image, _ in ends[key].highest], originals, number)
        picks.append(_without(pick, left_out))
    return [pick for pick in picks if pick.highest or pick.lowest]


def _originals(run: Run, ends: Mapping[Key, Ends]) -> dict[str, str]:
    """Of what the photographs at the ends are versions."""
    images = {image for end in ends.values() for image, _ in (*end.highest, *end.lowest)}
    wanted = pa.array(sorted(images), pa.string())
    parts = [group.read_of("id", wanted, "id", "original") for group in run.groups(RECORDS)]
    return {row["id"]: row["original"] for part in parts for row in part.to_pylist()}


def _outermost(attribute: str, ends: Ends, originals: dict[str, str], number: int | None) -> Pick | None:
    """The pick, where the ends hold enough photographs and do not meet; None where all ratings are wanted for it."""
    if number is None or len(ends.highest) == ends.count:
        return _ends(attribute, [image for image, _ in ends.highest], originals, number)
    place = {image: (-value, image) for image, value in (*ends.highest, *ends.lowest)}
    highest = _first_versions([image for image, _ in ends.highest], originals)[:number]
    lowest = _first_versions([image for image, _ in ends.lowest[::-1]], originals)[:number]
    if len(highest) < number or len(lowest) < number or place[highest[-1]] >= place[lowest[-1]]:
        return None
    return Pick(attribute, tuple(highest), tuple(lowest[::-1]), short=False)


def _without(pick: Pick, left_out: Collection[str]) -> Pick:
    highest, lowest = (tuple(image for image in end if image not in left_out) for end in (pick.highest, pick.lowest))
    fewer = len(highest) + len(lowest) < len(pick.highest) + len(pick.lowest)
    return Pick(pick.attribute, highest, lowest, pick.short or fewer)


def _ends(attribute: str, ordered: list[str], originals: dict[str, str], number: int | None) -> Pick:
    number = len(ordered) if number is None else number
    highest = _first_versions(ordered, originals)[:number]
    lowest = _first_versions(ordered[::-1], originals)[:number]
    place = {image: rank for rank, image in enumerate(ordered)}
    if place[highest[-1]] >= place[lowest[-1]]:  # too few to fill both ends: share them out
        together = sorted({*highest, *lowest}, key=place.__getitem__)
        half = (len(together) + 1) // 2
        highest = _first_versions(together[:half], originals)
        lowest = _first_versions(together[half:][::-1], originals)
    return Pick(attribute, tuple(highest), tuple(lowest[::-1]), len(highest) + len(lowest) < 2 * number)


def _first_versions(ordered: list[str], originals: dict[str, str]) -> list[str]:
    first: dict[str, str] = {}
    for image in ordered:
        first.setdefault(originals[image], image)
    return list(first.values())
