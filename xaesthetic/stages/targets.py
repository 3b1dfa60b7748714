"""Maps of a target (`xaesthetic.models.target`), and what may count as its zero: a photograph's outputs, or a mean."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Pixels
from xaesthetic.models.forward import Results, Session
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.target import Target, explained, validate_zero

_COLUMNS = {"raw": "raw", "rating": "prediction"}


def run_target(session: Session, pixels: Sequence[Pixels], methods: Sequence[str], target: Target) -> Results:
    """Rate photographs and explain a target of the ratings.

    Parameters
    ----------
    session
        Of the model.
    pixels
        One batch.
    methods
        Names that ``xaesthetic list methods`` shows.
    target
        What the maps explain.

    Returns
    -------
    The model's raw outputs and ratings as they are, whatever the target; its maps. A target that is not the default costs
    one more pass.

    Raises
    ------
    XaestheticError
        As `Session.run`, and if the target names an attribute that the model has not.
    """
    if target.is_default:
        return session.run(pixels, methods)
    maps = replace(session, model=explained(session.model, target)).run(pixels, methods).maps
    return replace(session.run(pixels), maps=maps)


def narrowed(target: Target, model: AttributeModel, chosen: AttributeModel) -> Target:
    """Return the target of some of a model's outputs.

    Parameters
    ----------
    target
        Of the model's outputs.
    model
        With all of them.
    chosen
        The same with some.

    Raises
    ------
    ModelError
        If the target's zero names an attribute that the model has not, or no number.
    """
    validate_zero(model, target)
    return replace(target, zero={name: value for name, value in target.zero.items() if name in chosen.attributes})


def zero_of_photograph(session: Session, pixels: Pixels, of: str = "raw") -> Mapping[str, float]:
    """Return what a model makes of a reference photograph, as a target's `zero`."""
    results = session.run([pixels])
    values = results.ratings[0] if of == "rating" else results.raw[0]
    return dict(zip(session.model.attributes, values.tolist(), strict=True))


def zero_of_predictions(predictions: pd.DataFrame, key: str, of: str = "raw") -> Mapping[str, float]:
    """Return the means of what a model made of a run's photographs, as a target's `zero`.

    Parameters
    ----------
    predictions
        predictions.parquet.
    key
        The model's in the run.
    of
        `raw` or `rating`.

    Raises
    ------
    DataError
        If nothing was predicted by that model.
    """
    known = predictions[predictions["model"] == key]
    if not len(known):
        models = ", ".join(map(str, dict.fromkeys(predictions["model"])))
        raise DataError(f"no predictions by {key!r}; there are those of {models}.")
    return {str(name): float(item.mean()) for name, item in known.groupby("attribute")[_COLUMNS[of]]}
