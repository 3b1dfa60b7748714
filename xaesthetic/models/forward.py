"""The one forward pass: photographs in; raw outputs, ratings and every method's maps out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor

from xaesthetic.core import plugins
from xaesthetic.core.errors import ModelError, XaestheticError
from xaesthetic.core.facts import MethodFacts
from xaesthetic.core.types import PRECISIONS, Experiment, InputSpec, Pixels
from xaesthetic.data import images
from xaesthetic.models.gradients import GRADIENTS
from xaesthetic.models.model import AttributeModel, Pass, device, select_rows
from xaesthetic.models.refits import refit_pass
from xaesthetic.models.target import Target, explained
from xaesthetic.run.maps import REFITS


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """What a session says of some photographs."""

    raw: Float32[np.ndarray, "n a"]
    """What maps explain."""
    ratings: Float32[np.ndarray, "n a"]
    """With each attribute's link applied."""
    maps: Mapping[str, Float32[np.ndarray, "n a _i _j"]]
    """By method, each on that method's grid: signed, un-normalised."""


@dataclass(frozen=True, slots=True)
class Session:
    """A model ready to rate and to explain."""

    model: AttributeModel
    """Placed on the device already."""
    device: str = ""
    """Where inputs go; where the model is, if it is empty."""
    precision: str = "full"
    """A name in `PRECISIONS`."""
    target: Target = field(default_factory=Target)
    """What maps explain; raw outputs and ratings are the model's whatever it is. Another than the default costs a pass."""
    partial: bool = False
    """Whether a method that explains only some of the outputs gives nan for the others; without, it is refused."""

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ModelError(f"no precision {self.precision!r}; there are {', '.join(PRECISIONS)}.")

    def run(self, pixels: Sequence[Pixels], methods: Sequence[str] = ()) -> Results:
        """Rate photographs and explain the ratings, in one pass through the network for all methods and attributes.

        Parameters
        ----------
        pixels
            One batch; the last bits of a network depend on what else is in it.
        methods
            Names that ``xaesthetic list methods`` shows; `REFITS` for the `cam` maps of a head's refits, from the same pass.

        Raises
        ------
        PluginError
            If there is no such method.
        ModelError
            If a method is not defined for this model.
        """
        return self.run_batch(to_batch(pixels, self.model.inputs, self.device or str(self.model.device)), methods)

    def run_batch(self, x: Float[Tensor, "b 3 h w"], methods: Sequence[str] = ()) -> Results:
        """Do the same for a batch of inputs on the device."""
        if not self.target.is_default:
            explained_maps = self.of_target().run_batch(x, methods).maps if methods else {}
            return replace(replace(self, target=Target()).run_batch(x), maps=explained_maps)
        named = [name for name in methods if name != REFITS]
        functions = {name: plugins.load("methods", name) for name in named}
        wanted = {method_facts(name).gradients for name in named}
        model = in_precision(self.model, self.precision)
        gradients = max(wanted, key=GRADIENTS.index, default="none")
        with torch.inference_mode(False), torch.no_grad():
            parts: list[Pass] = []
            maps: dict[str, list[np.ndarray]] = {name: [] for name in functions}
            for part in model.passes(x, gradients):
                for name in functions:
                    if method_facts(name).gradients == "full":
                        maps[name].append(self._maps(name, functions[name], part))
                parts.append(replace(part, gradients=None))
            taken = _together(model, parts)
            raw = taken.raw.float().cpu()
            made = {
                name: np.concatenate(maps[name], 1) if maps[name] else self._maps(name, function, taken)
                for name, function in functions.items()
            }
            if REFITS in methods:
                made[REFITS] = _maps("cam", plugins.load("methods", "cam"), refit_pass(taken))
        return Results(raw.numpy(), self.model.ratings(raw).numpy(), made)

    def of_target(self) -> "Session":
        """Return the session of the model whose outputs are the target."""
        return replace(self, model=explained(self.model, self.target), target=Target())

    def _maps(self, name: str, function: Callable[[Pass], Tensor], taken: Pass) -> Float32[np.ndarray, "n a _i _j"]:
        rows = explained_rows(taken.model, name) if self.partial else []
        if not rows or len(rows) == taken.raw.shape[1]:
            return _maps(name, function, taken)
        part = _maps(name, function, _narrowed(taken, rows))
        maps = np.full((len(part), taken.raw.shape[1], *part.shape[2:]), np.nan, np.float32)
        maps[:, rows] = part
        return maps


