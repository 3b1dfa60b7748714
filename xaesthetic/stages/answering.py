"""The models of an experiment: loaded by their names, or handed over as objects, which no name can load."""

from dataclasses import asdict

from xaesthetic.core import attributes as vocabulary
from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import ModelError
from xaesthetic.core.types import Experiment
from xaesthetic.models.contract import validate_model
from xaesthetic.models.model import AttributeModel, device, load_model, select
from xaesthetic.run.question import Answer
from xaesthetic.stages.asking import Handed, validate_identity


def load_models(experiment: Experiment, handed: Handed, where: object) -> dict[str, AttributeModel]:
    """Return an experiment's models by their keys, with its attributes, on its device.

    Parameters
    ----------
    experiment
        The question.
    handed
        The objects among its models.
    where
        The run folder, for the errors.

    Raises
    ------
    ModelError
        If one cannot be loaded, or was handed over as an object and is not here.
    DataError
        If an object is another one than the experiment's.
    """
    models = {}
    for choice in map(ModelChoice.parse, experiment.models):
        name = str(choice)
        if choice.key in handed.loaded:
            models[choice.key] = handed.loaded[choice.key]
        elif name not in experiment.identities:
            models[choice.key] = load_model(choice, experiment.attributes, experiment.device)
        else:
            models[choice.key] = _object(name, experiment, handed, where)
    return models


def _object(name: str, experiment: Experiment, handed: Handed, where: object) -> AttributeModel:
    if name not in handed.models:
        raise ModelError(
            f"{name}: was handed over as an object, so nothing can load it by its name; in Python, "
            f"xa.judge({str(where)!r}, models=[…]) takes it again (xa.compare to go on with a run)."
        )
    validate_identity(name, experiment.identities, handed.identities, where)
    model = validate_model(handed.models[name], name, device(experiment.device))
    return select(model, vocabulary.choose(experiment.attributes), name)


def answer_of(model: AttributeModel) -> Answer:
    """Return what a run keeps of a model that answered."""
    return Answer(**asdict(model.source), attributes=tuple(model.attributes))
