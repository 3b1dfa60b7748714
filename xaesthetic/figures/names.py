"""Names in figures: folded, shortened and made small so that they keep to the room that they have."""

import textwrap

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from xaesthetic.figures.letters import drawable

NAME_SIZE, NAME_LINES = 4.8, 5
"""Points of a name below a picture, and its lines at most."""
_SAFE = 0.97  # of the room: pictures round each letter's width
LETTER = 0.6 / 72
"""Inches a point of size: about the width of a letter."""


def divided_name(line: str, most: int) -> list[str]:
    """A line in parts of at most so many letters; a long name is divided behind an underscore."""
    parts = line if len(line) <= most else line.replace("_", "_ ")
    return [part.replace("_ ", "_") for part in textwrap.wrap(parts, most)]


def folded(name: str, room: float) -> str:
    """A name in lines that fit below a picture; of one that takes more than `NAME_LINES` the middle is left out."""
    lines = _lines(name, 6)
    for most in range(max(6, int(room / (LETTER * NAME_SIZE))), 5, -1):  # fewer letters where there are wide ones
        lines = _lines(name, most)
        if all(inches(line, NAME_SIZE) < room for line in lines):
            break
    return "\n".join(lines)


def _lines(name: str, most: int) -> list[str]:
    """A name in lines of so many letters; what stands below its first line stays, the end too, as it tells series apart."""
    first, *more = name.split("\n")
    below = [part for line in more for part in textwrap.wrap(line, most)][: NAME_LINES - 1]
    lines, room = textwrap.wrap(first, most), NAME_LINES - len(below)
    if len(lines) > room:
        kept = most * room - 1
        short = f"{first[: kept // 2]}…{first[len(first) - (kept - kept // 2) :]}"
        lines = [short[at : at + most] for at in range(0, len(short), most)]
    return [*lines, *below]


def inches(text: str, size: float, weight: str = "normal") -> float:
    """How wide a text is, its widest line, in letters of so many points."""
    widths = []
    for line in text.split("\n"):
        letters, families = drawable(line)
        font = FontProperties(family=list(families), size=size, weight=weight)
        widths.append(float(text_to_path.get_text_width_height_descent(letters, font, ismath=False)[0]) / 72)
    return max(widths)


def fitting(text: str, room: float, most: float = 7.0) -> float:
    """The size in points at which the longest line fits into so many inches."""
    return min(most, room / (LETTER * max(map(len, text.split("\n")))))


def titled(text: str, room: float, most: float, least: float, weight: str = "bold") -> tuple[str, float]:
    """A title as large as fits into so many inches in one line; where that is too small, in several."""
    size = most * min(1.0, _SAFE * room / max(inches(text, most, weight), 1e-6))
    if size >= least:
        return text, size
    letters = int(len(text) * room / inches(text, least, weight))
    return "\n".join(part for line in text.split("\n") for part in divided_name(line, max(8, letters - 2))), least
