"""Several target layers: whether one depends on another, and the model of one of them alone.

Where the head reads every layer directly and linearly, their maps add up. Layers in series are another matter: the first
one's gradient is a total derivative, through the later ones as well, so every layer's map explains the whole output, and the
sum of the maps, which methods give, counts it several times.
"""

from dataclasses import replace

from xaesthetic.core.errors import ModelError, unknown
from xaesthetic.core.facts import MethodFacts
from xaesthetic.models.heads import NetworkHead
from xaesthetic.models.model import AttributeModel


def in_series(model: AttributeModel) -> bool:
    """Whether a model's target layers lie in series, so that the sum of their maps promises nothing."""
    return isinstance(model.head, NetworkHead) and model.head.in_series


def at_layer(model: AttributeModel, layer: str) -> AttributeModel:
    """Return the same model with one of its layers for its only one: its maps are that layer's.

    Parameters
    ----------
    model
        Of a hooked network (`wrap`).
    layer
        A name in its `layers`.

    Raises
    ------
    ModelError
        If it has no such layer, or is no hooked network.
    """
    if not isinstance(model.head, NetworkHead):
        raise ModelError(f"{model.name}: is no hooked network, whose layers could be taken one by one; wrap one (xa.wrap).")
    if layer not in model.layers:
        raise ModelError(f"{model.name}: {unknown('target layer', layer, model.layers, label='There are')}")
    number, features = model.layers.index(layer), model.features
    return replace(model, head=model.head.at(number), layers=(layer,), features=lambda x: (features(x)[number],))


def facts_for(model: AttributeModel, facts: MethodFacts) -> MethodFacts:
    """Return what a method's facts are for a model: a sum over layers in series adds up to nothing."""
    return replace(facts, adds_up="") if facts.layers and in_series(model) else facts
