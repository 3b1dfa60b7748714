"""The vocabulary: the attributes that models rate, under every name that the field's files use for them.

Sources: Kong et al., ECCV 2016 (the eleven attributes of AADB, its CSV columns and the Caffe model's blobs);
Malu, Bapi, Indurkhya, MAICS 2017 (the eight kept there: the other three are zero for 80 to 91 % of the photographs).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from xaesthetic.core.errors import DataError, unknown


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing about a photograph that people and models rate."""

    name: str
    """How this project writes it."""
    title: str
    """How it stands in the paper and in figures."""
    low: float
    """The lowest rating in AADB."""
    high: float
    """The highest rating in AADB."""
    in_paper: bool
    """Whether it is one of the eight attributes of Malu et al. 2017."""
    csv: str
    """The column in AADB's label lists (one of them is misspelt there)."""
    blob: str
    """The output blob of Kong et al.'s Caffe model."""


def _attribute(name: str, title: str, csv: str, blob: str, low: float = -1.0, in_paper: bool = True) -> Attribute:
    return Attribute(name, title, low, 1.0, in_paper, csv, blob)


ATTRIBUTES: tuple[Attribute, ...] = (
    _attribute("balancing_elements", "Balancing Elements", "BalacingElements", "fc9_BalancingElement"),
    _attribute("color_harmony", "Color Harmony", "ColorHarmony", "fc9_ColorHarmony"),
    _attribute("content", "Content", "Content", "fc9_Content"),
    _attribute("depth_of_field", "Depth of Field", "DoF", "fc9_DoF"),
    _attribute("light", "Light", "Light", "fc9_Light"),
    _attribute("motion_blur", "Motion Blur", "MotionBlur", "fc9_MotionBlur", in_paper=False),
    _attribute("object_emphasis", "Object Emphasis", "Object", "fc9_Object"),
    _attribute("repetition", "Repetition", "Repetition", "fc9_Repetition", low=0.0, in_paper=False),
    _attribute("rule_of_thirds", "Rule of Thirds", "RuleOfThirds", "fc9_RuleOfThirds"),
    _attribute("symmetry", "Symmetry", "Symmetry", "fc9_Symmetry", low=0.0, in_paper=False),
    _attribute("vivid_color", "Vivid Color", "VividColor", "fc9_VividColor"),
    _attribute("overall", "Overall Aesthetic Score", "score", "fc11_score", low=0.0, in_paper=False),
)
"""AADB's eleven attributes in the order of its label lists, then the overall score."""

NAMES: tuple[str, ...] = tuple(attribute.name for attribute in ATTRIBUTES)
"""The names alone, in the same order."""


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def attribute(text: str) -> Attribute:
    """Find an attribute by its name, its title in any case, its CSV column or its Caffe blob.

    Raises
    ------
    DataError
        If none is called so; names the nearest one and all there are.
    """
    for candidate in ATTRIBUTES:
        if _plain(text) in {_plain(alias) for alias in (candidate.name, candidate.title, candidate.csv, candidate.blob)}:
            return candidate
    raise DataError(unknown("attribute", text, (*NAMES, "all"), label="There are"))


def canonical(text: str) -> str:
    """The vocabulary's name for an attribute; a text that stands for none of them as it is, without blanks around it."""
    try:
        return attribute(text).name
    except DataError:
        return text.strip()


def describe(name: str) -> Attribute:
    """What is known of an attribute of a model or data set.

    Those that the vocabulary has not go by their own name as title and range from -1 to 1; so does one that is called as
    only a file of the field calls it.
    """
    known = {item.name: item for item in ATTRIBUTES}
    return known.get(name) or Attribute(name, name, -1.0, 1.0, False, name, name)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """These names, each once: the vocabulary's in its order, then others as they come."""
    present = dict.fromkeys(names)
    return (*(name for name in NAMES if name in present), *(name for name in present if name not in NAMES))


def parse(texts: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The names of the attributes asked for, each once, in the order asked; ``all`` stands for all twelve.

    Raises
    ------
    DataError
        If a text is no attribute.
    """
    names: dict[str, None] = {}
    for text in texts:
        for name in NAMES if text.strip().lower() == "all" else (attribute(text).name,):
            names[name] = None
    return tuple(names)


def choose(texts: str | Iterable[str]) -> tuple[str, ...]:
    """The names of the attributes of a model asked for, each once, in the order asked.

    Names, titles, columns and blobs of the vocabulary give its names; other names stay as they are, for a model may have
    its own.

    Parameters
    ----------
    texts
        One or several.

    Returns
    -------
    Names; ``("all",)`` where one of the texts stands for all that a model has.

    Raises
    ------
    DataError
        If there is none, or one is no text.

    Examples
    --------
    >>> choose(["Depth of Field", "sharpness"])
    ('depth_of_field', 'sharpness')
    """
    several = (texts,) if isinstance(texts, str) else tuple(texts)
    if not several or not all(isinstance(text, str) and text.strip() for text in several):
        raise DataError(f"{several!r} are no attributes; pass names, or 'all'.")
    names = tuple(dict.fromkeys(map(canonical, several)))
    return ("all",) if "all" in (name.lower() for name in names) else names
