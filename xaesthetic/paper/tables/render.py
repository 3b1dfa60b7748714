"""Layouts as LaTeX and HTML."""

import re
from collections.abc import Sequence
from pathlib import Path

import jinja2

from xaesthetic.paper.tables.cells import Cell, Layout

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "ρ": r"$\rho$", "−": "$-$", "–": "--", "†": r"\textdagger{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "\n": " ", "\r": " ",
}  # fmt: skip


def _latex(text: str) -> str:
    return re.sub("|".join(map(re.escape, _LATEX)), lambda result: _LATEX[result[0]], text)


def to_latex(layouts: Sequence[Layout]) -> str:
    """Tables for a paper: needs booktabs; nothing else."""
    parts = ["% needs \\usepackage{booktabs}"]
    for layout in layouts:
        aligned = "l" + "r" * (len(layout.columns) - 1)
        parts += [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{_latex(layout.title)}}}",
            rf"\begin{{tabular}}{{{aligned}}}",
        ]
        parts += [r"\toprule", " & ".join(map(_latex, layout.columns)) + r" \\", r"\midrule"]
        for number, row in enumerate(layout.rows):
            parts += [r"\midrule"] * (number in layout.rules)
            parts.append(" & ".join(map(_latex_cell, row)) + r" \\")
        parts += [r"\bottomrule", r"\end{tabular}"]
        parts += [rf"\par{{\footnotesize {_latex(note)}}}" for note in layout.notes]
        parts += [r"\end{table}", ""]
    return "\n".join(parts)


def _latex_cell(cell: Cell) -> str:
    text = _latex(cell.text)
    text = rf"\textbf{{{text}}}" if cell.strong else text
    marks = rf"\textsuperscript{{{_latex(cell.marks)}}}" if cell.marks in ("*", "†") else _latex(cell.marks)
    return text + marks + (rf" {{\scriptsize {cell.interval}}}" if cell.interval else "")


def to_html(title: str, layouts: Sequence[Layout]) -> str:
    """One page that stands alone: no script, nothing fetched."""
    page = Path(__file__).with_name("page.html").read_text(encoding="utf-8")
    return jinja2.Environment(autoescape=True).from_string(page).render(title=title, layouts=layouts)
