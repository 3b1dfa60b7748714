"""Tables as lines of text: aligned where there is room, folded at words where there is less, else a block for each row."""

from collections.abc import Callable, Iterator, Sequence

_GAP = "  "
_LEAST, _LONGEST = 12, 24  # letters of a folded column, at least; longer words are divided


def table_lines(
    columns: Sequence[str], rows: Sequence[Sequence[str]], rules: Sequence[int] = (), width: int | None = None
) -> list[str]:
    """Return a table's lines, its head first.

    Parameters
    ----------
    columns
        What stands above; empty texts for columns without a name.
    rows
        Cells, one for each column.
    rules
        Before which rows a line stands.
    width
        Letters of a line, at most; any number where None, so that a row is one line.

    Returns
    -------
    Lines without blanks at their ends. Where columns do not fit side by side, however they are folded, every row is a
    block: its first cells, then a line for each further column that has a value.
    """
    cells = [[*map(str, row)] for row in (columns, *rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    if width is not None:
        widths = _narrowed(cells, widths, width)
        if sum(widths) + len(_GAP) * (len(widths) - 1) > width:
            return list(_blocks(columns, rows, rules, width))
    lines: list[str] = []
    for number, row in enumerate(cells, -1):
        lines += ["-" * 8] * (number in rules)
        lines += _aligned(row, widths)
    return lines


def _narrowed(cells: Sequence[Sequence[str]], widths: Sequence[int], width: int) -> list[int]:
    """The widths with the widest columns folded, a letter at a time, mostly not below their longest word."""
    words = [[_width(word) for cell in column for word in cell.split()] for column in zip(*cells, strict=True)]
    least = [min(now, min(max(*word, _LEAST), _LONGEST) if word else 0) for now, word in zip(widths, words, strict=True)]
    result, room = list(widths), width - len(_GAP) * (len(widths) - 1)
    while sum(result) > room and (open_ := [place for place, now in enumerate(result) if now > least[place]]):
        result[max(open_, key=result.__getitem__)] -= 1
    return result


def _aligned(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    folded = [fold(cell, room) for cell, room in zip(row, widths, strict=True)]
    for number in range(max(map(len, folded))):
        parts = [lines[number] if number < len(lines) else "" for lines in folded]
        padded = (part + " " * (room - _width(part)) for part, room in zip(parts, widths, strict=True))
        yield _GAP.join(padded).rstrip()


def _blocks(columns: Sequence[str], rows: Sequence[Sequence[str]], rules: Sequence[int], width: int) -> Iterator[str]:
    """Give every row as a block of its own; the head's first names stand above all."""
    heads = 2 if len(columns) > 2 and not columns[0] else 1  # `highest` and the photograph belong together
    yield from fold(_GAP.join(filter(None, columns[:heads])), width)
    for number, row in enumerate(rows):
        if number in rules:
            yield "-" * 8
        yield from fold(_GAP.join(filter(None, row[:heads])), width)
        for name, cell in zip(columns[heads:], row[heads:], strict=True):
            if cell:
                said = f"{name}: {cell}" if name else cell
                yield from (f"  {line}" for line in fold(said, width - 2))


def fold(text: str, width: int) -> list[str]:
    """A text in lines of at most so many columns of a terminal, divided at blanks, and within words that are longer."""
    if _width(text) <= width:
        return [text]
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if _width(longer) <= width:
            lines[-1] = longer
            continue
        first, *more = _chopped(word, width) or [""]
        lines += [first, *more]
    return [line.rstrip() for line in lines[not lines[0] :]]


def _chopped(word: str, width: int) -> list[str]:
    from rich.cells import chop_cells

    return chop_cells(word, max(2, width))


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    measured: Callable[[str], int]
    from rich.cells import cell_len as measured

    return measured(text)
