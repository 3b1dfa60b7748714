"""What the tables of edits, faithfulness and shuffled weights say, photograph by photograph, in a row each."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import scipy

from xaesthetic.core.baselines import is_confounded
from xaesthetic.core.statistics import bootstrap_t
from xaesthetic.metrics._floors import CENTRE_ORDER, RANDOM_ORDER
from xaesthetic.run.schemas import Table, columns

EDIT_RESPONSE = Table(
    "summaries/edit_response",
    columns(
        "model text | edit text | attribute text | photographs int | right float share | right_low float share"
        " | right_high float share | method text | auc float | auc_low float | auc_high float | energy float share"
        " | area float share"
    ),
    "xaesthetic score RUN --edits",
    "`right` is the share of photographs whose rating moved the right way, with Wilson's 95 %; `auc` has bootstrap-t's. A "
    "floor, which asks no output, has one row, of all edits: without an `edit`, an `attribute` and `right`.",
)
FAITHFULNESS_SUMMARY = Table(
    "summaries/faithfulness",
    columns(
        "model text | method text | attribute text | fill text | photographs int | deletion float | deletion_low float"
        " | deletion_high float | insertion float | insertion_low float | insertion_high float | over_centre float"
        " | sensitivity float"
    ),
    "xaesthetic score RUN --faithfulness",
    "`deletion` is how much lower the output is than in a random order while the map's highest cells go first, `insertion` "
    "how much higher while they come first, in raw output, with 95 % (bootstrap-t); `over_centre` is their mean against the "
    "centre's order. Positive is better throughout, but for `sensitivity`. A floor, which asks no output, has one row "
    "without an `attribute`: means over all outputs.",
)
BASELINES_SUMMARY = Table(
    "summaries/baselines",
    columns(
        "model text | baseline text | attribute text | photographs int | raw float | baseline_raw float"
        " | baseline_low float | baseline_high float | spread float | confounded bool | maps_r float"
    ),
    "xaesthetic score RUN --faithfulness",
    "`raw` is the mean raw output for the photographs, `baseline_raw` for their baselines, from `baseline_low` to "
    "`baseline_high`; `spread` is how far the means of this attribute's baselines lie apart: zero has no other meaning than "
    "the choice of one. `confounded` says that the baseline by itself edits the attribute. `maps_r` is the mean correlation "
    "of maps by this baseline with those by the others, over methods and photographs; nan where no method has maps by two.",
)
RANDOMISATION_SUMMARY = Table(
    "summaries/randomisation",
    columns("model text | method text | shuffled text | photographs int | r float | low float | high float"),
    "xaesthetic score RUN --randomise",
    "`r` is the mean correlation with the learnt network's map over attributes and photographs, with 95 % (bootstrap-t).",
)

PRECISION_SUMMARY = Table(
    "summaries/precision",
    columns("model text | method text | attribute text | photographs int | rating float rating | map float share"),
    "xaesthetic compare --precision bf16",
    "The largest difference that bfloat16 or reduced decoding makes on the first photographs: of ratings, and of maps as a "
    "share of a map's largest value.",
)


def summarise_edits(table: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """For every model, edit and method how often the rating moved the right way, and how well its map's change lies.

    Parameters
    ----------
    table
        edits.parquet.
    seed
        For the resamples.

    Returns
    -------
    The columns of `EDIT_RESPONSE`.
    """
    rows = []
    of_attributes, floors = table[table["attribute"] != ""], table[table["attribute"] == ""]
    for (model, name, attribute, method), known in of_attributes.groupby(
        ["model", "edit", "attribute", "method"], sort=False
    ):
        right = scipy.stats.binomtest(int((known["moved"] > 0).sum()), len(known))
        share = right.proportion_ci(method="wilson")
        ends = (right.statistic, share.low, share.high)
        rows.append((model, name, attribute, len(known), *ends, method, *_change(known, seed)))
    for (model, method), known in floors.groupby(["model", "method"], sort=False):
        means = known.groupby("image", sort=False)[["auc", "energy", "area"]].mean()
        rows.append((model, "", "", len(means), *[np.nan] * 3, method, *_change(means, seed)))
    return pd.DataFrame(rows, columns=list(EDIT_RESPONSE.names))


def _change(known: pd.DataFrame, seed: int) -> tuple[float, ...]:
    """How well maps' changes lie: AUC with its interval, the share inside, and the region's share of the photograph."""
    auc = bootstrap_t(known["auc"].to_numpy(np.float64), seed=seed)
    return (auc.value, *np.clip([auc.low, auc.high], 0, 1), known["energy"].mean(), known["area"].mean())


def summarise_faithfulness(table: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Every map against a random order and the centre's, on the same photographs.

    Parameters
    ----------
    table
        faithfulness.parquet.
    seed
        For the resamples.

    Returns
    -------
    The columns of `FAITHFULNESS_SUMMARY`.
    """
    held = _with_orders_of_floors(table).set_index("image")
    rows = []
    for (model, attribute, fill), known in held.groupby(["model", "attribute", "fill"], sort=False):
        by_method = {str(name): item for name, item in known.groupby("method", sort=False)}
        chance, centre = by_method.pop(RANDOM_ORDER), by_method.pop(CENTRE_ORDER)
        for method, value in by_method.items():
            deletion = bootstrap_t((chance["deletion"] - value["deletion"]).to_numpy(np.float64), seed=seed)
            insertion = bootstrap_t((value["insertion"] - chance["insertion"]).to_numpy(np.float64), seed=seed)
            over = (centre["deletion"] - value["deletion"] + value["insertion"] - centre["insertion"]).mean() / 2
            ends = (deletion.value, deletion.low, deletion.high, insertion.value, insertion.low, insertion.high)
            rows.append((model, method, attribute, fill, len(value), *ends, over, value["sensitivity"].mean()))
    return pd.DataFrame(rows, columns=list(FAITHFULNESS_SUMMARY.names))


