"""Run by Caffe's own Python: makes a Kong-shaped network and what plain pycaffe computes with it.

    python pycaffe_kong.py FOLDER small|full

Gradients as the protocol of an experiment on paper: all differences zero, one at the output, backward to the layer
behind the rectifier, to the rectifier, or to the photographs.
"""

import os
import sys
from pathlib import Path

import numpy as np

os.environ["GLOG_minloglevel"] = "2"  # noqa: SIM112  # its name
import caffe
from kong_files import BRANCHES, FULL, WIDTHS, blob, mean_image, prototxt, weights

OUTPUTS = [*(f"fc9_{branch}" for branch in BRANCHES), "fc11_score"]


def gradient(net, output, end, name):
    for each in net.blobs.values():
        each.diff[...] = 0
    net.blobs[output].diff[...] = 1
    net.backward(start=output, end=end)
    return net.blobs[name].diff.copy()


def main(folder, size):
    widths = {"small": WIDTHS, "full": FULL}[size]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "initModel.prototxt").write_text(prototxt(widths))
    (folder / "mean_AADB_regression_warp256.binaryproto").write_bytes(blob(mean_image(), old=True))
    forced = folder / "forced.txt"
    forced.write_text("force_backward: true\n" + prototxt(widths))
    caffe.set_mode_cpu()
    net = caffe.Net(str(forced), caffe.TEST)
    for name, pair in weights(widths).items():
        for param, array in zip(net.params[name], pair):  # noqa: B905  # Python 3.9
            param.data[...] = array.reshape(param.data.shape)
    net.save(str(folder / "initModel.caffemodel"))
    found = {}
    for rows in (1, 7) if size == "small" else (2,):
        x = np.random.default_rng(rows).normal(0, 60, (rows, 3, 227, 227)).astype(np.float32)
        net.blobs["imgLow"].reshape(*x.shape)
        net.reshape()
        net.blobs["imgLow"].data[...] = x
        net.forward()
        found[f"{rows}/imgLow"] = x
        for name in ("conv5", "fc8_Light", *OUTPUTS):
            found[f"{rows}/{name}"] = net.blobs[name].data.copy()
        for output in OUTPUTS:
            found[f"{rows}/grad:{output}:conv5"] = gradient(net, output, "pool5", "conv5")
            found[f"{rows}/grad:{output}:conv5:pre"] = gradient(net, output, "relu_conv5", "conv5")
        for output in ("fc9_Light", "fc11_score"):
            found[f"{rows}/grad:{output}:imgLow"] = gradient(net, output, "conv1", "imgLow")
    np.savez(folder / "wanted.npz", **found)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
