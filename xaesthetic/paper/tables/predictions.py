"""Predictions as tables for people and spreadsheets; each says how its models were trained."""

import json
from collections.abc import Mapping

import pandas as pd

from xaesthetic.core.spreadsheet import frame_csv


def wide_table(predictions: pd.DataFrame, trained: Mapping[str, str]) -> pd.DataFrame:
    """A row a photograph, a column for each attribute and model.

    Parameters
    ----------
    predictions
        Columns image, model, attribute, prediction.
    trained
        How each model was trained; stands in the columns' names.
    """
    origin = predictions["model"] + ", " + predictions["model"].map(dict(trained))
    named = predictions.assign(column=predictions["attribute"] + " (" + origin + ")")
    return named.pivot_table(index="image", columns="column", values="prediction", sort=False, dropna=False)


def to_csv(predictions: pd.DataFrame, trained: Mapping[str, str]) -> str:
    """The wide table as CSV, six digits."""
    return frame_csv(wide_table(predictions, trained), index=True, float_format="%.6g")


def to_json(predictions: pd.DataFrame, trained: Mapping[str, str]) -> str:
    """A JSON list of objects: image, model, attribute, prediction, raw (what maps explain), trained; null is unknown."""
    numbers = predictions[["prediction", "raw"]].astype(float).round(7).astype(object)
    numbers = numbers.where(numbers.notna(), None)
    known = predictions.assign(**numbers, trained=predictions["model"].map(dict(trained)))
    return json.dumps(known.to_dict("records"), indent=2, ensure_ascii=False)
