"""The paper's second network: the last block's global average only."""

from pathlib import Path

from xaesthetic.core.facts import model
from xaesthetic.models.model import AttributeModel
from xaesthetic_baselines._resnet50 import with_resnet50


@model(
    title="ResNet50-FT",
    downloads=("resnet50",),
    attributes=(
        "balancing_elements", "color_harmony", "content", "depth_of_field", "light", "object_emphasis", "rule_of_thirds",
        "vivid_color", "overall",
    ),
)  # fmt: skip
def resnet50_ft(weights: Path | None = None, random: bool = False) -> AttributeModel:
    """The paper's ResNet50-FT on torchvision's network: the average of the last block (2,048), one linear layer.

    Parameters
    ----------
    weights
        A folder that `xaesthetic train resnet50_ft` has written; None for ImageNet weights under an untrained head.
    random
        Whether all weights are random instead, the same every time.

    Raises
    ------
    ModelError
        If a weight file is missing or not the one that was meant.
    """
    return with_resnet50("resnet50_ft", slice(-1, None), weights, random)
