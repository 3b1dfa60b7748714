"""One photograph, one model, in a notebook."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch

from xaesthetic.core import attributes as vocabulary
from xaesthetic.core import plugins
from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import DataError, ModelError, PluginError
from xaesthetic.core.types import PRECISIONS
from xaesthetic.data import images
from xaesthetic.data.photos import Photo, photo_pixels
from xaesthetic.models.forward import Session, method_facts
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel, select
from xaesthetic.models.target import Target, unit
from xaesthetic.stages.explanation import ByAttribute, Explanation
from xaesthetic.stages.precision import changed_rows, precision_table
from xaesthetic.stages.targets import narrowed, run_target


def explain(
    photo: Photo,
    model: AttributeModel | str | ModelChoice,
    attributes: str | Sequence[str] = "all",
    method: str | None = None,
    precision: str = "full",
    target: str | Target = "up",
) -> Explanation:
    """Rate one photograph and show where the ratings come from.

    Parameters
    ----------
    photo
        A path, the bytes of a file, a PIL image, or (h, w, 3) uint8 sRGB of 0 to 255.
    model
        From `wrap` or `load_model`, or one's own; or a name that `load_model` takes.
    attributes
        Names or titles, one or several; ``all`` for all that the model has.
    method
        A name that ``xaesthetic list methods`` shows; where none is named, `cam` if all outputs are linear under global
        averages, else `grad_cam`.
    precision
        ``full``, or ``bf16`` for torch's autocast; then it runs in full precision too, and the difference is in the result.
    target
        What maps explain: ``up`` for what raises an output, ``down`` for what lowers it, or a `Target`, which may be of the
        rating behind the link, and have a zero of its own (`xaesthetic.models.target` says which maps change).

    Returns
    -------
    Ratings and maps; it draws itself.

    Raises
    ------
    XaestheticError
        If the photograph cannot be read, or there is no such model, attribute or method, or the method cannot explain the
        model.

    Examples
    --------
    >>> import numpy as np
    >>> import xaesthetic as xa
    >>> list(xa.explain(np.zeros((64, 96, 3), np.uint8), "lite0_ft", "Light").ratings)
    ['light']
    """
    if not isinstance(method, (str, type(None))):
        raise PluginError(
            f"{type(method).__name__} is no name of a method; pass one, as 'xaesthetic list methods' shows it."
        )
    if method is not None:
        plugins.check("methods", method)
    wanted, aim = _names(attributes), Target.parse(target)
    pixels = photo_pixels(photo)
    loaded = _loaded(model)
    chosen = select(loaded, wanted, loaded.name)
    aim = narrowed(aim, loaded, chosen)
    method = method or ("cam" if aim.of == "raw" and chosen.weights is not None else "grad_cam")
    results = run_target(Session(chosen, precision=precision), [pixels], [method], aim)
    changes = None
    if precision != PRECISIONS[0]:
        full = run_target(Session(chosen), [pixels], [method], aim)
        changes = precision_table(list(changed_rows(["the photograph"], loaded.name, chosen.attributes, results, full)))
    facts, known = method_facts(method), chosen.descriptions
    names, grids = chosen.attributes, results.maps[method][0]
    maps = {name: images.to_pixels(one, pixels.shape[:2]) for name, one in zip(names, grids, strict=True)}
    return Explanation(
        pixels,
        ByAttribute(dict(zip(names, results.raw[0].tolist(), strict=True)), known),
        ByAttribute(dict(zip(names, results.ratings[0].tolist(), strict=True)), known),
        ByAttribute(maps, known),
        method,
        loaded.source.trained,
        loaded.name,
        aim,
        ByAttribute({name: unit(chosen, name, aim, facts) for name in names}, known),
        known,
        facts.asks_output,
        changes,
    )


explain_photo = explain
"""The earlier name of `explain`; notebooks that use it go on."""


def _names(attributes: Any) -> tuple[str, ...]:
    if not isinstance(attributes, (str, Iterable)):
        raise DataError(f"{attributes!r} are no attributes; pass names, or 'all'.")
    return vocabulary.choose(attributes)


def _loaded(model: Any) -> AttributeModel:
    if isinstance(model, (str, ModelChoice)):
        return load_model(model)
    if isinstance(model, torch.nn.Module):
        raise ModelError(
            f"{type(model).__name__} is a network of torch and says not what it rates; wrap it: "
            "xa.explain(photo, xa.wrap(network, outputs=['beauty']))."
        )
    if not isinstance(model, AttributeModel):
        raise ModelError(f"{type(model).__name__} is no model; pass what xa.wrap or xa.load_model gives, or a model's name.")
    return model
