"""How well the maps of one photograph are determined, from the maps of refits that came with them."""

from collections.abc import Iterator, Mapping

from xaesthetic.core.types import Mask
from xaesthetic.data import images
from xaesthetic.models.forward import Results
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.maps import REFITS
from xaesthetic.run.stability import DETERMINED, STABLE, agreement, halves
from xaesthetic.run.stability import split_half as correlate
from xaesthetic.stages.explanation import ByAttribute


def determined(
    model: AttributeModel, results: Results, size: tuple[int, int]
) -> tuple[ByAttribute[Mask], ByAttribute[float]]:
    """Return by attribute where a map's sign is stable, in image pixels, and how its refits' maps correlate.

    Parameters
    ----------
    model
        Whose outputs are in the results.
    results
        Of one photograph; with no maps of refits nothing is known.
    size
        The photograph's (height, width).
    """
    known = model.descriptions
    if REFITS not in results.maps:
        return ByAttribute({}, known), ByAttribute({}, known)
    maps = results.maps["cam"]
    refits = results.maps[REFITS].reshape(1, -1, *maps.shape[1:])
    shares, r = agreement(maps, refits)[0], correlate(refits, halves(refits.shape[1]))[0]
    masks = {name: images.to_pixels(share, size) >= STABLE for name, share in zip(model.attributes, shares, strict=True)}
    return ByAttribute(masks, known), ByAttribute(dict(zip(model.attributes, r.tolist(), strict=True)), known)


def refit_notes(split_half: Mapping[str, float]) -> Iterator[str]:
    """Give what to know of maps that refits do not agree on: they are not what the attribute depends on."""
    low = {name: value for name, value in split_half.items() if not value >= DETERMINED}
    if low:
        values = ", ".join(f"{name} {value:z.2f}" for name, value in low.items())
        yield f"refits disagree about the map, so it does not show what the attribute depends on (split-half r): {values}"
