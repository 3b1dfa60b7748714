"""Letters of names in figures: another font where the figures' own lacks them, and escapes where no font has them."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text

from xaesthetic.core.plugins import warn

FAMILY = "DejaVu Sans"
"""The font of all figures; it comes with matplotlib."""
_MORE = ("Noto Sans CJK", "Noto Sans", "Source Han Sans", "WenQuanYi", "Droid Sans Fallback", "Arial Unicode", "Hiragino",
         "PingFang", "Yu Gothic", "Meiryo", "MS Gothic", "Microsoft YaHei", "SimHei", "Malgun Gothic", "Nanum")  # fmt: skip
"""How the names of fonts for other writings begin; these help out first, then any other that is installed."""
_EMPTY = "Last ?Resort|Blank|^STIX|^cm"
"""Fonts that have a sign for a letter, not the letter; and those of formulas."""
_WRITINGS = {"CJK": "Chinese and Japanese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}

_MINUS = re.compile(r"(?<![\w.)\]-])-(?=\.?\d)")
"""A hyphen that stands for the sign of a number, not between two or in a name."""


def drawable(text: str) -> tuple[str, tuple[str, ...]]:
    r"""Return a text as it can be drawn, and the fonts that it takes; a warning names once a writing that no font has.

    Parameters
    ----------
    text
        Any; line ends stay.

    Returns
    -------
    The text with Python's escapes (``\u5199``) for what cannot be drawn, so that two names stay two; the figures' font,
    and those that help out.
    """
    if text.isascii() and text.replace("\n", "").isprintable():
        return text, (FAMILY,)
    fonts = dict.fromkeys([FAMILY])
    letters = []
    for letter in text:
        family = FAMILY if letter == "\n" else _family_of(letter)
        letters.append(letter if family else letter.encode("unicode_escape").decode("ascii"))
        if family:
            fonts[family] = None
        elif letter.isprintable():
            _warn_of(_writing(letter))
    return "".join(letters), tuple(fonts)


def _writing(letter: str) -> str:
    """What a letter belongs to: `Thai`; signs that are no letters are `some`."""
    first = unicodedata.name(letter, "some").split(" ")[0].split("-")[0]
    return _WRITINGS.get(first, first.title()) if unicodedata.category(letter)[0] in "LM" else "some"


@lru_cache(maxsize=64)
def _warn_of(writing: str) -> None:
    """Say what is missing, once for each writing."""
    warn(
        f"no font here has {writing} letters, so figures have escapes such as \\u5199 in their place; install one (Noto's "
        "are for every writing, as the package fonts-noto-cjk), or name models and methods with --label."
    )


def make_drawable(figure: Figure) -> None:
    """Give every text of a figure the fonts that it takes, escapes where there are none, and numbers a minus sign."""
    for artist in _texts(figure):
        text, families = drawable(_MINUS.sub("−", artist.get_text()))
        if text and (text != artist.get_text() or len(families) > 1):
            artist.set_text(text)
            artist.set_fontfamily(list(families))


def _texts(artist: Artist) -> Iterator[Text]:
    """Every text of an artist; axes that are off are not asked for their ticks, which would only be made by asking."""
    if isinstance(artist, Text):
        yield artist
    for child in artist.get_children():
        if not isinstance(child, Axis) or child.axes.axison:
            yield from _texts(child)


@lru_cache(maxsize=4096)
def _family_of(letter: str) -> str:
    """Return the first font that has a letter; empty where none has."""
    if not letter.isprintable():
        return ""
    return next((family for family, font in _fonts() if font.get_char_index(ord(letter))), "")


def _fonts() -> Iterator[tuple[str, Any]]:
    """Give the figures' font and those that help out; the others are only looked for where these have not been enough."""
    yield FAMILY, _font(font_manager.findfont(FAMILY, fallback_to_default=False))
    for name, file in _helping().items():
        with suppress(RuntimeError):  # it cannot be read
            yield name, _font(file)


_font = lru_cache(maxsize=None)(font_manager.get_font)


@lru_cache(maxsize=1)
def _helping() -> dict[str, str]:
    """Return the files of the fonts that help out, by name; also of those installed since matplotlib last looked."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for file in sorted({*font_manager.findSystemFonts()} - known):
        with suppress(Exception):  # matplotlib reads none of its kind
            font_manager.fontManager.addfont(file)
    entries = {entry.name: entry.fname for entry in font_manager.fontManager.ttflist if not re.search(_EMPTY, entry.name)}
    first = {name: file for prefix in _MORE for name, file in entries.items() if name.startswith(prefix)}
    return first | entries
