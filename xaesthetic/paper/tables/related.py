"""Models' ratings of what is related to what people rated, though not the same: they stand in a table that says so."""

from collections.abc import Sequence

import pandas as pd

from xaesthetic.core.attributes import Attribute


def with_related(tables: Sequence[pd.DataFrame], rated: Sequence[Attribute]) -> tuple[list[pd.DataFrame], list[str]]:
    """Let models that have not what people rated stand there by what is declared as related to it.

    Parameters
    ----------
    tables
        Columns image, model, attribute, prediction; a model is in one of them.
    rated
        What the data set declares of the attributes that people rated.

    Returns
    -------
    The tables, with such ratings under the name of what people rated too; and a note for each.
    """
    result, notes = [], []
    for table in tables:
        added = [table]
        for model, rows in table.groupby("model", sort=False):
            present = set(rows["attribute"])
            for item in rated:
                name = next((name for name in item.related if name in present and item.name not in present), None)
                if name is not None:
                    added.append(rows[rows["attribute"] == name].assign(attribute=item.name))
                    notes.append(f"{model}: its {name} stands for {item.name}, related but not the same.")
        result.append(pd.concat(added, ignore_index=True))
    return result, notes
