"""To `multigap_lite0` what ResNet50-FT is to the paper's model: the last maps only."""

from pathlib import Path

from xaesthetic.core.facts import model
from xaesthetic.core.para import PARA_ATTRIBUTES
from xaesthetic.models.model import AttributeModel
from xaesthetic_baselines._lite0 import with_lite0


@model(title="Lite0-FT", attributes=PARA_ATTRIBUTES)
def lite0_ft(weights: Path | None = None) -> AttributeModel:
    """EfficientNet-Lite0, the last block; a linear layer trained on people's ratings and on edits (research use, PARA).

    Global averages of the last block (1,152 channels). The backbone is frozen, other than ResNet50-FT's:
    only the linear layer was fitted. For research and learning only: PARA's terms.

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
