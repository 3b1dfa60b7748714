"""How far the ratings of a study agree: intraclass correlations and ordinal alpha, by attribute."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd

from xaesthetic.evaluation.jackknife import Ratings
from xaesthetic.evaluation.ordinal_alpha import ordinal_alpha_interval
from xaesthetic.evaluation.reliability import reliability
from xaesthetic.evaluation.study_marks import Marking
from xaesthetic.run.schemas import Table, columns

OVERALL = "overall"
RATINGS = Table(
    "agreement/ratings",
    columns("attribute text | measure text | value float | low float | high float | photographs int | people int | k float"),
    "xaesthetic annotations agreement STUDY",
    "`ICC(2,1)` and `ICC(2,k)` (absolute agreement, of one person and of the mean of all) where everybody rated everything, "
    "else `ICC(1,1)` and `ICC(1,k)`; `k` is how many ratings a photograph has, (N - Σ k²/N)/(photographs - 1) where their "
    "numbers differ. `alpha` is Krippendorff's, ordinal. 95 % intervals by leaving out photographs and people. "
    "The overall score is averaged over a person's tasks of a photograph.",
    ("attribute", "measure"),
)


def measure_ratings(marks: Iterable[Marking], without: Collection[str] = ()) -> pd.DataFrame:
    """Measure how far the ratings of a study agree.

    Parameters
    ----------
    marks
        Of the study; repeats, practice and catch trials do not count.
    without
        Annotators to leave out.

    Returns
    -------
    The columns of `RATINGS`.
    """
    used = [mark for mark in marks if _counts(mark) and mark.annotator not in without]
    rows = []
    for attribute in sorted({mark.attribute for mark in used}):
        table = ratings_table([mark for mark in used if mark.attribute == attribute])
        rows += [(attribute, *row) for row in _rows(table)]
    overall = ratings_table(used, overall=True)
    rows += [(OVERALL, *row) for row in _rows(overall)] if overall.size else []
    return pd.DataFrame(rows, columns=list(RATINGS.names))


def ratings_table(marks: Sequence[Marking], overall: bool = False) -> Ratings:
    """A row a photograph, a column an annotator; the mean where somebody rated twice."""
    rows = [(mark.photograph, mark.annotator, mark.overall if overall else mark.rating) for mark in marks]
    known = pd.DataFrame(rows, columns=["photograph", "annotator", "rating"]).dropna()
    return np.asarray(known.pivot_table("rating", "photograph", "annotator", "mean").to_numpy(np.float64))


def _counts(mark: Marking) -> bool:
    return mark.kind == "task" and mark.status == "finished"


def _rows(table: Ratings) -> Iterable[tuple[object, ...]]:
    result = reliability(table)
    number = result.model[4]
    counts = result.photographs, result.people
    for name, estimate, k in ((f"ICC({number},1)", result.single, 1.0), (f"ICC({number},k)", result.mean, result.k)):
        yield name, estimate.value, estimate.low, estimate.high, *counts, k
    alpha = ordinal_alpha_interval(table)
    yield "alpha", alpha.value, alpha.low, alpha.high, *counts, result.k
