"""NIMA: a network trained on the scores that people gave the photographs of AVA."""

from pathlib import Path

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import MissingWeightsError, ModelError
from xaesthetic.core.facts import model
from xaesthetic.core.types import Source
from xaesthetic.data.fetch.registry import cached
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.weights import Weights, read_weights, untrained, validate_shape
from xaesthetic_baselines._heads import described, kept_files
from xaesthetic_baselines._nima import (
    CHANNELS,
    CITATION,
    CONVERTED,
    INPUTS,
    LICENCE,
    NAMES,
    SCORES,
    TRAINED,
    MobileNet,
    nima_head,
)

_DESCRIBED = (
    Attribute("overall", "Overall Aesthetic Score", low=1, high=10),
    Attribute("overall_std", "Deviation of the Scores", low=0, high=4.5),
)
"""For random weights too; the declaration repeats it, as that is read without importing this file."""


@model(
    title="NIMA",
    downloads=("nima",),
    attributes=(
        Attribute("overall", "Overall Aesthetic Score", low=1, high=10),
        Attribute("overall_std", "Deviation of the Scores", low=0, high=4.5),
        "logit_1", "logit_2", "logit_3", "logit_4", "logit_5",
        "logit_6", "logit_7", "logit_8", "logit_9", "logit_10",
    ),
)  # fmt: skip
def nima(weights: Path | None = None, random: bool = False) -> AttributeModel:
    """NIMA (MobileNet), trained by idealo on AVA: the mean of the scores 1 to 10, their deviation, and ten logits.

    The logits are linear, so `cam` is exact for them; mean and deviation come after a softmax, where `grad_cam` is defined.

    Parameters
    ----------
    weights
        A folder that `xaesthetic convert nima` has written; None for the cache.
    random
        Whether all weights are random instead, the same every time.

    Raises
    ------
    MissingWeightsError
        If nothing has been converted yet.
    ModelError
        If a file is damaged, or not of this network.
    """
    network = MobileNet()
    if random:
        plain = Weights(*untrained(SCORES, CHANNELS), {}, {"attributes": list(NAMES[-SCORES:])})
        return _model(network, plain, {}, "random weights, not trained")
    folder = weights or cached("nima")
    if not (folder / "nima.json").is_file():
        raise MissingWeightsError(
            f"{folder}: no nima.json; run 'xaesthetic data fetch nima' and then 'xaesthetic convert nima FILE'."
        )
    kept = read_weights(folder, "nima")
    if tuple(kept.manifest["attributes"]) != NAMES[-SCORES:]:
        raise ModelError(f"{folder / 'nima.json'}: its attributes are not {', '.join(NAMES[-SCORES:])}; convert it again.")
    try:
        network.load_state_dict(dict(kept.backbone))
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise ModelError(f"{folder / 'nima.safetensors'}: is not this network ({reason}); convert it again.") from error
    files = kept_files(folder, "nima")
    return _model(network, kept, files, described(kept.manifest, files, CONVERTED, TRAINED))


def _model(network: MobileNet, head: Weights, files: dict[str, str], trained: str) -> AttributeModel:
    validate_shape(head, "nima", CHANNELS)
    source = Source(CITATION, LICENCE, trained, files)
    scores = nima_head(head.weights, head.bias)
    return AttributeModel(NAMES, INPUTS, network, scores, source, network, described=_DESCRIBED)
