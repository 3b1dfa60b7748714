"""Predictions as tables for people and spreadsheets; each says how its models were trained."""

import json
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from xaesthetic.core.described import Described
from xaesthetic.core.spreadsheet import frame_csv

_NOTHING = Described()


def wide_table(predictions: pd.DataFrame, trained: Mapping[str, str], described: Described = _NOTHING) -> pd.DataFrame:
    """A row a photograph, a column for each attribute and model.

    Parameters
    ----------
    predictions
        Columns image, model, attribute, prediction.
    trained
        How each model was trained; stands in the columns' names.
    described
        What models declare of attributes: ranges and directions stand there too.
    """
    places = list(zip(map(str, predictions["model"]), map(str, predictions["attribute"]), strict=True))
    columns = {place: _column(*place, trained, described) for place in dict.fromkeys(places)}
    named = predictions.assign(column=[columns[place] for place in places])
    return named.pivot_table(index="image", columns="column", values="prediction", sort=False, dropna=False)


def _column(model: str, attribute: str, trained: Mapping[str, str], described: Described) -> str:
    about = described.of_model(model, attribute).about
    return f"{attribute} ({model}, {trained[model]}{'; ' * bool(about)}{about})"


def to_csv(predictions: pd.DataFrame, trained: Mapping[str, str], described: Described = _NOTHING) -> str:
    """The wide table as CSV, six digits."""
    return frame_csv(wide_table(predictions, trained, described), index=True, float_format="%.6g")


def to_long_csv(predictions: pd.DataFrame, trained: Mapping[str, str]) -> str:
    """A row for each photograph, model and attribute: prediction, raw output, and how the model was trained.

    `table 1 --predictions FILE` reads it back; nine digits hold every float32.
    """
    table = predictions[["image", "model", "attribute", "prediction", "raw"]]
    return frame_csv(table.assign(trained=table["model"].map(dict(trained))), float_format="%.9g")


def to_json(predictions: pd.DataFrame, trained: Mapping[str, str], described: Described = _NOTHING) -> str:
    """A JSON list of objects: image, model, attribute, prediction, raw (what maps explain), trained, and what is declared.

    That is title, low, high, higher_is_better, and whether the prediction is outside; null is unknown.
    """
    numbers = predictions[["prediction", "raw"]].astype(float).round(7).astype(object)
    numbers = numbers.where(numbers.notna(), None)
    known = predictions.assign(**numbers, trained=predictions["model"].map(dict(trained)))
    rows = [row | _declared(row, described) for row in known.to_dict("records")]
    return json.dumps(rows, indent=2, ensure_ascii=False)


def _declared(row: Mapping[Any, Any], described: Described) -> dict[str, Any]:
    item = described.of_model(str(row["model"]), str(row["attribute"]))
    return {
        "title": item.title,
        "low": None if math.isnan(item.low) else item.low,
        "high": None if math.isnan(item.high) else item.high,
        "higher_is_better": item.higher_is_better,
        "outside": row["prediction"] is not None and item.is_outside(row["prediction"]),
    }
