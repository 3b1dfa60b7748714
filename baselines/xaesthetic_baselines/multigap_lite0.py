"""The embedded default: the paper's multi-GAP idea on a backbone that comes with pip."""

from pathlib import Path

from xaesthetic.core.facts import model
from xaesthetic.core.para import PARA_ATTRIBUTES
from xaesthetic.models.model import AttributeModel
from xaesthetic_baselines._lite0 import with_lite0


@model(title="multi-GAP Lite0", attributes=PARA_ATTRIBUTES)
def multigap_lite0(weights: Path | None = None) -> AttributeModel:
    """EfficientNet-Lite0, all 16 blocks; a linear layer trained on people's ratings and on edits (research use, PARA).

    Global averages of all 16 blocks (8,960 channels). The backbone is frozen: only the linear layer was fitted.
    For research and learning only: PARA's terms.

    Parameters
    ----------
    weights
        A folder that `xaesthetic train multigap_lite0` has written; None for the embedded head.

    Raises
    ------
    ModelError
        If a weight file is missing or not the one that was meant.
    """
    return with_lite0("multigap_lite0", slice(None), weights)
