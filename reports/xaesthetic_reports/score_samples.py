"""The paper's Figure 2: photographs of high, middle and low overall score."""

from pathlib import Path

import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import report
from xaesthetic.core.types import ReportOptions
from xaesthetic.data.photograph import load_photograph
from xaesthetic.figures import grid, style
from xaesthetic.run.seen import seen_caption
from xaesthetic.run.store import Run
from xaesthetic_reports._ratings import ratings_of

_SHOWN = 5


@report(on_request=True)
def score_samples(run: Run, options: ReportOptions) -> list[Path]:
    """A row each for the highest, the middle and the lowest overall scores.

    Parameters
    ----------
    run
        Whose photographs have overall scores, of people or of a model.
    options
        `columns` says how wide.

    Returns
    -------
    ``report/score_samples.png``, ``.pdf`` and the caption.

    Raises
    ------
    DataError
        If nobody and no model gives an overall score, or there are fewer than three photographs.
    """
    known = ratings_of(run)
    if "overall" not in known.table.columns or known.table["overall"].notna().sum() < 3:
        raise DataError(
            f"{run.root}: Figure 2 needs overall scores of three photographs or more: AADB's ('xaesthetic data fetch "
            "aadb'), PARA's, or of a model that rates 'overall' (multigap_resnet50, malu_resnet50, kong_alexnet)."
        )
    ordered = known.table["overall"].dropna().sort_index().sort_values(ascending=False, kind="stable")
    count = min(_SHOWN, len(ordered) // 3)
    middle = (len(ordered) - count) // 2
    records = {record.id: record for record in run.records()}
    item = known.attribute("overall")
    rows, starts = [], {"high": 0, "middle": middle, "low": len(ordered) - count}
    for name, start in starts.items():
        panels = tuple(
            grid.Panel(style.thumbnail(load_photograph(records[str(image)])), item.text(float(score)))
            for image, score in ordered.iloc[start : start + count].items()
        )
        rows.append(grid.Row(name, panels))
    caption = (
        f"Photographs of the highest, the middle and the lowest overall score: {known.whose}, {len(ordered)} photographs. "
        "In the corner the score."
    )
    images = frozenset(str(image) for start in starts.values() for image in ordered.index[start : start + count])
    caption = "\n".join([caption, *seen_caption(run, images, known.models)])
    figure = grid.photo_grid(rows, grid.Page("", (("overall aesthetic score", count),)), options.columns)
    parts = {name: ordered.iloc[start : start + count].rename("overall") for name, start in starts.items()}
    table = pd.concat(parts, names=["part", "image"]).reset_index()
    return style.save(figure, run.report / "score_samples", caption, options, table)
