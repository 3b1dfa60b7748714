"""What edits move beside what controls move: how often, how far, and which controls move as much as an edit."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from xaesthetic.core.statistics import bootstrap_t
from xaesthetic.data.controls import CONTROLS
from xaesthetic.data.edits import EDITS
from xaesthetic.run.schemas import Table, columns

EDIT_MOVES = Table(
    "summaries/edit_moves",
    columns(
        "model text | change text | kind text | attribute text | concerns bool | photographs int | rose float share"
        " | rose_low float share | rose_high float share | moved float | moved_low float | moved_high float"
    ),
    "xaesthetic score RUN --edits",
    "`rose` is the share of photographs whose raw output rose, with Wilson's 95 %, `moved` by how much on average, with "
    "95 % (bootstrap-t). `concerns`: the change is of that attribute, or may rightly move it.",
)
EDIT_VERDICTS = Table(
    "summaries/edit_verdicts",
    columns(
        "model text | edit text | attribute text | photographs int | right float share | right_low float share"
        " | right_high float share | moved float | as_much text | others float share | verdict text | warns bool"
    ),
    "xaesthetic score RUN --edits",
    "`right` and `moved` are the edit's, in its own direction. `as_much` names the controls that move the attribute so "
    "(Wilson's 95 % above one half) and not clearly less (95 % of the paired difference reaches 0). `others` is the largest "
    "move of another attribute that the edit does not concern, as a share of `moved`, both in that attribute's spread.",
)


def summarise_moves(table: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """For every model, edit or control and attribute how often the output rose, and how far it moved.

    Parameters
    ----------
    table
        edit_controls.parquet.
    seed
        For the resamples.

    Returns
    -------
    The columns of `EDIT_MOVES`.
    """
    rows = []
    for (model, change, kind, attribute), known in table.groupby(["model", "change", "kind", "attribute"], sort=False):
        moved = bootstrap_t(known["moved"].to_numpy(np.float64), seed=seed)
        share = _share(known["moved"].to_numpy(np.float64))
        concerns = _concerns(str(change), str(kind), str(attribute))
        rows.append(
            (model, change, kind, attribute, concerns, len(known), *share, moved.value, moved.low, moved.high)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(EDIT_MOVES.names))


def _share(moved: np.ndarray) -> tuple[float, float, float]:
    """The share that is above 0, with Wilson's 95 %."""
    from scipy.stats import binomtest  # half a second: only where edits were measured

    test = binomtest(int((moved > 0).sum()), len(moved))
    ends = test.proportion_ci(method="wilson")
    return float(test.statistic), float(ends.low), float(ends.high)


def _concerns(change: str, kind: str, attribute: str) -> bool:
    if kind == "control":
        return attribute == "overall" or attribute in CONTROLS[change].concerns
    return attribute == EDITS[change].attribute or attribute in EDITS[change].unsure


def summarise_verdicts(table: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """For every model and edit of an attribute that it rates: does a control move that attribute as much.

    Parameters
    ----------
    table
        edit_controls.parquet.
    seed
        For the resamples.

    Returns
    -------
    The columns of `EDIT_VERDICTS`.
    """
    rows: list[tuple[object, ...]] = []
    for model, known in table.groupby("model", sort=False):
        moves = known.pivot_table(index="image", columns=["kind", "change", "attribute"], values="moved", sort=False)
        rated = set(known["attribute"])
        edited = dict.fromkeys(known.loc[known["kind"] == "edit", "change"])
        rows += [(model, *_verdict(moves, name, seed)) for name in edited if EDITS[name].attribute in rated]
    return pd.DataFrame(rows, columns=list(EDIT_VERDICTS.names))


def _verdict(moves: pd.DataFrame, name: str, seed: int) -> tuple[object, ...]:
    edit = EDITS[name]
    edited = edit.sign * moves["edit", name, edit.attribute].to_numpy(np.float64)
    right = _share(edited)
    as_much = tuple(_as_much(moves, name, edited, seed))
    others = _others(moves, name, float(edited.mean()))
    said = _words(right, as_much, others)
    return name, edit.attribute, len(edited), *right, float(edited.mean()), ", ".join(as_much), others, said, said != _GOOD


def _as_much(moves: pd.DataFrame, name: str, edited: np.ndarray, seed: int) -> Iterator[str]:
    """Give the controls that move the edit's attribute in its direction, and not clearly less than it."""
    edit = EDITS[name]
    for control in dict.fromkeys(moves["control"].columns.get_level_values("change")) if "control" in moves else ():
        if edit.attribute in CONTROLS[control].concerns:
            continue
        other = edit.sign * moves["control", control, edit.attribute].to_numpy(np.float64)
        less = bootstrap_t(edited - other, seed=seed)
        if _share(other)[1] > 0.5 and (less.low <= 0 or less.value <= 0):
            yield control


def _others(moves: pd.DataFrame, name: str, moved: float) -> float:
    """The largest mean move of an attribute that the edit leaves alone, over the edit's own, each in its own spread.

    The spread of an attribute is the root mean square of its moves under all controls: outputs have different scales.
    """
    edit = EDITS[name]
    if "control" not in moves or not moved:
        return float("nan")
    controls, edited = pd.DataFrame(moves["control"]), moves["edit", name]
    size: dict[str, float] = {}
    for attribute in edited.columns:
        under = controls.to_numpy(np.float64)[:, controls.columns.get_level_values("attribute") == attribute]
        spread = float(np.sqrt((under**2).mean()))
        size[str(attribute)] = abs(float(edited[attribute].mean())) / spread if spread else 0.0
    others = [value for item, value in size.items() if item != edit.attribute and item not in edit.unsure]
    return max(others) / size[edit.attribute] if others and size[edit.attribute] > 0 else float("nan")


_GOOD = "moves its attribute; no control moves it as much"


def _words(right: tuple[float, float, float], as_much: tuple[str, ...], others: float) -> str:
    """What that means, in plain words."""
    if right[2] < 0.5:
        return "moves its attribute the wrong way"
    if right[1] <= 0.5:
        return "does not clearly move its attribute"
    if as_much:
        return f"moves its attribute, but so does, as much, a change that is not about it: {', '.join(as_much)}"
    if others >= 1:
        return f"moves its attribute; another one as much ({others:.1f} times)"
    return _GOOD
