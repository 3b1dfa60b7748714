"""Maps of a target (`xaesthetic.models.target`), and what may count as its zero: a photograph's outputs, or a mean."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xaesthetic.core.types import Pixels
from xaesthetic.models.forward import Results, Session
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.target import Target, explained
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run


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


def zero_of_photograph(session: Session, pixels: Pixels, of: str = "raw") -> Mapping[str, float]:
    """Return what a model makes of a reference photograph, as a target's `zero`."""
    results = session.run([pixels])
    values = results.ratings[0] if of == "rating" else results.raw[0]
    return dict(zip(session.model.attributes, values.tolist(), strict=True))


def zero_of_run(run: Run, key: str, model: AttributeModel, of: str = "raw") -> Mapping[str, float]:
    """Return the means of what a model made of a run's photographs, as a target's `zero`.

    Parameters
    ----------
    run
        One that holds predictions.
    key
        The model's in the run.
    model
        The same, for its attributes.
    of
        `raw` or `rating`.

    Raises
    ------
    DataError
        If the run has no predictions.
    """
    table = run.read(PREDICTIONS)
    means = table[table["model"] == key].groupby("attribute")[of].mean()
    return {name: float(means[name]) for name in model.attributes if name in means}
