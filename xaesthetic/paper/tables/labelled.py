"""Tables whose models are called as somebody wants them called."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xaesthetic.paper.tables.cells import Layout


def labelled(layouts: Sequence[Layout], labels: Mapping[str, str]) -> list[Layout]:
    """Return tables with names replaced in heads, cells and titles; the notes below keep them, and say which is which.

    Parameters
    ----------
    layouts
        Tables.
    labels
        What models are called, by their names; a name is replaced only where it stands by itself.
    """
    if not labels:
        return list(layouts)
    longest = sorted(labels, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, longest))})(?![\w-])")

    def renamed(text: str) -> str:
        return pattern.sub(lambda match: labels[match[1]], text)

    said = [f"{title} is {name}." for name, title in labels.items()]
    return [
        replace(
            layout,
            title=renamed(layout.title),
            columns=tuple(map(renamed, layout.columns)),
            rows=tuple(tuple(replace(cell, text=renamed(cell.text)) for cell in row) for row in layout.rows),
            notes=(*layout.notes, *said) if number == len(layouts) - 1 else layout.notes,
        )
        for number, layout in enumerate(layouts)
    ]
