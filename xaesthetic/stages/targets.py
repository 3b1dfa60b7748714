"""Maps of a target (`xaesthetic.models.target`), and what may count as its zero: a photograph's outputs, or a mean."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.targets import PHOTO
from xaesthetic.core.types import Experiment, Pixels, Record
from xaesthetic.data.photos import photo_pixels
from xaesthetic.models.forward import Results, Session, open_session
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.target import Target, explained, validate_zero
from xaesthetic.run.schemas import PREDICTIONS, ZEROS
from xaesthetic.run.store import Run

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
    return replace(session, target=target).run(pixels, methods)


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


def zero_of_people(records: Sequence[Record]) -> Mapping[str, float]:
    """Return the means of people's ratings of photographs, by attribute, as a target's `zero` of ratings.

    Raises
    ------
    DataError
        If nobody has rated them.
    """
    ratings = pd.DataFrame([dict(record.ratings) for record in records]).mean().dropna()
    if ratings.empty:
        raise DataError("people have rated none of the photographs, so their mean cannot count as zero; use --zero mean.")
    return {str(name): float(value) for name, value in ratings.items()}


def of_target(models: Mapping[str, AttributeModel], experiment: Experiment) -> dict[str, AttributeModel]:
    """Return models, by their keys, whose outputs are what an experiment's maps explain."""
    target = Target(experiment.target, experiment.of)
    return {key: explained(model, target) for key, model in models.items()}


def validate_zeros(experiment: Experiment, models: Mapping[str, AttributeModel], records: Sequence[Record]) -> None:
    """Make sure that what counts as zero is there, before anything is computed.

    Parameters
    ----------
    experiment
        Names it, or nothing.
    models
        By their keys.
    records
        Its photographs.

    Raises
    ------
    DataError
        If people have rated nothing, or their ratings are held against outputs that are none.
    """
    if experiment.zero != "people":
        return
    zero_of_people(records)
    for key, model in models.items():
        bent = [name for name, link in zip(model.attributes, model.links, strict=False) if link != "identity"]
        if bent and experiment.of == "raw":
            raise DataError(
                f"{key}: people's ratings are no zero of the raw output of {bent[0]!r}, which a link lies behind; "
                "use --of rating, or --zero mean."
            )


def write_zeros(run: Run, models: Mapping[str, AttributeModel]) -> None:
    """Keep in a run what counts as zero of each model's outputs, where its question names something.

    Parameters
    ----------
    run
        Its photographs have been rated.
    models
        By their keys.

    Raises
    ------
    XaestheticError
        If the photograph that counts as zero cannot be read, or people have rated nothing.
    """
    if not run.experiment.zero or run.has(ZEROS):
        return
    rows = [
        (key, name, value)
        for key, model in models.items()
        for name, value in _zero(run, key, model).items()
        if name in model.attributes
    ]
    run.write(ZEROS, pd.DataFrame(rows, columns=list(ZEROS.names)))


def _zero(run: Run, key: str, model: AttributeModel) -> Mapping[str, float]:
    zero, of = run.experiment.zero, run.experiment.of
    if zero.startswith(PHOTO):
        return zero_of_photograph(open_session(model, run.experiment), photo_pixels(zero.removeprefix(PHOTO)), of)
    return zero_of_people(run.photographs()) if zero == "people" else zero_of_predictions(run.read(PREDICTIONS), key, of)
