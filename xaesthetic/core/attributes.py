"""Attributes: what is declared of one, and the vocabulary: AADB's, under every name that the field's files use for them.

Sources: Kong et al., ECCV 2016 (the eleven attributes of AADB, its CSV columns and the Caffe model's blobs);
Malu, Bapi, Indurkhya, MAICS 2017 (the eight kept there: the other three are zero for 80 to 91 % of the photographs).
"""

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import SupportsFloat

from xaesthetic.core.errors import DataError, unknown

_CLOSE = 1e-6
"""How far beyond its range a rating may be, relative to it: ratings are of float32, bounds are not."""
OUTSIDE = "!"
"""Stands behind a rating that is outside of the range that is declared."""
_LONGEST = 200
_LONGEST_NAME = 100  # bytes


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing about a photograph that people and models rate: what a model or a data set declares of it.

    Raises
    ------
    DataError
        If the name or the title is no single line of text, or the range is none; names the attribute.

    Examples
    --------
    >>> beauty = Attribute("beauty", low=1, high=10)
    >>> beauty.title, beauty.range, beauty.is_outside(11.5)
    ('beauty', '1 to 10', True)
    """

    name: str
    """How it is written in tables and on the command line."""
    title: str = ""
    """How it stands in figures; the name where it is left out."""
    low: float | int = math.nan
    """The lowest rating that can be; nan where that is not known."""
    high: float | int = math.nan
    """The highest; nan where that is not known."""
    higher_is_better: bool = True
    """Whether a higher rating is the better one; not so for noise, say."""
    question: str = ""
    """What people were asked, in a sentence; empty where that is not known."""
    related: tuple[str, ...] = ()
    """Names of other attributes that ask for something like it, but not the same: whoever asks for one of those and finds it
    not, finds this one, and every caption says so."""

    def __post_init__(self) -> None:
        """Let the name stand for a title that is left out; refuse what is no text and no range."""
        _validate_line(self.name, "an attribute's name")
        object.__setattr__(self, "title", self.title or self.name)
        _validate_line(self.title, f"the title of {self.name!r}")
        for side in ("low", "high"):
            object.__setattr__(self, side, _bound(getattr(self, side), f"{self.name!r}: its {side}est rating"))
        if self.low >= self.high:
            raise DataError(f"{self.name!r}: its range is {self.low:g} to {self.high:g}; the lower number comes first.")
        object.__setattr__(self, "related", _names(self.related, self.name))
        if self.question:
            _validate_line(self.question, f"the question of {self.name!r}")
        if not isinstance(self.higher_is_better, bool):
            raise DataError(f"{self.name!r}: higher_is_better is {self.higher_is_better!r}; True or False was wanted.")

    @property
    def about(self) -> str:
        """The range, the direction and what is related, as far as there is something to say: ``0 to 5, lower is better``."""
        return ", ".join(filter(None, (self.range, "" if self.higher_is_better else "lower is better", self.likeness)))

    @property
    def likeness(self) -> str:
        """What it is related to, in words that say that it is not the same; empty where it is related to nothing."""
        return f"related to {' and '.join(self.related)}, not the same" if self.related else ""

    @property
    def range(self) -> str:
        """The range in words: ``-1 to 1``, ``from 0``, ``up to 5``; empty where it is not known."""
        if math.isnan(self.low):
            return "" if math.isnan(self.high) else f"up to {self.high:g}"
        return f"from {self.low:g}" if math.isnan(self.high) else f"{self.low:g} to {self.high:g}"

    def text(self, rating: SupportsFloat, digits: int = 2) -> str:
        """A rating as it is shown: never a negative zero, with a mark where it is outside of the range."""
        return f"{float(rating):z.{digits}f}{OUTSIDE * self.is_outside(rating)}"

    def is_outside(self, rating: SupportsFloat) -> bool:
        """Whether a rating is beyond the range, as far as that is known; nan never is."""
        bounds = [abs(bound) for bound in (self.low, self.high) if not math.isnan(bound)]
        room = _CLOSE * max(bounds, default=0.0)
        value = float(rating)
        return value < self.low - room or value > self.high + room


@dataclass(frozen=True, slots=True)
class AadbAttribute(Attribute):
    """One of AADB's: the built-in vocabulary."""

    in_paper: bool = False
    """Whether it is one of the eight attributes of Malu et al. 2017."""
    csv: str = ""
    """The column in AADB's label lists (one of them is misspelt there)."""
    blob: str = ""
    """The output blob of Kong et al.'s Caffe model."""


