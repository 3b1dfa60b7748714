"""Which photographs are shown: the highest and the lowest of an attribute, by the first model."""

from collections.abc import Collection
from dataclasses import dataclass

from xaesthetic.core.attributes import in_order
from xaesthetic.run.schemas import PREDICTIONS, RECORDS
from xaesthetic.run.store import Run, model_key


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
    table = run.read(PREDICTIONS)
    return in_order(table[table["prediction"].notna()]["attribute"].unique())


def pick_records(run: Run) -> list[Pick]:
    """The highest and lowest `experiment.pick` photographs of every attribute, by the first model that has it.

    Of several versions of one photograph only the highest counts among the highest and the lowest among the lowest.
    Where there are fewer photographs than twice the number, each is shown once: the upper half among the highest. So
    none of the lowest is rated above any of the highest.
    """
    table = run.read(PREDICTIONS, everything=True)  # who is left out later is not replaced: others have no maps
    records = run.read(RECORDS)
    originals = dict(zip(records["id"], records["original"], strict=True))
    left_out = run.left_out_photographs()
    number = run.experiment.pick
    picks = []
    for attribute in rated_attributes(run):
        rated = table[(table["attribute"] == attribute) & table["prediction"].notna()]  # a rating may be nan: unknown
        first = next(key for key in map(model_key, run.experiment.models) if (rated["model"] == key).any())
        ordered = rated[rated["model"] == first].sort_values(["prediction", "image"], ascending=[False, True])["image"]
        picks.append(_without(_ends(attribute, list(ordered), originals, number), left_out))
    return [pick for pick in picks if pick.highest or pick.lowest]


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
