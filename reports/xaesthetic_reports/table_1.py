"""The paper's Table 1: how well models rank photographs, attribute by attribute."""

from dataclasses import replace
from pathlib import Path

from xaesthetic.core.attributes import in_order
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import ReportOptions
from xaesthetic.paper.tables.attribute_ranks import attribute_ranks, table_frames
from xaesthetic.paper.tables.labelled import labelled
from xaesthetic.paper.tables.layout import rank_layouts
from xaesthetic.paper.tables.related import with_related
from xaesthetic.paper.tables.render import to_html, to_latex
from xaesthetic.run.near_seen import near_seen_in
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.seen import seen_photographs, without_seen
from xaesthetic.run.store import Run


@report(on_request=True)
def table_1(run: Run, options: ReportOptions) -> list[Path]:
    """Spearman's correlation of every model with people, with intervals and paired differences.

    Parameters
    ----------
    run
        Of photographs that people rated.
    options
        `labels` says what models are called.

    Returns
    -------
    ``report/table_1.csv``, ``table_1_differences.csv``, further tables ``table_1_….csv`` as far as they are known (people,
    means, mean_differences, categories), ``table_1.tex``, ``table_1.html`` and the caption.

    Raises
    ------
    DataError
        If nobody rated the photographs.
    """
    records = [record for record in run.records() if record.edit is None]
    if not any(record.ratings for record in records):
        raise DataError(
            f"{run.root}: Table 1 needs people's ratings: AADB's ('xaesthetic data fetch aadb'), PARA's, or a table of "
            "one's own (--data aadb:test, para:test, ratings)."
        )
    rated = in_order(name for record in records for name in record.ratings)
    near, unknown = near_seen_in(run)
    unseen, said = without_seen([run.read(PREDICTIONS)], seen_photographs(run), run.experiment.data, near)
    tables, likeness = with_related(unseen, run.described().data)
    ranks = attribute_ranks(records, tables, rated, seed=run.experiment.seed)
    result = replace(ranks, notes=(*ranks.notes, *said, *unknown, *likeness))
    known = rank_layouts(result, run.experiment.data.partition(":")[0] == "aadb", run.trained(), run.described())
    layouts = labelled(known, dict(options.labels))
    texts = {
        **{f"{name}.csv": frame_csv(frame) for name, frame in table_frames(result).items()},
        "table_1.tex": to_latex(layouts),
        "table_1.html": to_html("Table 1", layouts),
        "table_1.txt": _caption(run, len(records)) + "\n",
    }
    for name, text in texts.items():
        write_text(run.report / name, text)
    return [run.report / name for name in texts]


def _caption(run: Run, photographs: int) -> str:
    sources = run.answered_by().models
    models = "; ".join(f"{key}: {item.trained}, {item.citation}, {item.licence}" for key, item in sources.items())
    return (
        f"Spearman's correlation between people's ratings and models' in {photographs} photographs of "
        f"{run.experiment.data}, with 95 % intervals, and paired differences with Holm's correction. {models}."
    )
