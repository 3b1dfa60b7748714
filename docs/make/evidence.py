"""The numbers of docs/evidence.md: run its commands on the embedded sample, and write their tables between its marks.

    python docs/make/evidence.py [--write] [--osie OSIE] [FOLDER]

Takes some minutes on two cores. FOLDER keeps the runs; in one that is there nothing is computed twice. The tables of OSIE's
photographs are made where `--osie` names their folder (a quarter of an hour more), and else left as they are.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from xaesthetic import Run, find_records

PAGE = Path(__file__).parents[1] / "evidence.md"
MAIN = "from xaesthetic.cli import main; main()"
FLOOR = "activation_energy"
Rows = list[list[str]]


def commands(osie: Path | None = None) -> list[str]:
    """Return the page's commands; without OSIE those that need no data from elsewhere."""
    lines = re.findall(r"^    xaesthetic (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    if osie is None:
        return [line for line in lines if "osie" not in line]
    return [line.replace("--data osie", f"--data osie --root {shlex.quote(str(osie))}") for line in lines]


def measure(folder: Path, osie: Path | None = None) -> None:
    """Run the page's commands in a folder."""
    outlines(folder / "people")
    for line in commands(osie):
        subprocess.run([sys.executable, "-c", MAIN, *shlex.split(line), "--quiet"], check=True, cwd=folder, env=os.environ)


def outlines(folder: Path) -> None:
    """Write the sample's photographs and the outlines of their subjects, as the data set `masks` reads them."""
    for record in find_records("sample"):
        if record.edit is None and record.subject:
            with Image.open(record.path) as photo:
                mask = Image.new("L", photo.size)
                for place in (folder / "images", folder / "masks" / "outlines"):
                    place.mkdir(parents=True, exist_ok=True)
                photo.convert("RGB").save(folder / "images" / f"{record.id}.png")
            for polygon in record.subject:
                ImageDraw.Draw(mask).polygon([(x, y) for x, y in polygon], fill=255)
            mask.save(folder / "masks" / "outlines" / f"{record.id}.png")


def number(value: float, interval: tuple[float, float] | None = None) -> str:
    """Write a value with two digits and its interval; a dash where it is not known."""
    if np.isnan(value):
        return "–"
    return f"{value:.2f}" + (f" [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else "")


def completeness(run: Run) -> Iterator[list[str]]:
    """How much of the prediction the map's total is, and how far it is off."""
    yield ["model and method", "of the prediction", "off by at most"]
    for (model, method), rows in summary(run, "completeness").groupby(["model", "method"], sort=False):
        yield [
            f"{model} {method}",
            f"{rows.explained.mean():.0%}",
            "–" if rows.off.isna().all() else f"{rows.off.max():.0e}",
        ]


def specificity(run: Run) -> Iterator[list[str]]:
    """The correlation between attributes, beside its null."""
    yield ["model and method", "between attributes", "null", "with the floor", "verdict"]
    for row in summary(run, "specificity").itertuples():
        between = number(row.between, (row.low, row.high))
        yield [f"{row.model} {row.method}", between, number(row.null), number(row.with_energy), row.verdict]


def randomisation(run: Run) -> Iterator[list[str]]:
    """The correlation with the learnt network's map, after shuffling."""
    yield ["model and method", "output layer", "last half", "whole network"]
    for (model, method), rows in summary(run, "randomisation").groupby(["model", "method"], sort=False):
        kept = rows.set_index("shuffled")
        cells = [
            number(kept.r[step], (kept.low[step], kept.high[step]))
            for step in ("output layer", "last half", "whole network")
        ]
        yield [f"{model} {method}", *cells]


def stability(run: Run) -> Iterator[list[str]]:
    """The split-half correlation of maps."""
    yield ["model and attribute", "split-half r", "cells of stable sign"]
    for row in summary(run, "stability").itertuples():
        yield [f"{row.model} {row.attribute}", number(row.split_half, (row.low, row.high)), f"{row.stable:.0%}"]


def edits(run: Run) -> Iterator[list[str]]:
    """Whether ratings and maps follow edits, beside the floor and the controls."""
    yield ["model, edit (attribute)", "photographs", "right way", "map changes there (AUC)", "the floor's AUC", "as much by"]
    measured = run.root / "edits.parquet"
    floor = pd.read_parquet(measured).query("method == @FLOOR").groupby(["model", "edit"]).auc.mean()
    controls = summary(run, "edit_verdicts").set_index(["model", "edit", "attribute"]).as_much
    for row in summary(run, "edit_response").query("method != @FLOOR").itertuples():
        right, auc = (
            number(*item) for item in ((row.right, (row.right_low, row.right_high)), (row.auc, (row.auc_low, row.auc_high)))
        )
        by = controls.get((row.model, row.edit, row.attribute), "") or "none"
        yield [
            f"{row.model}, {row.edit} ({row.attribute})",
            str(row.photographs),
            right,
            auc,
            number(floor[row.model, row.edit]),
            by,
        ]


def faithfulness(run: Run) -> Iterator[list[str]]:
    """What deletion and insertion change, less what a random order does, and the centre first."""
    yield ["model, method, by", "photographs", "deletion over chance", "insertion over chance", "over the centre first"]
    for row in summary(run, "faithfulness").itertuples():
        deletion = number(row.deletion, (row.deletion_low, row.deletion_high))
        insertion = number(row.insertion, (row.insertion_low, row.insertion_high))
        name = f"{row.model} {row.method}, {row.fill}"
        yield [name, str(row.photographs), deletion, insertion, number(row.over_centre)]


def people(run: Run) -> Iterator[list[str]]:
    """Agreement with people by two metrics, of maps and floors, for one attribute."""
    yield ["map or floor", "average precision", "CC", "verdict (CC)"]
    table = summary(run, "leaderboard")
    shown = table[table.attribute.isin(("", "overall"))]
    for (model, method), rows in shown.groupby(["model", "method"], sort=False):
        kept = rows.drop_duplicates("metric").set_index("metric")
        cells = [number(kept.value[name], (kept.low[name], kept.high[name])) for name in ("average_precision", "cc")]
        yield [f"{model} {method}", *cells, kept.verdict["cc"]]


def gaze(run: Run) -> Iterator[list[str]]:
    """Agreement with where people looked: of each map over all attributes the least and the most, and what beats the blob."""
    yield ["map or floor", "NSS", "shuffled AUC", "attributes", "over the centre blob by both"]
    for (model, method), rows in summary(run, "leaderboard").groupby(["model", "method"], sort=False):
        by = {name: part.set_index("attribute") for name, part in rows.groupby("metric")}
        above = [attribute for attribute in by["nss"].index if all(part.verdict[attribute] == BEATS for part in by.values())]
        cells = [extremes(by["nss"].value), extremes(by["shuffled_auc"].value)]
        if by["nss"].value.min() == by["nss"].value.max():  # asks no attribute
            yield [f"{model} {method}", *cells, "", {True: "yes", False: ""}[bool(above)]]
        else:
            yield [f"{model} {method}", *cells, str(len(by["nss"])), ", ".join(above) or "none"]


def extremes(values: pd.Series) -> str:
    """Write the least and the most of some attributes' values, with the attributes; one number where all are one."""
    if values.min() == values.max():
        return number(values.min())
    return f"{number(values.min())} ({values.idxmin()}) to {number(values.max())} ({values.idxmax()})"


BEATS = "beats the centre blob"
OSIE: Mapping[str, tuple[str, Callable[[Run], Iterator[list[str]]]]] = {
    "osie_specificity": ("osie", specificity),
    "osie_stability": ("osie", stability),
    "osie_edits": ("osie-edited", edits),
    "osie_gaze": ("osie", gaze),
}
TABLES: Mapping[str, tuple[str, Callable[[Run], Iterator[list[str]]]]] = {
    **{table.__name__: ("sample", table) for table in (completeness, specificity, randomisation, stability, edits)},
    "faithfulness": ("few", faithfulness),
    "people": ("people", people),
}


def summary(run: Run, name: str) -> pd.DataFrame:
    """Read a table of the run's summaries."""
    return pd.read_parquet(run.root / "summaries" / f"{name}.parquet")


def tables(folder: Path, osie: bool = False) -> dict[str, Rows]:
    """Return the page's tables, from the runs in a folder."""
    wanted = {**TABLES, **(OSIE if osie else {})}
    return {name: list(write(Run.open(folder / "runs" / run))) for name, (run, write) in wanted.items()}


def filled(text: str, rows: Mapping[str, Rows]) -> str:
    """Put tables between their marks."""
    for name, (head, *body) in rows.items():
        lines = [" | ".join(row) for row in (head, ["---"] * len(head), *body)]
        block = "\n".join(["", "", *(f"| {line} |" for line in lines), "", ""])
        text = re.sub(
            rf"(<!-- {name} -->).*?(?=<!-- end -->)", lambda mark, block=block: mark[1] + block, text, flags=re.DOTALL
        )
    return text


def main() -> None:
    """Measure, and write or print the page."""
    words = [word for word in sys.argv[1:] if word != "--write"]
    osie = None
    if "--osie" in words:
        place = words.index("--osie")
        osie, words = Path(words[place + 1]).resolve(), words[:place] + words[place + 2 :]
    folder = Path(words[0] if words else "build/evidence").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    measure(folder, osie)
    page = filled(PAGE.read_text(encoding="utf-8"), tables(folder, osie is not None))
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page, encoding="utf-8")
    else:
        print(page)


if __name__ == "__main__":
    main()
