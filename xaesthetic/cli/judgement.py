"""What `xaesthetic score` prints of what it has measured."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from xaesthetic.cli import screen

if TYPE_CHECKING:
    import pandas as pd

    from xaesthetic.evaluation.judge import Judgement
    from xaesthetic.run.store import Run

_METRICS = 2  # of a leaderboard, where none is named
_REASONS = 20  # marks left out that are named
_ON_REQUEST = ("edit_response", "faithfulness", "randomisation")  # an option of `score` measures them
_CALLED = 10  # photographs that the table of agreement names


def print_judgement(run: "Run", judgement: "Judgement", metrics: Sequence[str]) -> None:
    """Print every summary: of the leaderboard the metrics named; what was left out; and what could be measured besides."""
    tables = judgement.tables
    if "leaderboard" in tables:
        _leaderboard(tables["leaderboard"], tables["ranks"], metrics, judgement.warnings)
        _annotations_left_out(run)
    else:
        for warning in judgement.warnings:
            screen.say(warning)
    screen.print_precision_of(run)
    for name, show in _SHOWN.items():
        if name in tables and len(tables[name]):
            screen.say()
            show(tables[name])
    for name, command in judgement.missing.items():
        if name in _ON_REQUEST:
            screen.say(f"not measured: {name.replace('_', ' ')}; '{command}' does.", err=True)


def _leaderboard(table: "pd.DataFrame", ranks: "pd.DataFrame", named: Sequence[str], warnings: Sequence[str]) -> None:
    """Print for each metric and attribute every map, the floors and the ceiling, the best first."""
    from xaesthetic.core.sides import split
    from xaesthetic.evaluation.leaderboard import leading_metrics

    leading = leading_metrics(table)
    first = [key for _, rows in table.groupby("attribute", sort=False) for key in leading_metrics(rows)[:_METRICS]]
    shown = [key for key in leading if {key, split(key)[0]} & {*named}] or first
    keys = ["metric", "attribute", "model", "method"]
    groups = ranks.set_index(keys)["group"].to_dict()
    for (metric, attribute), rows in table[table["metric"].isin(shown)].groupby(["metric", "attribute"], sort=False):
        lines = [
            [
                f"{row['model']} {row['method']}",
                _between(row, "value", 3),
                _number(row["normalised"], "z.2f"),
                str(groups.get(tuple(row[keys]), "")),
                row["verdict"],
            ]
            for _, row in rows.iterrows()
        ]
        screen.say()
        screen.print_table([f"{metric}, {attribute}", "mean [95 %]", "normalised", "group", ""], lines)
    screen.say()
    screen.say(
        "normalised: 0 is the centre blob, 1 people against each other. group: those that share a letter are not told "
        "apart (Friedman, Nemenyi, 5 %)."
    )
    rest = [name for name in leading if name not in shown]
    if rest:
        screen.say()
        screen.say(f"--metric NAME shows another; report/leaderboard.csv has all: {', '.join(rest)}.")
    for warning in warnings:
        screen.say()
        screen.say(warning)


def _by_person(table: "pd.DataFrame") -> None:
    for (metric, attribute), rows in table.groupby(["metric", "attribute"], sort=False):
        lines = [
            [f"{row['model']} {row['method']}", _between(row, "value", 3), _between(row, "over_centre", 3), row["verdict"]]
            for _, row in rows.iterrows()
        ]
        people = f"{rows['photographs'].max()} photographs, {rows['people'].max()} people"
        screen.print_table([f"{metric}, {attribute}, each person alone", f"mean [95 %], {people}", "over centre", ""], lines)


def _between(row: "pd.Series", name: str, digits: int, sign: str = "") -> str:
    """A value with its interval, as far as known; columns are called after it or, for `value`, `low` and `high`."""
    low, high = ("low", "high") if name in ("value", "between", "split_half", "r") else (f"{name}_low", f"{name}_high")
    value, *ends = (_number(row[column], f"{sign}.{digits}f") for column in (name, low, high))
    return f"{value} [{', '.join(ends)}]" if value and all(ends) else value


def _number(value: float, form: str = ".2f") -> str:
    """A number as its format says; nothing where it is not known."""
    return "" if value != value else f"{value:{form}}"


def _agreement(table: "pd.DataFrame") -> None:
    named = table if len(table) <= _CALLED else table.iloc[:0]
    lines = [[" ".join(filter(None, row[["image", "attribute", "sign"]])), *_agreed(row)] for _, row in named.iterrows()]
    if len(table) > 1:
        lines.append([f"mean of {len(table)}", *_agreed(table.mean(numeric_only=True))])
    screen.print_table(
        ["agreement of annotators", "Dice", "by chance", "IoU", "with the others", "alpha", "by chance"], lines
    )


def _agreed(row: "pd.Series") -> list[str]:
    return [_number(row[name]) for name in ("dice", "dice_chance", "iou", "iou_others", "alpha", "alpha_chance")]


def _specificity(table: "pd.DataFrame") -> None:
    columns = {
        "between": "between attributes",
        "with_energy": "with energy",
        "with_untrained": "with untrained",
        "output_shuffled": "output shuffled",
        "network_shuffled": "network shuffled",
    }
    shown = [name for name in columns if name == "between" or table[name].notna().any()]
    lines = [
        [f"{row['model']} {row['method']}", *(_number(row[name]) for name in shown), row["verdict"]]
        for _, row in table.iterrows()
    ]
    screen.print_table(["specificity", *(columns[name] for name in shown), ""], lines)


def _stability(table: "pd.DataFrame") -> None:
    for (model, method), rows in table.groupby(["model", "method"], sort=False):
        lines = [
            [str(row["attribute"]), _between(row, "split_half", 2), _number(row["stable"], ".0%"), row["verdict"]]
            for _, row in rows.iterrows()
        ]
        first = rows.iloc[0]
        counted = f"{model} {method}: {first['refits']} {first['against']}, {first['photographs']} photographs"
        screen.print_table([counted, "split-half r of maps", "cells of stable sign", ""], lines)


def _completeness(table: "pd.DataFrame") -> None:
    lines = []
    for (model, method), rows in table.groupby(["model", "method"], sort=False):
        verdicts = rows["verdict"].unique()
        lines.append([f"{model} {method}", _range(rows["explained"]), verdicts[0] if len(verdicts) == 1 else _promise(rows)])
    screen.print_table(["completeness", "prediction explained by the map's total", ""], lines)


def _range(values: "pd.Series") -> str:
    low, high = values.min(), values.max()
    return "" if low != low else f"{low:.0%}" if f"{low:.0%}" == f"{high:.0%}" else f"{low:.0%} to {high:.0%}"


def _promise(rows: "pd.DataFrame") -> str:
    promised = rows["promised"].iloc[0]
    return f"promises its {promised}: up to {rows['off'].max():.1%} left over" if promised else "promises nothing"


def _edits(table: "pd.DataFrame") -> None:
    for model, rows in table.groupby("model", sort=False):
        lines = [
            [
                f"{row['edit']} ({row['attribute']})" if row["edit"] else "all edits (asks no attribute)",
                _between(row, "right", 2),
                str(row["method"]),
                _between(row, "auc", 2),
                _inside(row),
            ]
            for _, row in rows.iterrows()
        ]
        columns = [f"{model}: {rows['photographs'].max()} photographs", "moved the right way", "map", "AUC of its change"]
        screen.print_table([*columns, "change inside, area"], lines)


def _inside(row: "pd.Series") -> str:
    shares = [_number(row["energy"]), _number(row["area"])]
    return " of ".join(shares) if all(shares) else ""


def _controls(table: "pd.DataFrame") -> None:
    for model, rows in table.groupby("model", sort=False):
        lines = [
            [f"{row['edit']} ({row['attribute']})", _between(row, "right", 2), _number(row["moved"], "+.3f"), row["verdict"]]
            for _, row in rows.iterrows()
        ]
        columns = [f"{model}: edits beside their controls", "moved the right way", "mean", ""]
        screen.print_table(columns, lines)


def _faithfulness(table: "pd.DataFrame") -> None:
    for fill, rows in table.groupby("fill", sort=False):
        lines = [
            [
                f"{row['model']} {row['method']}, {row['attribute'] or 'all (asks no attribute)'}",
                _between(row, "deletion", 3, "+"),
                _between(row, "insertion", 3, "+"),
                _number(row["over_centre"], "+.3f"),
                _number(row["sensitivity"]),
            ]
            for _, row in rows.iterrows()
        ]
        columns = [f"{fill}, {rows['photographs'].max()} photographs", "deletion over chance", "insertion over chance"]
        screen.print_table([*columns, "over centre", "sensitivity"], lines)


def _baselines(table: "pd.DataFrame") -> None:
    """A star marks an attribute that the baseline by itself edits."""
    lines = [
        [
            f"{row['model']} {row['attribute']}, {row['baseline']}{' *' if row['confounded'] else ''}",
            *(_number(row[column], ".3f") for column in ("raw", "baseline_raw", "spread")),
            _number(row["maps_r"], "z.2f"),
        ]
        for _, row in table.iterrows()
    ]
    screen.print_table(
        ["baseline (* edits the attribute)", "photographs", "baseline", "between baselines", "maps' correlation"], lines
    )


def _randomisation(table: "pd.DataFrame") -> None:
    lines = [[f"{row['model']} {row['method']}", str(row["shuffled"]), _between(row, "r", 2)] for _, row in table.iterrows()]
    screen.print_table(["shuffled weights", "which", "correlation with the learnt network's map"], lines)


def _findings(table: "pd.DataFrame") -> None:
    """Print a sentence a map, those first that something speaks against."""
    screen.say("what was measured of every map:")
    for _, row in table.sort_values("failed", ascending=False, kind="stable").iterrows():
        screen.say(f"{row['model']} {row['method']}, {row['attribute']}: {row['sentence']}")


def _annotations_left_out(run: "Run") -> None:
    """What of people's fixations and masks could not be used."""
    from xaesthetic.run.schemas import ANNOTATIONS

    people = run.read(ANNOTATIONS)
    outside = int(people["outside"].sum())
    if outside:
        screen.say(f"left out: {outside} fixations outside their photographs", err=True)
    bad = people[people["reason"] != ""]
    reasons = [f"{row['image']}, {row['annotator']}: {row['reason']}" for _, row in bad.head(_REASONS).iterrows()]
    if reasons:
        screen.say(f"left out: {len(bad)} people's marks", err=True)
        for reason in reasons:
            screen.say(f"  {reason}", err=True)


_SHOWN: "Mapping[str, Callable[[pd.DataFrame], None]]" = {
    "leaderboard_by_person": _by_person,
    "agreement": _agreement,
    "edit_response": _edits,
    "edit_verdicts": _controls,
    "faithfulness": _faithfulness,
    "baselines": _baselines,
    "randomisation": _randomisation,
    "completeness": _completeness,
    "specificity": _specificity,
    "stability": _stability,
    "findings": _findings,
}
