"""`multigap_lite0` as it is under a free licence: its head is trained on controlled edits alone."""

from pathlib import Path

from xaesthetic.core.facts import model
from xaesthetic.models.model import AttributeModel
from xaesthetic_baselines._lite0 import with_lite0


@model(
    title="multi-GAP Lite0 (edits)",
    attributes=(
        "balancing_elements", "color_harmony", "depth_of_field", "light", "object_emphasis", "rule_of_thirds",
        "vivid_color",
    )
)  # fmt: skip
def multigap_lite0_edits(weights: Path | None = None) -> AttributeModel:
    """EfficientNet-Lite0, all 16 blocks (8,960 channels); a linear layer trained on edits alone (MIT).

    Parameters
    ----------
    weights
        A folder that `xaesthetic train multigap_lite0_edits` has written; None for the embedded head.

    Raises
    ------
    ModelError
        If a weight file is missing or not the one that was meant.
    """
    return with_lite0("multigap_lite0_edits", slice(None), weights)