def _narrowed(taken: Pass, rows: Sequence[int]) -> Pass:
    """The same pass with these outputs only."""
    chosen = list(rows)
    sums = None if taken.gradient_sums is None else tuple(layer[:, chosen] for layer in taken.gradient_sums)
    full = None if taken.gradients is None else tuple(layer[:, chosen] for layer in taken.gradients)
    model = select_rows(taken.model, chosen)
    return replace(taken, model=model, raw=taken.raw[:, chosen], gradient_sums=sums, gradients=full)


def explained_rows(model: AttributeModel, method: str) -> list[int]:
    """Return the numbers of the outputs that a method explains: those with linear weights, where it reads them."""
    rows = range(len(model.attributes))
    return [row for row in rows if not method_facts(method).linear or model.head.linear_row(row) is not None]


def _together(model: AttributeModel, parts: Sequence[Pass]) -> Pass:
    """One pass of those of some outputs each, without the gradients themselves."""
    if len(parts) == 1:
        return parts[0]
    sums = [part.gradient_sums for part in parts if part.gradient_sums is not None]
    raw = torch.cat([part.raw for part in parts], dim=1)
    layers = tuple(torch.cat(layer, dim=1) for layer in zip(*sums, strict=True))
    return replace(parts[0], model=model, raw=raw, gradient_sums=layers)


def open_session(model: AttributeModel, experiment: Experiment) -> Session:
    """Return the session of a model that all stages of an experiment share: its device, precision and target."""
    target = Target(experiment.target, experiment.of)
    return Session(model, device(experiment.device), experiment.precision, target, partial=True)


def _maps(name: str, function: Callable[[Pass], Tensor], taken: Pass) -> Float32[np.ndarray, "n a _i _j"]:
    """Return a method's maps; what goes wrong in it is said in one line, for it may be anybody's."""
    model = taken.model
    try:
        maps = function(taken).detach().float().cpu().numpy()
    except XaestheticError:
        raise
    except Exception as error:
        if not taken.activations:
            raise ModelError(
                f"{name} needs a layer's activations, and none of {model.name} is known; use a method of the inputs, as "
                "--method occlusion."
            ) from error
        raise ModelError(f"the method {name} fails on {model.name} ({plugins.one_line(error)}).") from error
    if maps.ndim != 4 or maps.shape[:2] != taken.raw.shape:
        wanted = (*taken.raw.shape, "rows", "columns")
        raise ModelError(f"the method {name} gives {maps.shape} for {model.name}, but {wanted} were wanted.")
    return maps


def method_facts(name: str) -> MethodFacts:
    """Return what a method declares of itself; the defaults where it declares nothing.

    Raises
    ------
    PluginError
        If there is no such method, or it declares the facts of another kind.
    """
    return plugins.facts("methods", name)


def to_batch(pixels: Sequence[Pixels], inputs: InputSpec, on: str = "cpu") -> Float[Tensor, "b 3 h w"]:
    """Return photographs as one batch of a network's input."""
    return torch.from_numpy(np.stack([images.to_input(item, inputs) for item in pixels])).to(on)


def in_precision(model: AttributeModel, precision: str) -> AttributeModel:
    """Return the same model, whose passes are of a precision, a name in `PRECISIONS`."""
    if precision != "bf16" or model.runner is not None:  # a served network computes as its server does
        return model
    return replace(model, runner=_in_bfloat16)


def _in_bfloat16(model: AttributeModel, x: Float[Tensor, "b 3 h w"], gradients: str) -> Pass:
    """Run a network under autocast; what comes out is float32 again, so that methods sum in that."""
    with torch.autocast(x.device.type, torch.bfloat16):
        taken = replace(model, runner=None).run(x, gradients)
    return replace(
        taken,
        model=model,  # methods that run it again do so in bfloat16 too
        activations=_floats(taken.activations),
        raw=taken.raw.float(),
        gradient_sums=None if taken.gradient_sums is None else _floats(taken.gradient_sums),
        gradients=None if taken.gradients is None else _floats(taken.gradients),
    )


def _floats(layers: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(layer.float() for layer in layers)
