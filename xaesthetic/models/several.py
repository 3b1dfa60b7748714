"""Several models that are asked for the same attributes: each answers as far as it can."""

from collections.abc import Mapping, Sequence

from xaesthetic.core.errors import XaestheticError
from xaesthetic.core.installed import place_of
from xaesthetic.models.model import AttributeModel, select, select_rows


def select_present(models: Mapping[str, AttributeModel], attributes: Sequence[str]) -> dict[str, AttributeModel]:
    """Return models with the outputs that are asked for, as far as each has them.

    Parameters
    ----------
    models
        By what to call them in an error.
    attributes
        As for `select`.

    Raises
    ------
    XaestheticError
        If no model has an attribute, or a model has none of them.
    """
    if "all" in attributes:
        return dict(models)
    rows: dict[str, list[int]] = {name: [] for name in models}
    for attribute in attributes:
        problems: list[XaestheticError] = []
        for name, model in models.items():
            try:
                rows[name].append(place_of(attribute, model.descriptions, name))
            except XaestheticError as error:
                problems.append(error)
        if len(problems) == len(models):
            raise problems[0]
    return {
        name: select_rows(model, list(dict.fromkeys(rows[name]))) if rows[name] else select(model, attributes, name)
        for name, model in models.items()
    }
