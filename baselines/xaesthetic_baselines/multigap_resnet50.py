"""The paper's network: the global averages of all blocks."""

from pathlib import Path

from xaesthetic.core.facts import model
from xaesthetic.models.model import AttributeModel
from xaesthetic_baselines._resnet50 import with_resnet50


@model(
    title="multi-GAP ResNet50",
    downloads=("resnet50",),
    attributes=(
        "balancing_elements", "color_harmony", "content", "depth_of_field", "light", "object_emphasis", "rule_of_thirds",
        "vivid_color", "overall",
    ),
)  # fmt: skip
def multigap_resnet50(weights: Path | None = None, random: bool = False) -> AttributeModel:
    """The paper's multi-GAP ResNet50 on torchvision's network: averages of all 16 blocks (15,104), one linear layer.

    tanh for attributes and a sigmoid for the score make ratings of the raw outputs; maps explain the raw outputs.

    Parameters
    ----------
    weights
        A folder that `xaesthetic train multigap_resnet50` has written; None for ImageNet weights under an untrained head.
    random
        Whether all weights are random instead, the same every time.

    Raises
    ------
    ModelError
        If a weight file is missing or not the one that was meant.
    """
    return with_resnet50("multigap_resnet50", slice(None), weights, random)