def _validate_line(text: object, what: str) -> None:
    if (
        not isinstance(text, str)
        or not text.strip()
        or not text.isprintable()
        or len(text.encode("utf-8", "replace")) > _LONGEST
    ):
        raise DataError(f"{what} is {text!r}; one line of text was wanted.")


def _names(related: object, name: str) -> tuple[str, ...]:
    several = (related,) if isinstance(related, str) else related
    if not isinstance(several, (tuple, list)):
        raise DataError(f"{name!r}: is related to {related!r}; names of attributes were wanted.")
    for item in several:
        _validate_line(item, f"what {name!r} is related to")
    return tuple(several)


def _bound(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or math.isinf(value):
        raise DataError(f"{what} is {value!r}; a number was wanted, nan where it is not known.")
    return math.nan if math.isnan(value) else float(value)  # one nan: equal attributes are equal


def _attribute(name: str, title: str, csv: str, blob: str, low: float = -1.0, in_paper: bool = True) -> AadbAttribute:
    return AadbAttribute(name, title, low, 1.0, in_paper=in_paper, csv=csv, blob=blob)


ATTRIBUTES: tuple[AadbAttribute, ...] = (
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


_BY_ALIAS: Mapping[str, AadbAttribute] = {
    _plain(alias): item for item in ATTRIBUTES for alias in (item.name, item.title, item.csv, item.blob)
}


def attribute(text: str) -> AadbAttribute:
    """Find an attribute by its name, its title in any case, its CSV column or its Caffe blob.

    Raises
    ------
    DataError
        If none is called so; names the nearest one and all there are.
    """
    known = _BY_ALIAS.get(_plain(text))
    if known is not None:
        return known
    raise DataError(unknown("attribute", text, (*NAMES, "all"), label="There are"))


def canonical(text: str) -> str:
    """The vocabulary's name for an attribute; a text that stands for none of them as it is, without blanks around it."""
    known = _BY_ALIAS.get(_plain(text))
    return text.strip() if known is None else known.name


def describe(name: str, declared: Iterable[Attribute] = ()) -> Attribute:
    """What is known of an attribute of a model or data set.

    Parameters
    ----------
    name
        Any.
    declared
        What that model or data set declares.

    Returns
    -------
    What is declared of it; else the vocabulary's, with AADB's range; else its own name as title and a range that is not
    known: so does one that is called as only a file of the field calls it.
    """
    known = {item.name: item for item in (*ATTRIBUTES, *declared)}
    return known.get(name) or Attribute(name)


def as_attributes(items: str | Iterable[str | Attribute]) -> tuple[Attribute, ...]:
    """Return attributes of which some may be given by their names alone.

    Raises
    ------
    DataError
        If one is neither a name nor an attribute.
    """
    several = (items,) if isinstance(items, str) else tuple(items)
    return tuple(item if isinstance(item, Attribute) else describe(item) for item in several)


def plain(item: Attribute) -> dict[str, object]:
    """What is declared of an attribute as JSON and TOML take it; what is not known is left out."""
    bounds = {side: value for side, value in (("low", item.low), ("high", item.high)) if not math.isnan(value)}
    more = {"question": item.question, "related": list(item.related)}
    known = {key: value for key, value in more.items() if value}
    return {"name": item.name, "title": item.title, **bounds, "higher_is_better": item.higher_is_better, **known}


def name_problem(name: str) -> str:
    """Why a text cannot be the name of an attribute, which becomes part of file names; empty where it can.

    Examples
    --------
    >>> name_problem("技術"), name_problem("a/b")
    ('', 'holds a slash or a control character')
    """
    if not name.strip() or name != name.strip() or len(name.encode("utf-8", "replace")) > _LONGEST_NAME:
        return "is empty, too long, or begins or ends with a blank"
    if any(letter in "/\\" or unicodedata.category(letter)[0] == "C" for letter in name):
        return "holds a slash or a control character"
    if name.casefold() == "all" or name[0] == ".":
        return "begins with a dot or is the word for all of them"
    return ""


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """These names, each once: the vocabulary's in its order, then others as they come."""
    present = dict.fromkeys(names)
    return (*(name for name in NAMES if name in present), *(name for name in present if name not in NAMES))


def parse(texts: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The names of the attributes asked for, each once, in the order asked; ``all`` stands for the vocabulary's twelve.

    Names are free: a text that stands for none of the twelve is a name of its own, which whoever has the ratings knows.

    Raises
    ------
    DataError
        If there is none, or one is no text.
    """
    names = (choose(text) for text in texts) if texts else [choose(())]
    return tuple(dict.fromkeys(name for item in names for name in (NAMES if item == ("all",) else item)))


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
