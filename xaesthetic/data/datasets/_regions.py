"""From what annotators marked to records: regions joined by photograph, annotator and attribute."""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from PIL import Image

from xaesthetic.core.attributes import NAMES, Attribute, attribute
from xaesthetic.core.errors import DataError
from xaesthetic.core.sides import SIDES
from xaesthetic.core.types import Annotation, Mask, PassedOver, Record
from xaesthetic.data.datasets._exports import reason, short
from xaesthetic.data.datasets._photographs import Photograph, find_photographs, header_size

Size = tuple[int, int]
_MUCH = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A region's pixels."""

    mask: Mask
    remarks: tuple[tuple[str, str], ...] = ()
    """Parts of it that are not in the mask: which, and why."""


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Something that one annotator marked."""

    where: str
    """What to call it in a sentence: task 7, region 3."""
    annotator: str
    """Empty where nobody says who it was; `unknown` tells such annotators from each other."""
    labels: tuple[str, ...]
    draw: Callable[[Size], Drawn] | str
    """Gives its pixels in a photograph of that size, raises DataError where there are none; or why it cannot be used."""
    unknown: object = None


@dataclass(slots=True)
class Export:
    """What an export says."""

    photographs: list[str] = field(default_factory=list)
    """Names of the photographs."""
    regions: list[tuple[str, Region]] = field(default_factory=list)
    """The photograph's name, and what is marked in it."""
    passed_over: list[PassedOver] = field(default_factory=list)
    declared: tuple[Attribute, ...] = ()
    """Attributes besides the vocabulary's, which labels may name."""

    def means(self, label: str) -> str:
        """Return the attribute that a label names; empty, for all, where it names none."""
        return meaning(sign_of(label)[0], self.declared)


def records(export: Export, folder: Path) -> Iterator[Record | PassedOver | Attribute]:
    """Give the photographs of an export with what was marked in them, one at a time; and what is passed over.

    Two names of one file are one photograph.
    """
    yield from export.declared
    yield from export.passed_over
    counts = Counter(label for _, region in export.regions if callable(region.draw) for label in region.labels or ("",))
    yield from _remarks(counts, export)
    photographs = find_photographs(folder, export.photographs)
    marked: dict[Photograph, list[Region]] = {photographs[name]: [] for name in export.photographs}
    for name, region in export.regions:
        marked[photographs[name]].append(region)
    for photograph, regions in marked.items():
        annotations = []
        for item in _annotations(photograph, regions, export):
            if isinstance(item, Annotation):
                annotations.append(item)
            else:
                yield item
        yield Record(
            photograph.id,
            photograph.path,
            original=photograph.id,
            annotations=tuple(annotations),
            problem=photograph.problem,
        )


def sign_of(label: str) -> tuple[str, str]:
    """Split a label into what it names and the side that it ends with: `light lowers` is what lowers light.

    Examples
    --------
    >>> sign_of("Light lowers"), sign_of("light")
    (('Light', 'lowers'), ('light', ''))
    """
    name, _, last = label.strip().rpartition(" ")
    return (name.strip(), last.casefold()) if name and last.casefold() in SIDES else (label, "")


@lru_cache(maxsize=1000)
def meaning(label: str, declared: tuple[Attribute, ...] = ()) -> str:
    """Return the attribute that a label names, a declared one first; empty, for all, where it names none."""
    text = label.strip().casefold()
    for item in declared:
        if text in (item.name.casefold(), item.title.casefold()):
            return item.name
    try:
        return attribute(label).name
    except DataError:
        return ""


def _remarks(counts: Mapping[str, int], export: Export) -> Iterator[PassedOver]:
    for label, count in counts.items():
        if label and not export.means(label):
            names = [*NAMES, *(item.name for item in export.declared)]
            near = get_close_matches(label.lower().replace(" ", "_"), names, n=1, cutoff=0.7)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            yield PassedOver(
                f"{short(label)!r} (regions: {count}{hint})",
                "label that is no attribute; its regions stand for all attributes",
            )
    if counts.get("") and len(counts) > 1:
        yield PassedOver(f"regions: {counts['']}", "without a label, where others have one; they stand for all attributes")


def _annotations(photograph: Photograph, regions: Sequence[Region], export: Export) -> Iterator[Annotation | PassedOver]:
    """Everything that one annotator drew about one attribute, as one region; what cannot be drawn, each for itself."""
    if photograph.problem:
        return
    size = header_size(photograph.path) if regions else None
    union: dict[tuple[str, str, str], Mask] = {}
    for region, annotator in zip(regions, _annotators(regions), strict=True):
        abouts = dict.fromkeys(_about(label, export) for label in region.labels or ("",))
        keys = [(annotator, *about) for about in abouts]
        drawn = _draw(region, size)
        if isinstance(drawn, str):
            yield from (Annotation(*key[:2], problem=f"{region.where}: {drawn}", sign=key[2]) for key in keys)
            continue
        yield from (PassedOver(f"{region.where}{part}", why) for part, why in drawn.remarks)
        yield from remark_on_share(region.where, drawn.mask)
        union |= {key: union[key] | drawn.mask if key in union else drawn.mask for key in keys}
    for (annotator, about, sign), mask in union.items():
        yield Annotation(annotator, about, region=_png(mask), sign=sign)


def _about(label: str, export: Export) -> tuple[str, str]:
    """The attribute that a label names, and its side; where it names none, neither."""
    about = export.means(label)
    return about, sign_of(label)[1] if about else ""


def _draw(region: Region, size: Size | None) -> Drawn | str:
    if isinstance(region.draw, str):
        return region.draw
    if size is None:
        return "the photograph's size cannot be read"
    try:
        drawn = region.draw(size)
    except DataError as error:
        return reason(error)
    return drawn if drawn.mask.any() else "it marks no pixel of the photograph"


def remark_on_share(where: str, mask: Mask) -> Iterator[PassedOver]:
    """Say that a region is nearly the whole photograph, which it is by mistake where ground and region are exchanged."""
    share = float(mask.mean())
    if _MUCH < share < 1:
        yield PassedOver(
            f"{where} ({100 * share:.0f} %)", f"marks more than {100 * _MUCH:.0f} % of its photograph; it counts"
        )


def _annotators(regions: Sequence[Region]) -> Iterator[str]:
    """Name those whom nobody names by numbers that no other has."""
    known = {region.annotator for region in regions}
    numbers = (name for number in range(1, 2 + 2 * len(regions)) if (name := f"annotator {number}") not in known)
    unnamed = {}
    for region in regions:
        if not region.annotator and region.unknown not in unnamed:
            unnamed[region.unknown] = next(numbers)
        yield region.annotator or unnamed[region.unknown]


def _png(mask: Mask) -> bytes:
    file = io.BytesIO()
    Image.fromarray(mask).save(file, "PNG")
    return file.getvalue()


def require_size(height: float | None, width: float | None, size: Size) -> None:
    """Make sure that a region was drawn in a photograph of this size, as far as its size is said.

    Raises
    ------
    DataError
        If it was not.
    """
    if height not in (None, size[0]) or width not in (None, size[1]):
        said = " x ".join("?" if side is None else f"{side:g}" for side in (height, width))
        raise DataError(f"the size is said to be {said}, but the photograph is {size[0]} x {size[1]} (height x width)")


def beyond(leaving: Iterable[bool]) -> tuple[tuple[str, str], ...]:
    """Return the remark on shapes that reach beyond the photograph."""
    return (("", "reaches beyond the photograph; only what is inside counts"),) if any(leaving) else ()
