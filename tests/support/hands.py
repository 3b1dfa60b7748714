"""One table as many hands would write it, and with some of its rows damaged: strategies for hypothesis."""

import csv
import io
from dataclasses import dataclass

from hypothesis import strategies as st

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")
SPELLINGS = {
    "as it is": lambda name: name,
    "capitals": str.upper,
    "backslashes": lambda name: name.replace("/", "\\"),
    "a folder of another machine": lambda name: f"C:\\photos\\{name}".replace("/", "\\"),
    "an address": lambda name: f"https://host/data/{name.replace(' ', '%20')}?width=100",
    "percents": lambda name: name.replace(" ", "%20").replace(".", "%2E"),
    "from here": lambda name: f"./{name}",
    "blanks": lambda name: f"  {name} ",
    "an upload": lambda name: f"{name.rpartition('/')[0]}/0123abcd-{name.rpartition('/')[2]}".lstrip("/"),
    "no suffix": lambda name: name.rpartition(".")[0],
}
"""How the names of files may be written, all of a table alike."""


@dataclass(frozen=True)
class Hand:
    """How somebody writes tables."""

    delimiter: str
    comma: bool
    encoding: str
    ends: str
    spelling: str
    capitals: bool
    quoted: bool
    extra: bool
    blank: bool
    order: int

    def write(self, rows, names, damaged=()):
        """The table's bytes; `damaged` says by row what is done to its line."""
        header = list(rows[0])
        header = header[self.order % len(header) :] + header[: self.order % len(header)]
        lines = [self._line([name.upper() if self.capitals else name for name in header] + ["note"] * self.extra)]
        for number, row in enumerate(rows):
            cells = [self._cell(row[column], column in names) for column in header]
            lines.append(
                damage(dict(damaged)[number], cells, self)
                if number in dict(damaged)
                else self._line(cells + ["x"] * self.extra)
            )
            lines += [""] * self.blank
        return self.ends.join([*lines, ""]).encode(self.encoding)

    def _cell(self, value, is_name):
        if is_name:
            return SPELLINGS[self.spelling](value)
        return value.replace(".", ",") if self.comma and self.delimiter != "," else value

    def _line(self, cells):
        text = io.StringIO()
        quoting = csv.QUOTE_ALL if self.quoted else csv.QUOTE_MINIMAL
        csv.writer(text, delimiter=self.delimiter, quoting=quoting, lineterminator="").writerow(cells)
        return text.getvalue()


DAMAGES = (
    "point",
    "blank",
    "words",
    "hex",
    "short",
    "long",
    "quote before",
    "quote inside",
    "quote after",
    "null",
    "endless",
)


def damage(kind, cells, hand):
    """A line of these cells that cannot be used; its last cell is a number in every hand of these tests."""
    number = next(index for index in reversed(range(len(cells))) if cells[index][:1].isdigit() and len(cells[index]) < 7)
    extra = ["x"] * hand.extra
    bad = {"point": ".", "blank": "", "words": "none", "hex": "0x1F", "null": "1\0", "endless": "1" * 150_000}
    if kind in bad:
        return hand._line([*cells[:number], bad[kind], *cells[number + 1 :], *extra])
    if kind == "short":
        return hand._line([*cells, *extra][:-1])
    if kind == "long":
        return hand._line([*cells, *extra, "more"])
    line = hand.delimiter.join([*cells, *extra])
    return {
        "quote before": f'"{line}',
        "quote inside": line.replace(hand.delimiter, f'{hand.delimiter}"', 1),
        "quote after": f'"{line}"',
    }[kind]


@st.composite
def hands(draw, spellings=tuple(SPELLINGS)):
    """Somebody's way of writing tables."""
    return Hand(
        draw(st.sampled_from([",", ";", "\t", "|"])),
        draw(st.booleans()),
        draw(st.sampled_from(ENCODINGS)),
        draw(st.sampled_from(["\n", "\r\n", "\r"])),
        draw(st.sampled_from(spellings)),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.integers(0, 3)),
    )


def damages(rows, most=3):
    """Which of so many rows are damaged, and how."""
    return st.dictionaries(st.integers(0, rows - 1), st.sampled_from(DAMAGES), min_size=1, max_size=most)
