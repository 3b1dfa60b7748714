"""Kong et al.'s Caffe network, its weights converted once, run in torch."""

from pathlib import Path

import numpy as np

from xaesthetic.core.attributes import NAMES
from xaesthetic.core.facts import model
from xaesthetic.core.types import Source
from xaesthetic.models.model import AttributeModel
from xaesthetic_baselines._kong import CITATION, LICENCE, SIZE, KongAlexNet, inputs, layers
from xaesthetic_baselines._kong_torch import kong_head, kong_torch


@model(title="Kong et al. AlexNet (torch)", downloads=("kong",), attributes=NAMES)
def kong_alexnet_torch(weights: Path | None = None, random: bool = False) -> AttributeModel:
    """Kong et al. 2016 in torch: AlexNet, eleven attributes and the score, maps at conv5 (non-commercial research use).

    Its head is no linear layer, so `cam` is not defined for it; `grad_cam` is what the paper shows.

    Parameters
    ----------
    weights
        A folder that `xaesthetic convert kong` has written; None for the cache.
    random
        Whether all weights are random instead, the same every time.

    Raises
    ------
    MissingWeightsError
        If nothing has been converted yet.
    ModelError
        If a file is damaged, or not of this network.
    """
    return _random_kong() if random else kong_torch(weights)


def _random_kong() -> AttributeModel:
    """The network before training, on photographs less a grey; nothing has to be fetched."""
    network = KongAlexNet(layers())
    gray = np.full((3, SIZE, SIZE), 128, np.float32)
    source = Source(CITATION, LICENCE, "random weights, not trained", {})
    return AttributeModel(NAMES, inputs(gray), network, kong_head(network, range(len(NAMES))), source, network)
