"""What the published network's head does, whichever backbone it stands on; and which files are the published ones."""

from collections.abc import Mapping
from types import MappingProxyType

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.attributes import ATTRIBUTES
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.pooling import Activations, global_average

NORMS = ("none", "batch", "running")
TRAINED_AT = 16
"""The batch that it was trained with: features were divided by their norm over so many photographs."""
LINKS: tuple[str, ...] = tuple(
    "sigmoid" if item.name in ("repetition", "symmetry", "overall") else "tanh" for item in ATTRIBUTES
)
PUBLISHED: Mapping[str, str] = MappingProxyType(
    {
        "weights-improvement__016-0.022715.hdf5": "5201b5eddf3204589a6cb80ebe725d4ffb1678752fec260e1f76a20ff41f1f25",
        "weights.pkl": "dc63cc435afa328c763b49693c5108e5380221a5f1f7f2f245734693b2bf26e8",
    }
)
"""The sha256 of the two files that the authors published."""
PUBLISHED_HEADS: Mapping[str, str] = MappingProxyType(
    {"malu_resnet50.safetensors": "b8882a413db04b9383288275ea4895d596dc0406238db5bd49da9de3e2aa691a"}
)
"""The sha256 of what 'xaesthetic convert malu weights.pkl --heads' writes of the published one."""
HEADS_ALONE = "on an ImageNet backbone that they were not trained on"


def batch_normed(weights: Float[Tensor, "a k"], bias: Float[Tensor, " a"]) -> FunctionHead:
    """The code's head: every feature divided by its Euclidean norm over the batch, `K.l2_normalize(x, 0)`.

    Ratings depend on what else is in the batch: alone every photograph gets the same, and from 16 to 64 photographs the
    outputs (less the bias) halve.
    """

    def raw(activations: Activations) -> Float[Tensor, "b a"]:
        features = global_average(activations)
        norm = (features**2).sum(0).clamp(min=1e-12).sqrt()
        return torch.nn.functional.linear(features / norm, weights.to(features), bias.to(features))

    return FunctionHead(raw, copies=False)
