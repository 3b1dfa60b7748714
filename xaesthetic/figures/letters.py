"""Letters of names in figures: another font where the figures' own lacks them, and a box where no font has them."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text

FAMILY = "DejaVu Sans"
"""The font of all figures; it comes with matplotlib."""
BOX = "□"
"""Stands for a letter that no font here can draw."""
_MORE = ("Noto Sans CJK", "Noto Sans", "Source Han Sans", "WenQuanYi", "Droid Sans Fallback", "Arial Unicode", "Hiragino",
         "PingFang", "Yu Gothic", "Meiryo", "MS Gothic", "Microsoft YaHei", "SimHei", "Malgun Gothic", "Nanum")  # fmt: skip
"""How the names of fonts for other writings begin; those that are installed help out."""

_MINUS = re.compile(r"(?<![\w.)\]-])-(?=\.?\d)")
"""A hyphen that stands for the sign of a number, not between two or in a name."""


def drawable(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text as it can be drawn, and the fonts that it takes.

    Parameters
    ----------
    text
        Any; line ends stay, other control characters become boxes.

    Returns
    -------
    The text with `BOX` for what cannot be drawn; the figures' font, and those that help out.
    """
    if text.isascii() and text.replace("\n", "").isprintable():
        return text, (FAMILY,)
    fonts = dict.fromkeys([FAMILY])
    letters = []
    for letter in text:
        family = FAMILY if letter == "\n" else _family_of(letter)
        letters.append(letter if family else BOX)
        if family:
            fonts[family] = None
    return "".join(letters), tuple(fonts)


def make_drawable(figure: Figure) -> None:
    """Give every text of a figure the fonts that it takes, boxes where there are none, and numbers a minus sign."""
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


def _family_of(letter: str) -> str:
    """Return the first font that has a letter; empty where none has."""
    if not letter.isprintable():
        return ""
    return next((family for family, font in _fonts() if font.get_char_index(ord(letter))), "")


@lru_cache(maxsize=1)
def _fonts() -> Sequence[tuple[str, Any]]:
    """Return the figures' font and those that help out, opened once."""
    entries = font_manager.fontManager.ttflist
    helping = {entry.name: entry.fname for prefix in _MORE for entry in entries if entry.name.startswith(prefix)}
    figures_font = font_manager.findfont(FAMILY, fallback_to_default=False)
    return [(name, font_manager.get_font(file)) for name, file in ((FAMILY, figures_font), *helping.items())]
