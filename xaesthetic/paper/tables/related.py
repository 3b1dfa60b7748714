"""Models' ratings of what is related to what people rated, though not the same: they stand in a table that says so."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from xaesthetic.core.attributes import Attribute


def with_related(
    tables: Sequence[pd.DataFrame],
    rated: Sequence[Attribute],
    models: Mapping[str, Sequence[Attribute]] = MappingProxyType({}),
    people: Collection[str] = (),
) -> tuple[list[pd.DataFrame], list[str]]:
    """Let models that have not what people rated stand there by what is declared as related to it.

    Parameters
    ----------
    tables
        Columns image, model, attribute, prediction; a model is in one of them.
    rated
        What the data set declares of the attributes that people rated.
    models
        What models declare of theirs, which may be related to what people rated as well.
    people
        The names of all attributes that people rated.

    Returns
    -------
    The tables, with such ratings under the name of what people rated too; and a note for each.
    """
    result, notes = [], []
    for table in tables:
        added = [table]
        for model, rows in table.groupby("model", sort=False):
            present = set(rows["attribute"])
            stands_for = {item.name: name for item in rated for name in item.related if name in present}
            theirs = [item for item in models.get(str(model), ()) if item.name in present and item.name not in people]
            stands_for |= {name: item.name for item in theirs for name in item.related if name in people}
            for wanted, name in stands_for.items():
                if wanted not in present:
                    added.append(rows[rows["attribute"] == name].assign(attribute=wanted))
                    notes.append(f"{model}: its {name} stands for {wanted}, related but not the same.")
        result.append(pd.concat(added, ignore_index=True))
    return result, notes