def _with_orders_of_floors(table: pd.DataFrame) -> pd.DataFrame:
    """Add what a floor is held against, where there is one: the orders without a map, as means over all outputs."""
    models = table.loc[table["attribute"] == "", "model"].unique()
    plain = table[table["model"].isin(models) & table["method"].isin([RANDOM_ORDER, CENTRE_ORDER])]
    if not len(plain):
        return table
    keys = ["image", "model", "method", "fill"]
    means = plain.groupby(keys, sort=False, as_index=False)[["deletion", "insertion"]].mean()
    return pd.concat([table, means.assign(attribute="", sensitivity=np.nan)[list(table.columns)]])


def summarise_baselines(table: pd.DataFrame, maps_r: Mapping[tuple[str, str, str], float] = {}) -> pd.DataFrame:
    """What models make of baselines, how far these lie apart in ratings and maps, and which attribute each edits by itself.

    Parameters
    ----------
    table
        baselines.parquet.
    maps_r
        By model, baseline and attribute how maps correlate with those by other baselines; nan where one is missing.

    Returns
    -------
    The columns of `BASELINES_SUMMARY`.
    """
    rows = []
    for (model, attribute), known in table.groupby(["model", "attribute"], sort=False):
        means = known.groupby("baseline", sort=False)["baseline_raw"].mean()
        spread = means.max() - means.min()
        for baseline, item in known.groupby("baseline", sort=False):
            outputs = item["baseline_raw"]
            ends = (outputs.mean(), outputs.min(), outputs.max(), spread, is_confounded(str(attribute), str(baseline)))
            r = maps_r.get((str(model), str(baseline), str(attribute)), np.nan)
            rows.append((model, baseline, attribute, len(item), item["raw"].mean(), *ends, r))
    return pd.DataFrame(rows, columns=list(BASELINES_SUMMARY.names))


def summarise_randomisation(table: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """For every model, method and share of shuffled weights how much of a map is left.

    Parameters
    ----------
    table
        randomised.parquet.
    seed
        For the resamples.

    Returns
    -------
    The columns of `RANDOMISATION_SUMMARY`.
    """
    rows = []
    for key, known in table.groupby(["model", "method", "shuffled"], sort=False):
        item = known.groupby("image", sort=False)["r"].mean()
        r = bootstrap_t(item.to_numpy(np.float64), seed=seed)
        rows.append((*key, len(item), r.value, r.low, r.high))
    return pd.DataFrame(rows, columns=list(RANDOMISATION_SUMMARY.names))


def summarise_precision(table: pd.DataFrame) -> pd.DataFrame:
    """For every model, method and attribute the largest difference between the run's precision and full precision.

    Parameters
    ----------
    table
        precision.parquet, or such rows.

    Returns
    -------
    The columns of `PRECISION_SUMMARY`.
    """
    rows = []
    for key, known in table.groupby(["model", "method", "attribute"], sort=False):
        error = (known["rating"] - known["full"]).abs()
        rows.append((*key, len(known), error.max(), known["map"].max()))
    return pd.DataFrame(rows, columns=list(PRECISION_SUMMARY.names))
