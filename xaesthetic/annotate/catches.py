"""Photographs of which it is known what to mark: for practice, and to catch those who do not look.

Either an edit of a known region (the background blurred, a part darkened), or a shape drawn into a corner with the
instruction to mark it. Most attributes have no edit whose place is beyond dispute; they get the shape.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xaesthetic.annotate.schedule import Catch, Sign
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Mask, Rgb
from xaesthetic.data.edits import EDITS, mix

_WHOLE = {"light": "underexpose", "vivid_color": "drain"}
"""Edits of everything that can be done to a part alone."""
_SUBJECT = {"depth_of_field": "blur_background", "object_emphasis": "dim_background", "color_harmony": "turn_hue"}
"""Edits that need to know where the subject is; turning the hue does without."""
_AMOUNT = 0.75  # two to three stops; a blur that nobody overlooks
_SMALLEST = 48
"""Pixels of the shorter side: a shape in a smaller photograph could not be marked by hand."""
_SHAPES = ("circle", "square", "triangle")
_COLOR = np.array([0.95, 0.1, 0.85], np.float32)  # magenta: hardly any photograph has it


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One edited copy, to be kept under the number that its `catch` names."""

    rgb: Rgb
    catch: Catch
    source: int
    """The photograph of the study that it is a copy of."""
    made_by: str
    """The edit's name, or the shape's."""


def prepare(
    read: Callable[[int], Rgb],
    photographs: Sequence[int],
    attributes: Sequence[str],
    count: int,
    seed: int,
    subjects: Mapping[int, Mask] | None = None,
    first: int | None = None,
) -> Iterator[Prepared]:
    """Make catch trials of a study's photographs; practice too, with another seed.

    Attributes take turns, photographs come in an order by the seed. Every second trial of an attribute is an edit, where it
    has one and the region is known; the others are shapes to mark, with an instruction.

    Parameters
    ----------
    read
        From a photograph's number to its pixels, called once for a trial.
    photographs, attributes
        The study's.
    count
        How many trials.
    seed
        For photographs, shapes, corners and signs.
    subjects
        Where the subject is, by number, in pixels of what `read` gives, for those of which it is known.
    first
        The number of the first copy; after the photographs' where None.

    Raises
    ------
    DataError
        If there is no photograph or no attribute, a subject's mask has another size, or a photograph is too small.
    """
    if not photographs or not attributes:
        raise DataError("catch trials need a photograph and an attribute of the study; name at least one.")
    first = max(photographs) + 1 if first is None else first
    random = np.random.default_rng([seed, 2])
    order = random.permutation(len(photographs))
    for i in range(count):
        source, attribute = int(photographs[order[i % len(order)]]), attributes[i % len(attributes)]
        rgb, subject = read(source), (subjects or {}).get(source)
        _validate(source, rgb, subject)
        change = _edit(rgb, subject, attribute, random) if (i % len(attributes) + i // len(attributes)) % 2 == 0 else None
        edited, mask, sign, made_by, instruction = change or _shape(rgb, attribute, random)
        yield Prepared(edited, Catch(first + i, attribute, sign, mask, instruction), source, made_by)


_Change = tuple[Rgb, Mask, Sign, str, str]


def _edit(rgb: Rgb, subject: Mask | None, attribute: str, random: np.random.Generator) -> _Change | None:
    """An edit whose place is known; None where the attribute has none, or nobody knows the subject."""
    if attribute in _WHOLE:
        name, where = _WHOLE[attribute], _ellipse(rgb, random)
        return mix(EDITS[name].apply(rgb, where, _AMOUNT), rgb, where), where, _sign(EDITS[name].sign), name, ""
    if attribute not in _SUBJECT:
        return None
    name = _SUBJECT[attribute]
    if subject is None and name == "turn_hue":
        subject = _ellipse(rgb, random)
    if subject is None or not 0.02 < subject.mean() < 0.9:  # nothing, or all, would have to be marked
        return None
    where = subject if EDITS[name].place == "subject" else ~subject
    return EDITS[name].apply(rgb, subject, _AMOUNT), where, _sign(EDITS[name].sign), name, ""


def _sign(sign: int) -> Sign:
    return "raises" if sign > 0 else "lowers"


def _ellipse(rgb: Rgb, random: np.random.Generator) -> Mask:
    """Of about a sixth of the photograph, wholly inside."""
    height, width = rgb.shape[:2]
    rows, columns = np.mgrid[:height, :width]
    y, x = random.uniform(0.25, 0.75, 2)
    return np.asarray(((rows + 0.5) / height - y) ** 2 + ((columns + 0.5) / width - x) ** 2 < 0.23**2)


def _shape(rgb: Rgb, attribute: str, random: np.random.Generator) -> _Change:  # noqa: ARG001  # as `_edit`
    """A shape in a corner, and the sentence that asks for it."""
    shape = _SHAPES[random.integers(len(_SHAPES))]
    below, right, lowers = (bool(bit) for bit in random.integers(0, 2, 3))
    mask = _drawn(shape, rgb.shape[:2], below, right)
    sign: Sign = "lowers" if lowers else "raises"
    corner = f"{'lower' if below else 'upper'} {'right' if right else 'left'}"
    sentence = (
        f"This one only tests the tools: mark the {shape} in the {corner} corner with “{sign}” and nothing else. "
        f"For “{'raises' if lowers else 'lowers'}” choose “nowhere”."
    )
    return np.where(mask[..., None], _COLOR, rgb), mask, sign, shape, sentence


def _drawn(shape: str, size: tuple[int, int], below: bool, right: bool) -> Mask:
    """A quarter of the shorter side wide, half of that away from the frame."""
    rows, columns = np.mgrid[: size[0], : size[1]] + 0.5
    side = min(size) / 4
    y = (size[0] - side if below else side) - rows
    x = (size[1] - side if right else side) - columns
    half = side / 2
    if shape == "circle":
        return np.asarray(x**2 + y**2 <= half**2)
    if shape == "square":
        return np.asarray((abs(x) <= half) & (abs(y) <= half))
    return np.asarray((abs(y) <= half) & (abs(x) <= (half - y) / 2))


def _validate(number: int, rgb: Rgb, subject: np.ndarray | None) -> None:
    size = rgb.shape[:2]
    if min(size) < _SMALLEST:
        raise DataError(
            f"photograph {number} is {size[1]} x {size[0]}; catch trials need {_SMALLEST} pixels or more on either side. "
            "Leave it out."
        )
    if subject is not None and subject.shape != size:
        raise DataError(
            f"photograph {number} is {size} but its subject's mask {subject.shape} (height, width); give one of its size."
        )
