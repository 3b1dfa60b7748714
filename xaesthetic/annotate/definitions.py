"""What annotators read of an attribute: a definition, and an example of what raises and what lowers it."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from xaesthetic.annotate.study import Consent, StudyAttribute
from xaesthetic.core.attributes import NAMES, Attribute, canonical, choose, describe
from xaesthetic.core.errors import DataError

OVERALL = "overall"
"""Asked of every photograph in its own way, from 1 to 5."""


@dataclass(frozen=True, slots=True)
class Words:
    """Of one attribute."""

    definition: str
    example: str


WORDS: Mapping[str, Words] = {
    "balancing_elements": Words(
        "Whether the parts of the photograph balance each other.",
        "Raised by a small bright thing that answers a large dark one; lowered by everything crowding into one side.",
    ),
    "color_harmony": Words(
        "Whether the colours go well together.",
        "Raised by a sky and a sea in related blues; lowered by a sign whose colour clashes with all around it.",
    ),
    "content": Words(
        "Whether what is shown is interesting.",
        "Raised by a face with a strong expression; lowered by an empty, meaningless part.",
    ),
    "depth_of_field": Words(
        "Whether sharpness and blur serve the photograph.",
        "Raised by a sharp flower before a soft ground; lowered by a blurred face, or a busy background in focus.",
    ),
    "light": Words(
        "Whether the light is good and interesting.",
        "Raised by a rim of evening light on a face; lowered by a burnt-out window or a black shadow.",
    ),
    "motion_blur": Words(
        "Whether blur from movement serves the photograph.",
        "Raised by the streaked ground behind a runner; lowered by a building that a shaken camera has smeared.",
    ),
    "object_emphasis": Words(
        "Whether the photograph brings out its main object.",
        "Raised by the one boat on an empty lake; lowered by a crowd that hides who is meant.",
    ),
    "repetition": Words(
        "Whether something repeats: a pattern, a row, a rhythm.",
        "Raised by a row of windows; lowered by what breaks it without a reason.",
    ),
    "rule_of_thirds": Words(
        "Whether the main things lie near the lines that divide the photograph into thirds.",
        "Raised by an eye where two of the lines cross; lowered by a horizon that cuts the photograph in half.",
    ),
    "symmetry": Words(
        "Whether one half of the photograph mirrors the other.",
        "Raised by a face and its reflection in water; lowered by a pole on one side only.",
    ),
    "vivid_color": Words(
        "Whether the colours are strong and lively.",
        "Raised by a red umbrella in the rain; lowered by a pale, washed-out wall.",
    ),
}

_CONSENT = " ".join(
    (
        "You are asked to look at photographs, to rate them, and to mark in them what made you rate them so.",
        "Your ratings and regions, when and how long you made them, and the size of your window are kept under a pseudonym.",
        "No network address and nothing about your browser is kept.",
        "They are used for research and may be published without your name.",
        "Taking part is voluntary; you may stop at any time, and have all of it deleted within the time stated below.",
    )
)


def attributes_of(texts: Iterable[str], declared: Iterable[Attribute] = ()) -> tuple[StudyAttribute, ...]:
    """The attributes that annotators are asked about.

    Parameters
    ----------
    texts
        Names; ``all`` for the vocabulary's.
    declared
        What the data set declares of its attributes: ranges and titles.

    Raises
    ------
    DataError
        If there is none, one is the overall score, or one is nearly but not quite a known name.

    Examples
    --------
    >>> [(item.title, item.low, item.step) for item in attributes_of(["light", "mood"])]
    [('Light', -1.0, 1), ('mood', -1, 1)]
    """
    names = choose(texts)
    names = tuple(name for name in NAMES if name != OVERALL) if names == ("all",) else names
    if OVERALL in names:
        raise DataError("--attr overall: is asked of every photograph anyway, from 1 to 5; leave it out.")
    known = tuple(declared)
    for name in names:
        _validate_spelling(canonical(name), [*NAMES, *(item.name for item in known)])
    return tuple(_attribute(describe(canonical(name), known)) for name in names)


def _validate_spelling(name: str, known: Sequence[str]) -> None:
    """Refuse what is likely a slip: names are free, but a study that has begun keeps them."""
    near = [] if name in known else get_close_matches(name, known, n=1, cutoff=0.8)
    if near:
        raise DataError(f"--attr {name}: did you mean {near[0]!r}? Name that, or choose a name that is less like it.")


def _attribute(item: Attribute) -> StudyAttribute:
    words = WORDS.get(item.name, Words(item.question, ""))
    if math.isnan(item.low) or math.isnan(item.high):
        return StudyAttribute(item.name, item.title, words.definition, example=words.example)
    span = item.high - item.low
    step = 1 if span == int(span) else span / 4
    return StudyAttribute(item.name, item.title, words.definition, item.low, item.high, step, words.example)


def consent_of(text: str = "", contact: str = "") -> Consent:
    """A consent text, whose version is what tells it from another; a short one of ours where it is empty."""
    text = text.strip() or _CONSENT
    return Consent(hashlib.sha256(text.encode()).hexdigest()[:12], text, contact=contact)
