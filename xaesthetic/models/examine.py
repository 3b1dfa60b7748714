"""What a model is, as far as it can be had from outside: layers, outputs, inputs, source, and whether its maps add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import XaestheticError
from xaesthetic.core.types import InputSpec, Pixels, Source
from xaesthetic.models.contract import probe
from xaesthetic.models.forward import Session
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel

METHOD = "cam"
"""The method whose map's mean is the raw output, but for the bias."""
_CLOSE = 1e-4
_PROMISE = "global averages and one linear layer"
_OUTPUTS = 20


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the maps of `cam` add up to the raw output, tried on photographs."""

    adds_up: bool | None
    """None where nothing is promised."""
    sentence: str
    """How exactly, or why nothing is promised."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What a model is."""

    name: str
    layers: Mapping[str, tuple[int, ...]]
    """Each layer's channels, rows and columns."""
    outputs: tuple[Attribute, ...]
    links: tuple[str, ...]
    """From the raw output to the rating, one for each output."""
    inputs: InputSpec
    source: Source
    notes: tuple[str, ...]
    proof: Proof

    @property
    def fits(self) -> bool:
        """Whether all that is promised holds."""
        return self.proof.adds_up is not False


def examine_model(choice: str | ModelChoice, photographs: Sequence[Pixels] = (), trust: bool = False) -> Examination:
    """Load a model and say what it is.

    Parameters
    ----------
    choice
        As for `load_model`.
    photographs
        On which it is tried whether maps add up, beside two of noise.
    trust
        Whether a model folder's own Python file may run.

    Raises
    ------
    XaestheticError
        If it cannot be loaded.
    """
    model = load_model(choice, on="cpu", trust=trust)
    taken = model.run(probe(model)[:1])
    names = model.layers or tuple(f"layer {number}" for number in range(1, len(taken.activations) + 1))
    shapes = {name: tuple(layer.shape[1:]) for name, layer in zip(names, taken.activations, strict=True)}
    links = model.links or ("identity",) * len(model.attributes)
    return Examination(
        model.name, shapes, model.descriptions, links, model.inputs, model.source, model.notes, prove(model, photographs)
    )


def prove(model: AttributeModel, photographs: Sequence[Pixels]) -> Proof:
    """Try on photographs and on noise whether the mean of each `cam` plus the bias is the raw output."""
    lacking = [name for row, name in enumerate(model.attributes) if model.head.linear_row(row) is None]
    if len(lacking) == len(model.attributes):
        why = f"its head is not proved to be {_PROMISE}" if model.layers else "it has no grid"
        return Proof(None, f"maps promise no sum: {why}")
    if lacking:
        return Proof(None, f"maps promise no sum for {', '.join(lacking[:_OUTPUTS])}: not {_PROMISE}")
    noise = np.random.default_rng(0).integers(0, 256, (2, *model.inputs.size, 3), dtype=np.uint8)
    pictures = [*photographs, *noise]
    try:
        off = max(_off(model, [picture]) for picture in pictures)
    except XaestheticError as error:
        return Proof(False, str(error))
    within = off <= _CLOSE
    verb = "add up" if within else "do not add up"
    return Proof(
        within, f"maps of {METHOD} {verb} to the raw outputs: off by {off:.1e} at most, on {len(pictures)} pictures"
    )


def _off(model: AttributeModel, pictures: Sequence[Pixels]) -> float:
    """The largest difference, as a share of what is summed."""
    results = Session(model).run(pictures, [METHOD])
    if model.bias is None:
        return float("nan")
    bias = model.bias.detach().float().cpu().numpy()
    maps = results.maps[METHOD]
    size = np.abs(maps).mean((2, 3)) + np.abs(bias) + np.finfo(np.float32).tiny
    return float((np.abs(maps.mean((2, 3), dtype=np.float64) + bias - results.raw) / size).max())


def state(examination: Examination) -> dict[str, object]:
    """What was examined, as JSON takes it."""
    inputs = examination.inputs
    mean = "an image" if isinstance(inputs.mean, np.ndarray) else list(inputs.mean)
    return {
        "model": examination.name,
        "layers": {name: list(shape) for name, shape in examination.layers.items()},
        "outputs": [
            {
                "name": item.name,
                "title": item.title,
                "range": item.range,
                "link": link,
                "higher_is_better": item.higher_is_better,
            }
            for item, link in zip(examination.outputs, examination.links, strict=True)
        ],
        "inputs": {
            "size": list(inputs.size),
            "mean": mean,
            "std": list(inputs.std),
            "scale": inputs.scale,
            "bgr": inputs.bgr,
            "resample": inputs.resample,
        },
        "citation": examination.source.citation,
        "licence": examination.source.licence,
        "trained": examination.source.trained,
        "sha256": dict(examination.source.files),
        "notes": list(examination.notes),
        "adds_up": examination.proof.adds_up,
        "proof": examination.proof.sentence,
    }
