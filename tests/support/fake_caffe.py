"""The Caffe server with a small network of numpy in the place of Caffe's: fake_caffe.py OPTIONS, as server.py takes them.

data (3, 4, 4) -> conv (5, 4, 4), rectified in place -> a copy for each of light (1) and score (2)
"""

import sys
from pathlib import Path

import numpy as np

SERVER = Path(__file__).parents[2] / "docker" / "caffe"
RANDOM = np.random.default_rng(3)
MIX, LIGHT, SCORE = RANDOM.normal(size=(5, 3)), RANDOM.normal(size=(1, 80)), RANDOM.normal(size=(2, 80))
INNER = (5, 4, 4)
SHAPES = {"data": (3, 4, 4), "conv": INNER, "conv_split_0": INNER, "conv_split_1": INNER, "light": (1,), "score": (2,)}


def computed(x):
    """The blobs, and the gradients of `light` after and before the rectifier, from their definitions."""
    raw = np.einsum("kc,ncij->nkij", MIX, x)
    conv = np.maximum(raw, 0)
    flat = conv.reshape(len(x), -1)
    after = np.broadcast_to(LIGHT.reshape(1, 5, 4, 4), conv.shape)
    return {
        "conv": conv, "light": flat @ LIGHT.T, "score": flat @ SCORE.T,
        "grad:light:conv": after, "grad:light:conv:pre": after * (raw > 0), "gradsum:light:conv": after.sum((2, 3)),
    }  # fmt: skip


class Blob:
    def __init__(self, *shape):
        self.reshape(*shape)

    def reshape(self, *shape):
        self.data, self.diff = np.zeros(shape, np.float32), np.zeros(shape, np.float32)


class Net:
    """What the server uses of caffe.Net; a layer writes over the gradients of what it reads, as Caffe's do."""

    layers = (
        (["data"], ["conv"]), (["conv"], ["conv"]), (["conv"], ["conv_split_0", "conv_split_1"]),
        (["conv_split_0"], ["light"]), (["conv_split_1"], ["score"]),
    )  # fmt: skip
    inputs, outputs = ("data",), ("light", "score")

    def __init__(self):
        self.blobs = {name: Blob(1, *shape) for name, shape in SHAPES.items()}
        self._blob_names, self._layer_names = list(SHAPES), ["conv", "relu", "split", "light", "score"]

    def _bottom_ids(self, layer):
        return [self._blob_names.index(name) for name in self.layers[layer][0]]

    def _top_ids(self, layer):
        return [self._blob_names.index(name) for name in self.layers[layer][1]]

    def reshape(self):
        rows = len(self.blobs["data"].data)
        for name, shape in SHAPES.items():
            if name != "data":
                self.blobs[name].reshape(rows, *shape)

    def _forward(self, first, last):
        data = {name: blob.data for name, blob in self.blobs.items()}
        rows = len(data["data"])
        for layer in range(first, last + 1):
            if layer == 0:
                data["conv"][...] = np.einsum("kc,ncij->nkij", MIX, data["data"])
            elif layer == 1:
                np.maximum(data["conv"], 0, out=data["conv"])
            elif layer == 2:
                data["conv_split_0"][...] = data["conv_split_1"][...] = data["conv"]
            else:
                top, weights = (("light", LIGHT), ("score", SCORE))[layer - 3]
                data[top][...] = data[f"conv_split_{layer - 3}"].reshape(rows, -1) @ weights.T

    def _backward(self, begin, stop):
        diff = {name: blob.diff for name, blob in self.blobs.items()}
        for layer in range(begin, stop - 1, -1):
            if layer == 0:
                diff["data"][...] = np.einsum("kc,nkij->ncij", MIX, diff["conv"])
            elif layer == 1:
                diff["conv"] *= self.blobs["conv"].data > 0
            elif layer == 2:
                diff["conv"][...] = diff["conv_split_0"] + diff["conv_split_1"]
            else:
                top, weights = (("light", LIGHT), ("score", SCORE))[layer - 3]
                diff[f"conv_split_{layer - 3}"][...] = (diff[top] @ weights).reshape(-1, 5, 4, 4)


if __name__ == "__main__":
    sys.path.insert(0, str(SERVER))
    import server

    server.load_net = lambda *_: Net()
    server.main()
