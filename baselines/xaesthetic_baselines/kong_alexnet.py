"""Kong et al.'s network, run by Caffe itself behind a model server."""

from pathlib import Path

from xaesthetic.core.attributes import ATTRIBUTES, NAMES
from xaesthetic.core.facts import model
from xaesthetic.core.files import sha256
from xaesthetic.core.types import Source
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.remote import Blobs, remote_model
from xaesthetic.models.serving.served import connect, read_serving
from xaesthetic.models.weights import trained_claim
from xaesthetic_baselines._kong import CITATION, LICENCE, SIZE, TRAINED, inputs
from xaesthetic_baselines._kong_files import PUBLISHED, kong_files, middle_of_mean
from xaesthetic_baselines._kong_torch import kong_torch

_SERVER = "kong"


@model(title="Kong et al. AlexNet", downloads=("kong",), attributes=NAMES)
def kong_alexnet(weights: Path | None = None) -> AttributeModel:
    """Kong et al. 2016 in Caffe: AlexNet, eleven attributes and the score, maps at conv5 (non-commercial research use).

    `xaesthetic model-server start kong` runs it, in a container or in a virtual environment; `--runtime torch` puts the
    converted network here instead. Its head is no linear layer: use `grad_cam`.

    Parameters
    ----------
    weights
        The folder with the published files; None for the server's.

    Raises
    ------
    MissingWeightsError
        If the files are not there.
    ServerError
        If no server runs, or it runs another model.
    """
    serving = read_serving(_SERVER)
    if weights is None and serving is not None:
        if serving.runtime == "torch":
            return kong_torch(Path(serving.weights))
        weights = Path(serving.weights)
    files = kong_files(weights)
    sums = {file.name: sha256(file) for file in files}
    prototxt, caffemodel, mean = files
    client = connect(_SERVER, {"prototxt": sums[prototxt.name], "caffemodel": sums[caffemodel.name]})
    trained = trained_claim({caffemodel.name: sums[caffemodel.name]}, PUBLISHED, TRAINED)
    return remote_model(
        client,
        Blobs("imgLow", "conv5", tuple(item.blob for item in ATTRIBUTES)),
        [item.name for item in ATTRIBUTES],
        inputs(middle_of_mean(mean, SIZE)),
        Source(CITATION, LICENCE, trained, sums),
    )
