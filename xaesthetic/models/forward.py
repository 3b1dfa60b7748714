"""The forward pass: photographs in, ratings and maps out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core import plugins
from xaesthetic.core.types import InputSpec, Pixels
from xaesthetic.data import images
from xaesthetic.models.model import AttributeModel


def to_batch(pixels: Sequence[Pixels], inputs: InputSpec, on: str = "cpu") -> Float[Tensor, "b 3 h w"]:
    """Photographs as one batch of a network's input."""
    return torch.from_numpy(np.stack([images.to_input(each, inputs) for each in pixels])).to(on)


@dataclass(frozen=True, slots=True)
class Results:
    """What a model makes of a batch."""

    raw: np.ndarray
    ratings: np.ndarray
    maps: Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Session:
    """A model on a device."""

    model: AttributeModel
    device: str = "cpu"
    precision: str = "full"

    def run(self, pixels: Sequence[Pixels], methods: Sequence[str] = ()) -> Results:
        """Rate and explain a batch."""
        return self.run_batch(to_batch(pixels, self.model.inputs, self.device), methods)

    def run_batch(self, x: Tensor, methods: Sequence[str] = ()) -> Results:
        """Rate and explain inputs."""
        with torch.no_grad():
            activations = self.model.features(x)
            raw = self.model.head(activations)
            ratings = self.model.ratings(raw)
        functions = {name: plugins.load("methods", name) for name in methods}
        maps = {name: each(self.model, x, activations).detach().float().cpu().numpy() for name, each in functions.items()}
        return Results(raw.float().cpu().numpy(), ratings.float().cpu().numpy(), maps)
