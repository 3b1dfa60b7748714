"""What a model says of itself: names, links, inputs, source and head, held to what the stages need; nothing is run."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from xaesthetic.core import plugins
from xaesthetic.core.attributes import Attribute, describe, name_problem
from xaesthetic.core.errors import ModelError
from xaesthetic.core.facts import ModelFacts
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.data.images import RESAMPLE
from xaesthetic.models.heads import FunctionHead, LinearHead, NetworkHead
from xaesthetic.models.model import LINKS, AttributeModel


def validate_declared(model: AttributeModel, name: str) -> None:
    """Make sure that a model's declarations can be worked with.

    Parameters
    ----------
    model
        From a plug-in of anybody's.
    name
        The plug-in's, for the errors.

    Raises
    ------
    ModelError
        If they cannot; names the plug-in and what is wrong.
    """
    try:
        _names(model.attributes)
        _links(model.links, len(model.attributes))
        _described(model.described, model.attributes)
        _inputs(model.inputs)
        _source(model.source)
        _head(model)
    except ModelError as error:
        raise ModelError(f"{name}: {error}") from error


def with_declared(model: AttributeModel, plugin: str) -> AttributeModel:
    """Return a plug-in's model with what its declaration, `@model(attributes=(…))`, says of its attributes.

    Raises
    ------
    ModelError
        If it declares others than it has.
    """
    facts = plugins.facts("models", plugin)
    declared = facts.attributes if isinstance(facts, ModelFacts) else ()
    names = [item.name for item in declared]
    if declared and sorted(names) != sorted(model.attributes):
        raise ModelError(
            f"{plugin}: declares the attributes {', '.join(names)}, but rates {', '.join(model.attributes)}; mend its "
            "@model(attributes=…)."
        )
    described = {item.name: item for item in (*declared, *model.described)}
    return replace(model, described=tuple(item for item in described.values() if item != describe(item.name)))


def _names(names: Any) -> None:
    if not isinstance(names, tuple) or not names:
        raise ModelError(f"its attributes are {names!r}, but a tuple of one name or more was wanted.")
    for name in names:
        if not isinstance(name, str):
            raise ModelError(f"its attribute {name!r} is no text; name every output.")
        if problem := name_problem(name):
            raise ModelError(f"its attribute {name!r} {problem}; rename it.")
    folded = [unicodedata.normalize("NFC", name).casefold() for name in names]
    twice = [name for name, fold in zip(names, folded, strict=True) if folded.count(fold) > 1]
    if twice:
        raise ModelError(f"two of its attributes are called {twice[0]!r}; every output needs a name of its own.")


def _described(described: Any, names: tuple[str, ...]) -> None:
    if not isinstance(described, tuple) or not all(isinstance(item, Attribute) for item in described):
        raise ModelError(f"what it declares of its attributes is {described!r}, but a tuple of Attribute was wanted.")
    listed = [item.name for item in described]
    wrong = [name for name in listed if name not in names or listed.count(name) > 1]
    if wrong:
        raise ModelError(f"it describes {wrong[0]!r} twice, or has no such output; it has {', '.join(names)}.")


def _links(links: Any, outputs: int) -> None:
    if not isinstance(links, tuple) or (links and len(links) != outputs):
        raise ModelError(f"it has {outputs} attributes and the links {links!r}; name one for each attribute, or none.")
    for link in links:
        if not isinstance(link, str) or link not in LINKS:
            raise ModelError(f"its link {link!r} is unknown; there are {', '.join(LINKS)}.")


def _numbers(values: Any, count: int) -> bool:
    return (
        isinstance(values, Sequence)
        and len(values) == count
        and all(isinstance(item, (int, float, np.number)) and np.isfinite(item) for item in values)
    )


def _inputs(inputs: Any) -> None:
    if not isinstance(inputs, InputSpec):
        raise ModelError(f"its inputs are {type(inputs).__name__}, but an InputSpec was wanted.")
    whole = isinstance(inputs.size, Sequence) and len(inputs.size) == 2 and all(type(side) is int for side in inputs.size)
    if not whole or min(inputs.size) < 1:
        raise ModelError(f"its input size is {inputs.size!r}, but (height, width) in pixels was wanted.")
    image = isinstance(inputs.mean, np.ndarray)
    if image and (inputs.mean.shape != (3, *inputs.size) or not np.isfinite(inputs.mean).all()):  # type: ignore[union-attr]
        raise ModelError(f"its mean is no image of 3 finite channels and the input's size {inputs.size}.")
    if not image and not _numbers(inputs.mean, 3):
        raise ModelError(f"its mean is {inputs.mean!r}, but three finite numbers or an image were wanted.")
    if not _numbers(inputs.std, 3) or min(inputs.std) <= 0:
        raise ModelError(f"its std is {inputs.std!r}, but three numbers above 0 were wanted.")
    if not _numbers([inputs.scale], 1) or inputs.scale <= 0:
        raise ModelError(f"its scale is {inputs.scale!r}, but a number above 0 was wanted (1 or 255).")
    if inputs.resample not in RESAMPLE:
        raise ModelError(f"its resample is {inputs.resample!r}; there are {', '.join(RESAMPLE)}.")


def _source(source: Any) -> None:
    if not isinstance(source, Source):
        raise ModelError(f"its source is {type(source).__name__}, but a Source was wanted.")
    for field in ("citation", "licence", "trained"):
        if not isinstance(getattr(source, field), str):
            raise ModelError(f"its source's {field} is {getattr(source, field)!r}, but a text was wanted.")
    files: Any = source.files
    if not isinstance(files, Mapping) or not all(isinstance(text, str) for entry in files.items() for text in entry):
        raise ModelError("its source's files are no mapping of file names to their sha256.")
    if not isinstance(source.untrained, (tuple, list)) or not all(isinstance(name, str) for name in source.untrained):
        raise ModelError(f"its source's untrained is {source.untrained!r}, but a tuple of attributes was wanted.")


def _head(model: AttributeModel) -> None:
    outputs = len(model.attributes)
    if not callable(model.features):
        raise ModelError(f"its features are {type(model.features).__name__}, but a function of a batch was wanted.")
    if model.module is not None and not isinstance(model.module, torch.nn.Module):
        raise ModelError(f"its module is {type(model.module).__name__}, but a torch.nn.Module or None was wanted.")
    if isinstance(model.head, LinearHead):
        _linear(model.head, outputs)
    elif isinstance(model.head, NetworkHead):
        return
    elif not isinstance(model.head, FunctionHead):
        raise ModelError(f"its head is {type(model.head).__name__}, but a LinearHead or a FunctionHead was wanted.")
    elif not callable(model.head.function):
        raise ModelError(f"its head's function is {type(model.head.function).__name__}, which cannot be called.")
    elif not all(type(row) is int and 0 <= row < outputs for row in model.head.linear):
        raise ModelError(f"its head says that the outputs {list(model.head.linear)} are linear; it has 0 to {outputs - 1}.")


def _linear(head: LinearHead, outputs: int) -> None:
    for part, shape in (("weights", 2), ("bias", 1)):
        values = getattr(head, part)
        if not isinstance(values, Tensor) or not values.is_floating_point() or values.ndim != shape:
            what = f"{values.dtype} of {tuple(values.shape)}" if isinstance(values, Tensor) else type(values).__name__
            raise ModelError(f"its head's {part} are {what}, but a tensor of floats with {shape} axes was wanted.")
        if len(values) != outputs:
            raise ModelError(f"it has {outputs} attributes, but its head's {part} are of {len(values)} outputs.")
