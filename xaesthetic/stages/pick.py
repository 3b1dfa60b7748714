"""Which photographs are shown: the highest and the lowest of an attribute, by the first model."""

from dataclasses import dataclass

from xaesthetic.core.attributes import in_order
from xaesthetic.run.schemas import PREDICTIONS
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
    table = run.read(PREDICTIONS)
    originals = {record.id: record.original for record in run.records()}
    number = run.experiment.pick
    picks = []
    for attribute in rated_attributes(run):
        rated = table[(table["attribute"] == attribute) & table["prediction"].notna()]  # a rating may be nan: unknown
        first = next(key for key in map(model_key, run.experiment.models) if (rated["model"] == key).any())
        ordered = rated[rated["model"] == first].sort_values(["prediction", "image"], ascending=[False, True])["image"]
        picks.append(_ends(attribute, list(ordered), originals, number))
    return picks


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
