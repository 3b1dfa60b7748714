"""Table 1 in other metrics than Spearman's ρ, on request."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from xaesthetic.core.described import Described
from xaesthetic.core.order import METRICS
from xaesthetic.paper.tables.cells import Cell, Layout, cell
from xaesthetic.paper.tables.resampled import Resampled

COLUMNS = ("list", "metric", "attribute", "model", "n", "value", "low", "high", "p")


def other_metrics(name: str, resampled: Resampled, metrics: Sequence[str], times: int) -> list[dict[str, object]]:
    """Return a row for each metric, attribute and model of a list."""
    rows: list[dict[str, object]] = []
    for metric in metrics:
        for (model, attribute), predicted in resampled.models.items():
            known = resampled.known(attribute, model)
            people = resampled.people[attribute][known]
            result = METRICS[metric][1](people, predicted[known], min(times, 500), resampled.seed)
            facts = {"value": result.value, "low": result.low, "high": result.high, "p": result.p}
            place = {"list": name, "metric": metric, "attribute": attribute, "model": model}
            rows.append({**place, "n": int(np.sum(known)), **facts})
    return rows


def metric_layouts(table: pd.DataFrame, described: Described) -> list[Layout]:
    """Return a layout for each list and metric: a row a model, a column an attribute."""
    layouts = []
    for (name, metric), rows in table.groupby(["list", "metric"], sort=False):
        attributes, models = (list(dict.fromkeys(rows[column])) for column in ("attribute", "model"))
        result = rows.set_index(["model", "attribute"]).to_dict("index")
        cells = [(Cell(str(item)), *(cell(result[item, other], "value") for other in attributes)) for item in models]
        titles = ("", *(described.any(str(item)).title for item in attributes))
        layouts.append(Layout(f"{METRICS[str(metric)][0]} on {name}", titles, tuple(cells)))
    return layouts
