"""Which models answer a question about attributes: the default ones, and of those that are named the ones that have some."""

from collections.abc import Sequence

from xaesthetic.core import plugins
from xaesthetic.core.attributes import Attribute
from xaesthetic.core.choices import EDITS_MODEL, FREE_MODELS, MODELS, ModelChoice
from xaesthetic.core.errors import PluginError, XaestheticError
from xaesthetic.core.free import free_only
from xaesthetic.core.installed import model_attributes, place_of

_ALL = ("all",)


def default_models(attributes: Sequence[str], beyond: str = "") -> tuple[str, ...]:
    """Return the models that are shown where none is named.

    Parameters
    ----------
    attributes
        What is asked for: names, or ``all``.
    beyond
        The score that attributes are to be shown beyond; empty for the attributes themselves.

    Returns
    -------
    Those that learnt from people's ratings, and where it has an attribute that is named, the one that learnt from edits;
    those under free licences where only such are wanted.
    """
    if free_only():
        return FREE_MODELS
    has_one = tuple(attributes) != _ALL and not _lacking(EDITS_MODEL, attributes, beyond)
    return (*MODELS, EDITS_MODEL) if has_one else MODELS


def models_having(models: Sequence[str], attributes: Sequence[str], beyond: str = "") -> tuple[str, ...]:
    """Leave out, with a warning, models that declare none of the attributes, where others may have them.

    Parameters
    ----------
    models
        As they are chosen. What declares nothing, or has weights of its own, stays.
    attributes
        What is asked for: names, or ``all``.
    beyond
        The score that attributes are to be shown beyond: a model that lacks it is left out too.
    """
    lacking = {name: lacks for name in models if (lacks := _lacking(name, attributes, beyond))}
    if len(lacking) == len(models):
        return tuple(models)
    for name, lacks in lacking.items():
        plugins.warn(f"{name} is left out: it has no {' and no '.join(lacks)}.")
    return tuple(name for name in models if name not in lacking)


def _lacking(name: str, attributes: Sequence[str], beyond: str) -> tuple[str, ...]:
    """What a model has nothing of: all attributes that are asked for, or the score that they are to be beyond."""
    if tuple(attributes) != _ALL and _lacks(name, attributes):
        return tuple(attributes)
    return (beyond,) if beyond and _lacks(name, (beyond,)) else ()


def _lacks(name: str, attributes: Sequence[str]) -> bool:
    choice = ModelChoice.parse(name)
    if choice.source is not None or choice.family or choice.folder or choice.name not in plugins.names("models"):
        return False
    try:
        declared = model_attributes(choice.name)
    except PluginError:  # it is refused by name when it is loaded
        return False
    return bool(declared) and not _some(attributes, declared)


def _some(attributes: Sequence[str], declared: Sequence[Attribute]) -> bool:
    for attribute in attributes:
        try:
            place_of(attribute, declared, "the model")
        except XaestheticError:
            continue
        return True
    return False
