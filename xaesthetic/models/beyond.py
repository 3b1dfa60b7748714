"""What attributes have beyond the overall score: two linear heads of one backbone, one less the other times a slope.

The result is a linear head again, so its maps are exact: the map of `light` less the slope times the map of `overall`. The
slope is that of people's ratings in the photographs that the model was trained on, and stands in its manifest.

    light, overall = (xa.load_model("multigap_lite0", name) for name in ("light", "overall"))
    shown = xa.explain("photo.jpg", light - overall)
    shown = xa.explain("photo.jpg", "multigap_lite0", "light", beyond="overall")  # the same
    shown = xa.explain("photo.jpg", "multigap_lite0").beyond("light")  # of an explanation that is there
"""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan

import torch

from xaesthetic.core import plugins
from xaesthetic.core.attributes import Attribute
from xaesthetic.core.beyond import OVERALL, beyond_name, beyond_title
from xaesthetic.core.errors import ModelError
from xaesthetic.core.installed import place_of
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.refits import Refits
from xaesthetic.models.slope import Slope, slope_of, validate_share


def beyond(
    model: AttributeModel, attributes: str | Sequence[str] = "all", of: str = OVERALL, other: AttributeModel | None = None
) -> AttributeModel:
    """Return a model of what attributes have beyond the overall score.

    Parameters
    ----------
    model
        Its head is one linear layer over global averages, and its manifest says slopes.
    attributes
        Which ones, one or several; ``all`` for all of which enough is left over.
    of
        The overall score's name.
    other
        The model that has the overall score, where it is another one: of the same backbone.

    Returns
    -------
    The same network with a derived linear head, whose outputs are called as `light_beyond_overall`. A rating of 0 is what
    the overall rating predicts.

    Raises
    ------
    ModelError
        If a head is not linear or a link bends an output, the two are of different backbones, the manifest has no slopes, or
        less than 5 % of an attribute's variance is left over.

    Examples
    --------
    >>> import xaesthetic as xa
    >>> from xaesthetic.models.beyond import beyond
    >>> beyond(xa.load_model("lite0_ft"), "light").attributes
    ('light_beyond_overall',)
    """
    second = other or model
    row = place_of(of, second.descriptions, second.name)
    _validate_backbone(model, second)
    score = _linear(second, [row])
    named = [attributes] if isinstance(attributes, str) else list(attributes)
    rows = _rows(model, named, second.attributes[row])
    slopes = {
        model.attributes[place]: slope_of(model.slopes, model.attributes[place], second.attributes[row], model.name)
        for place in rows
    }
    if "all" in named:
        rows = [place for place in rows if _is_enough(model, model.attributes[place], slopes)]
    for place in rows:
        validate_share(model.attributes[place], slopes[model.attributes[place]], model.name)
    if not rows:
        raise ModelError(f"{model.name}: of none of its attributes enough is left over beyond {of}.")
    return _derived(model, rows, score, second.descriptions[row], [slopes[model.attributes[place]] for place in rows])


def less(model: AttributeModel, overall: object) -> AttributeModel:
    """Return what a model's outputs have beyond the only output of another one: what `light - overall` means.

    Parameters
    ----------
    model
        Chosen with the attributes that are meant.
    overall
        A model of one output, the overall score.

    Raises
    ------
    ModelError
        If the other is no model of one output, or as `beyond`.

    Examples
    --------
    >>> import xaesthetic as xa
    >>> light, overall = (xa.load_model("multigap_lite0", name) for name in ("light", "overall"))
    >>> (light - overall).attributes
    ('light_beyond_overall',)
    """
    if not isinstance(overall, AttributeModel):
        raise ModelError(
            f"{model.name}: {type(overall).__name__} is no model to be beyond of; take xa.load_model(NAME, 'overall')."
        )
    if len(overall.attributes) != 1:
        raise ModelError(
            f"{overall.name}: rates {', '.join(overall.attributes)}, and one output is taken off others; choose it, as "
            "xa.load_model(NAME, 'overall')."
        )
    return beyond(model, model.attributes, overall.attributes[0], overall)


def _rows(model: AttributeModel, named: Sequence[str], score: str) -> list[int]:
    if "all" in named:
        return [place for place, name in enumerate(model.attributes) if name != score]
    rows = list(dict.fromkeys(place_of(name, model.descriptions, model.name) for name in named))
    if any(model.attributes[place] == score for place in rows):
        raise ModelError(f"{model.name}: {score} has nothing beyond itself; name another attribute.")
    return rows


def _validate_backbone(model: AttributeModel, other: AttributeModel) -> None:
    """Make sure that two models are heads of one backbone: maps of two networks do not add up to one's."""
    same = model.features is other.features or (model.module is not None and model.module is other.module)
    # loaded twice: by one name, from the same files
    same = same or (model.name == other.name and bool(model.source.files) and model.source.files == other.source.files)
    if not same:
        raise ModelError(
            f"{model.name} and {other.name} are two networks, so no map of the one is a part of the other's; take both "
            "attributes of one model."
        )


def _linear(model: AttributeModel, rows: Sequence[int]) -> LinearHead:
    if not isinstance(model.head, LinearHead):
        raise ModelError(
            f"{model.name}: its head is no linear layer over global averages, so nothing is exact beyond a score."
        )
    for row in rows:
        link = model.links[row] if model.links else "identity"
        if link != "identity":
            raise ModelError(
                f"{model.name}: {model.attributes[row]} lies behind the link {link}, and a slope is of ratings; a head "
                "without links is wanted."
            )
    return model.head.select(rows)


def _is_enough(model: AttributeModel, attribute: str, slopes: dict[str, Slope]) -> bool:
    try:
        validate_share(attribute, slopes[attribute], model.name)
    except ModelError as error:
        plugins.warn(f"left out: {error}")
        return False
    return True


def _derived(
    model: AttributeModel, rows: Sequence[int], score: LinearHead, of: Attribute, slopes: Sequence[Slope]
) -> AttributeModel:
    head = _linear(model, rows)
    slope, intercept = (
        torch.tensor([getattr(item, name) for item in slopes]).to(head.bias) for name in ("slope", "intercept")
    )
    refits = None
    if head.refits is not None and score.refits is not None and len(head.refits.bias) == len(score.refits.bias):
        refits = Refits(
            head.refits.weights - slope[:, None] * score.refits.weights,
            head.refits.bias - slope * score.refits.bias - intercept,
        )
    linear = LinearHead(head.weights - slope[:, None] * score.weights, head.bias - slope * score.bias - intercept, refits)
    names = [model.attributes[row] for row in rows]
    described = tuple(
        Attribute(beyond_name(model.attributes[row], of.name), beyond_title(model.descriptions[row].title, of.title))
        for row in rows
    )
    notes = tuple(_note(name, of.name, item) for name, item in zip(names, slopes, strict=True))
    return replace(
        model,
        attributes=tuple(item.name for item in described),
        head=linear,
        links=(),
        source=replace(model.source, specificity_null={}),  # that is of the attributes themselves
        described=described,
        slopes={},
        notes=(*model.notes, *notes),
    )


def _note(attribute: str, of: str, slope: Slope) -> str:
    said = f"{attribute} beyond {of}: less {slope.slope:.2f} times {of}"
    if slope.corrected is not None:
        said += f" ({slope.corrected[0]:.2f} to {slope.corrected[1]:.2f} after correction for error in {of})"
    share = "an unknown share" if isnan(slope.share) else f"{slope.share:.0%}"
    return f"{said}; {share} of its variance is left"
