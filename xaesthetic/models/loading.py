"""Models by their names: plug-ins with the weights that are chosen, model folders, networks of libraries."""

from collections.abc import Sequence
from inspect import signature
from pathlib import Path
from typing import Any

from xaesthetic.core import attributes as vocabulary
from xaesthetic.core import plugins
from xaesthetic.core.choices import FREE_MODELS, ModelChoice, validate_choice
from xaesthetic.core.errors import ModelError, XaestheticError
from xaesthetic.core.free import is_free, validate_free
from xaesthetic.models.contract import validate_model
from xaesthetic.models.declared import with_declared
from xaesthetic.models.model import AttributeModel, device, select
from xaesthetic.models.named import build_named


def load_model(
    choice: str | Path | ModelChoice, attributes: str | Sequence[str] = "all", on: str = "auto", trust: bool = False
) -> AttributeModel:
    """Load a model by its name, and hold it to the contract (`xaesthetic.models.contract`).

    Parameters
    ----------
    choice
        A name that ``xaesthetic list models`` shows; ``name=folder`` for weights of one's own, ``name=random`` for random
        ones. Or a model folder's path, ``timm:NAME``, ``torchvision:NAME`` or ``pyiqa:NAME``.
    attributes
        The outputs wanted, one or several; ``all`` for all that it has.
    on
        The device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
    trust
        Whether a model folder's own Python file may run.

    Raises
    ------
    PluginError
        If there is no such model.
    MissingWeightsError
        If their licence is no free one, where only such are wanted (`xaesthetic.core.free`).
    ModelError
        If its weights are missing or damaged, it takes none of one's own, has no random ones, lacks an attribute, or breaks
        the contract.
    """
    if isinstance(choice, Path):
        choice = ModelChoice(str(choice) if len(choice.parts) > 1 else f"./{choice}")
    if not isinstance(choice, (str, ModelChoice)):
        raise ModelError(
            f"{type(choice).__name__} is no name of a model; pass a text, as 'xaesthetic list models' shows it."
        )
    chosen = ModelChoice.parse(choice) if isinstance(choice, str) else choice
    where = device(on)
    model = validate_model(_build(chosen, trust), chosen.name, where)
    if not chosen.random and not is_free(model.source.licence):
        validate_free(chosen.name, f"limited uses ({model.source.licence})", FREE_MODELS[0])
    if chosen.source is None and not (chosen.family or chosen.folder):
        model = with_declared(model, chosen.name)
    return select(model, vocabulary.choose(attributes), chosen.name)


def _build(choice: ModelChoice, trust: bool = False) -> object:
    if choice.family or choice.folder:
        return build_named(choice, trust)
    validate_choice(choice)
    name, build = choice.name, plugins.load("models", choice.name)
    takes = signature(build).parameters
    if choice.source and not {"weights", "random"} & takes.keys():
        raise ModelError(f"{name} takes no weights of one's own; choose it as --model {name}.")
    if choice.random and "random" not in takes:
        raise ModelError(f"{name}: takes a folder of weights and has no random ones; name a folder, or leave --weights out.")
    if choice.weights and "weights" not in takes:
        raise ModelError(f"{name}: takes no folder of weights; choose it as --model {name} or --model {name}=random.")
    options: dict[str, Any] = {"random": True} if choice.random else {"weights": choice.weights} if choice.weights else {}
    try:
        return build(**options)
    except XaestheticError:
        raise
    except (Exception, SystemExit) as error:  # it may be anybody's
        raise ModelError(f"{name}: cannot be built ({plugins.one_line(error)}).") from error
