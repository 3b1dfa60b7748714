"""The converted network of Kong et al. as a model."""

from collections.abc import Sequence
from pathlib import Path

from xaesthetic.core.attributes import NAMES
from xaesthetic.core.errors import MissingWeightsError, ModelError
from xaesthetic.core.types import Source
from xaesthetic.data.fetch.registry import cached
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.weights import read_tensors
from xaesthetic_baselines._heads import described, kept_files
from xaesthetic_baselines._kong import CITATION, LICENCE, SIZE, KongAlexNet, inputs, layers

_NAME = "kong_alexnet_torch"


def kong_torch(weights: Path | None = None) -> AttributeModel:
    """The network with the weights that `xaesthetic convert kong` has written.

    Raises
    ------
    MissingWeightsError
        If there are none.
    ModelError
        If a file is damaged, or not of this network.
    """
    folder = weights or cached(_NAME)
    if not (folder / f"{_NAME}.json").is_file():
        raise MissingWeightsError(
            f"{folder}: no {_NAME}.json; run 'xaesthetic data fetch kong' (research use) and then 'xaesthetic convert kong "
            "initModel.prototxt initModel.caffemodel mean_AADB_regression_warp256.binaryproto'."
        )
    tensors, manifest = read_tensors(folder, _NAME)
    if tuple(manifest["attributes"]) != NAMES:
        raise ModelError(f"{folder / _NAME}.json: its attributes are not {', '.join(NAMES)}; convert it again.")
    network = KongAlexNet(layers())
    try:
        mean = tensors.pop("mean").numpy()
        network.load_state_dict(tensors)
    except (KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[-1].strip()
        raise ModelError(f"{folder / _NAME}.safetensors: is not this network ({reason}); convert it again.") from error
    if mean.shape != (3, SIZE, SIZE):
        raise ModelError(f"{folder / _NAME}.safetensors: its mean image is {mean.shape}; {(3, SIZE, SIZE)} was wanted.")
    files = kept_files(folder, _NAME)
    source = Source(CITATION, LICENCE, described(manifest, files), files)
    return AttributeModel(NAMES, inputs(mean), network, kong_head(network, range(len(NAMES))), source, network)


def kong_head(network: KongAlexNet, outputs: Sequence[int]) -> FunctionHead:
    """The network above conv5, with some of its outputs; no other's gradients are ever computed.

    Parameters
    ----------
    network
        Moves with the model.
    outputs
        Places in the order of `ATTRIBUTES`.
    """
    return FunctionHead(
        lambda activations: network.head(activations)[:, list(outputs)],
        with_sums=lambda activations: network.with_sums(activations, outputs),
        choose=lambda rows: kong_head(network, [outputs[row] for row in rows]),
        copies=False,
    )
