"""The models of an experiment: loaded by their names, or handed over as objects, which no name can load."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from xaesthetic.core import attributes as vocabulary
from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import ModelError
from xaesthetic.core.types import Experiment
from xaesthetic.models.beyond import beyond
from xaesthetic.models.contract import validate_model
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel, device
from xaesthetic.models.several import select_present
from xaesthetic.run.question import Answer
from xaesthetic.run.store import Run
from xaesthetic.stages.asking import Handed, validate_identity


def load_models(experiment: Experiment, handed: Handed, where: object, trust: bool = False) -> dict[str, AttributeModel]:
    """Return an experiment's models by their keys, with those of its attributes that they have, on its device.

    Parameters
    ----------
    experiment
        The question.
    handed
        The objects among its models.
    where
        The run folder, for the errors.
    trust
        Whether Python in model folders may be run.

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
            models[choice.key] = _loaded(choice, experiment, trust)
        else:
            models[choice.key] = _object(name, experiment, handed, where)
    return models if experiment.beyond else select_present(models, vocabulary.choose(experiment.attributes))


def _loaded(choice: ModelChoice, experiment: Experiment, trust: bool) -> AttributeModel:
    if not experiment.beyond:
        return load_model(choice, "all", experiment.device, trust)
    return beyond(load_model(choice, "all", experiment.device, trust), experiment.attributes, experiment.beyond)


def _object(name: str, experiment: Experiment, handed: Handed, where: object) -> AttributeModel:
    if name not in handed.models:
        raise ModelError(
            f"{name}: was handed over as an object, so nothing can load it by its name; in Python, "
            f"xa.judge({str(where)!r}, models=[…]) takes it again (xa.compare to go on with a run)."
        )
    validate_identity(name, experiment.identities, handed.identities, where)
    model = validate_model(handed.models[name], name, device(experiment.device))
    if experiment.beyond:
        return beyond(model, vocabulary.choose(experiment.attributes), experiment.beyond)
    return model


def answer_of(model: AttributeModel) -> Answer:
    """Return what a run keeps of a model that answered."""
    return Answer(**asdict(model.source), attributes=tuple(model.attributes), described=tuple(model.described))


def are_same(run: Run, answers: Mapping[str, Answer]) -> bool:
    """Whether a run's models are these; what is declared or known of attributes, and lists of photographs, may be new."""
    held, present = (
        {key: replace(answer, described=(), seen="", specificity_null={}, fitted_edits=()) for key, answer in models.items()}
        for models in (run.answered_by().models, answers)
    )
    return held == present
