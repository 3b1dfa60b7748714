"""To `multigap_lite0` what ResNet50-FT is to the paper's model: the last maps only."""

from pathlib import Path

from xaesthetic.core.facts import model
from xaesthetic.models.model import AttributeModel
from xaesthetic_baselines._lite0 import with_lite0


@model(
    attributes=(
        "balancing_elements", "color_harmony", "depth_of_field", "light", "object_emphasis", "rule_of_thirds",
        "vivid_color",
    )
)  # fmt: skip
def lite0_ft(weights: Path | None = None) -> AttributeModel:
    """EfficientNet-Lite0, global average of the last block only (1,152 channels), one linear layer trained on edits.

    The backbone is frozen, other than ResNet50-FT's: only the linear layer was fitted.

    Parameters
    ----------
    weights
        A folder that `xaesthetic train lite0_ft` has written; None for the embedded head.

    Raises
    ------
    ModelError
        If a weight file is missing or not the one that was meant.
    """
    return with_lite0("lite0_ft", slice(-1, None), weights)
