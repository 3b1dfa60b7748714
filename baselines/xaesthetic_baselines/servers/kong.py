"""Kong et al.'s network in Caffe, for `kong_alexnet`."""

from pathlib import Path

from xaesthetic.core.facts import server
from xaesthetic.models.serving.served import Served
from xaesthetic_baselines._kong_files import kong_files


@server(downloads=("kong",))
def kong(weights: Path | None = None) -> Served:
    """The attribute network of Kong et al. 2016 in Caffe, for the model kong_alexnet.

    Parameters
    ----------
    weights
        The folder with the published files; None for where 'xaesthetic data fetch kong' puts them.

    Raises
    ------
    MissingWeightsError
        If a file is not there; says where it is to be had.
    """
    prototxt, caffemodel, mean = kong_files(weights)
    return Served(prototxt, caffemodel, (mean,))
