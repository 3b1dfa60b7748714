"""Kong et al.'s Caffe network, its weights converted once, run in torch."""

from pathlib import Path

from xaesthetic.core.facts import model
from xaesthetic.models.model import AttributeModel
from xaesthetic_baselines._kong_torch import kong_torch


@model(downloads=("kong",))
def kong_alexnet_torch(weights: Path | None = None) -> AttributeModel:
    """The network of Kong et al. 2016 (Caffe) in torch: AlexNet, eleven attributes and the score; maps at conv5.

    Its head is no linear layer, so `cam` is not defined for it; `grad_cam` is what the paper shows.

    Parameters
    ----------
    weights
        A folder that `xaesthetic convert kong` has written; None for the cache.

    Raises
    ------
    MissingWeightsError
        If nothing has been converted yet.
    ModelError
        If a file is damaged, or not of this network.
    """
    return kong_torch(weights)
