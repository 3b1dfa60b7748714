"""One photograph, one model, in a notebook."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float

from xaesthetic.core import attributes as vocabulary
from xaesthetic.core import plugins
from xaesthetic.core.baselines import is_confounded, split
from xaesthetic.core.beyond import SIGN, beyond_words
from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import DataError, ModelError, PluginError
from xaesthetic.core.method_keys import with_baselines
from xaesthetic.core.types import PRECISIONS, Map, Pixels
from xaesthetic.data import images
from xaesthetic.data.photos import Photo, photo_pixels
from xaesthetic.models.beyond import beyond as rest
from xaesthetic.models.forward import Results, Session, method_facts
from xaesthetic.models.layers import at_layer, in_series
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel, select
from xaesthetic.models.refits import find_refits
from xaesthetic.models.target import Target, explained, unit
from xaesthetic.run.maps import REFITS, correlations
from xaesthetic.stages.baselines import rate_baselines
from xaesthetic.stages.determined import determined, refit_notes
from xaesthetic.stages.explanation import ByAttribute, Explanation
from xaesthetic.stages.precision import changed_rows, precision_note, precision_table
from xaesthetic.stages.targets import narrowed


def explain(
    photo: Photo,
    model: AttributeModel | str | ModelChoice,
    attributes: str | Sequence[str] = "all",
    method: str | None = None,
    precision: str = "full",
    target: str | Target = "up",
    beyond: str = "",
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
        averages, else `grad_cam`. One that compares with a baseline does so with two of different kinds, as in a run, where
        none is named (`occlusion@blur`): `baseline_maps` has both.
    precision
        ``full``, or ``bf16`` for torch's autocast; then it runs in full precision too, and the difference is in the result.
    target
        What maps explain: ``up`` for what raises an output, ``down`` for what lowers it, or a `Target`, which may be of the
        rating behind the link, and have a zero of its own (`xaesthetic.models.target` says which maps change).
    beyond
        The score that attributes are taken beyond, as ``overall``: then ratings and maps are of what each has beyond it
        (`xaesthetic.models.beyond`), and called as `light_beyond_overall`. Empty for the attributes themselves.

    Returns
    -------
    Ratings and maps; it draws itself.

    Raises
    ------
    XaestheticError
        If the photograph cannot be read, or there is no such model, attribute or method, or the method cannot explain the
        model; if too little is left over beyond the score, or the model does not say how attributes go with it.

    Examples
    --------
    >>> import numpy as np
    >>> import xaesthetic as xa
    >>> list(xa.explain(np.zeros((64, 96, 3), np.uint8), "lite0_ft", "Light").ratings)
    ['light']
    >>> list(xa.explain(np.zeros((64, 96, 3), np.uint8), "multigap_lite0", "light", beyond="overall").ratings)
    ['light_beyond_overall']
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
    chosen = _beyond(loaded, wanted, beyond) if beyond else select(loaded, wanted, loaded.name)
    aim = narrowed(aim, loaded, chosen)
    methods = with_baselines([method or ("cam" if explained(chosen, aim).weights is not None else "grad_cam")])
    session = Session(chosen, precision=precision, target=aim)
    refitted = methods == ("cam",) and find_refits(explained(chosen, aim)) is not None
    results = session.run([pixels], [*methods, REFITS] if refitted else methods)
    stable, split_half = determined(session.model, results, pixels.shape[:2])
    grids = {split(key)[1]: results.maps[key][0] for key in methods}
    by_baseline = {name: _large(chosen, item, pixels) for name, item in grids.items()}
    baselines = rate_baselines(session, pixels, [name for name in grids if name])
    layers = _layer_maps(session, pixels, methods[0])
    changes = _changes(session, pixels, methods, results)
    names, facts, known = chosen.attributes, method_facts(methods[0]), chosen.descriptions
    return Explanation(
        pixels,
        ByAttribute(dict(zip(names, results.raw[0].tolist(), strict=True)), known),
        ByAttribute(dict(zip(names, results.ratings[0].tolist(), strict=True)), known),
        next(iter(by_baseline.values())),
        methods[0],
        loaded.source.trained,
        loaded.name,
        aim,
        ByAttribute({name: unit(chosen, name, aim, facts) for name in names}, known),
        known,
        facts.asks_output,
        changes,
        layers,
        {name: maps for name, maps in by_baseline.items() if name},
        {name: ByAttribute(dict(ratings), known) for name, ratings in baselines.items()},
        stable,
        split_half,
        chosen.slopes,
        (
            *(beyond_words(of) for of in dict.fromkeys(name.partition(SIGN)[2] for name in names) if of),
            *refit_notes(split_half),
            *_notes_on_layers(layers),
            *_notes_on_baselines(names, grids, baselines),
            *([] if changes is None else [precision_note(changes)]),
        ),
    )


def _beyond(model: AttributeModel, attributes: Sequence[str], of: Any) -> AttributeModel:
    if not isinstance(of, str):
        raise DataError(f"{of!r} is no attribute; pass a name, as beyond='overall'.")
    return rest(model, attributes, of)


def _changes(session: Session, pixels: Pixels, methods: Sequence[str], results: Results) -> pd.DataFrame | None:
    """What a reduced precision has changed; nothing where it is full."""
    if session.precision == PRECISIONS[0]:
        return None
    full = replace(session, precision=PRECISIONS[0]).run([pixels], methods)
    model = session.model
    return precision_table(list(changed_rows(["the photograph"], model.name, model.attributes, results, full)))


def _large(model: AttributeModel, grids: Float[np.ndarray, "a i j"], pixels: Pixels) -> ByAttribute[Map]:
    """Carry maps to the photograph's pixels."""
    maps = {name: images.to_pixels(one, pixels.shape[:2]) for name, one in zip(model.attributes, grids, strict=True)}
    return ByAttribute(maps, model.descriptions)


def _layer_maps(session: Session, pixels: Pixels, method: str) -> dict[str, ByAttribute[Map]]:
    """Explain layers in series one by one; a pass each."""
    model = session.model
    if not in_series(model) or not method_facts(method).layers:
        return {}
    maps = {
        name: replace(session, model=at_layer(model, name)).run([pixels], [method]).maps[method] for name in model.layers
    }
    return {name: _large(model, grids[0], pixels) for name, grids in maps.items()}


def _notes_on_layers(layers: Iterable[str]) -> list[str]:
    listed = " and ".join(layers)
    return [f"{listed} lie in series: each map is its own, their sum promises nothing"] if listed else []


def _notes_on_baselines(
    names: Sequence[str], grids: Mapping[str, Float[np.ndarray, "a i j"]], ratings: Mapping[str, Mapping[str, float]]
) -> Iterator[str]:
    """How the model rates the baselines, which of them edit an attribute by themselves, and how alike their maps are."""
    for baseline, rated in ratings.items():
        values = ", ".join(
            f"{name} {value:z.3f}{' (which it edits)' * is_confounded(name, baseline)}" for name, value in rated.items()
        )
        yield f"the baseline {baseline} is rated {values}"
    if len(grids) > 1:
        (one, first), (other, second) = list(grids.items())[:2]
        r = ", ".join(f"{name} {value:z.2f}" for name, value in zip(names, correlations(first, second), strict=True))
        yield f"maps of {one} and {other} correlate: {r}"


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
