"""One Caffe network: what a request may want of it, and computing that.

Caffe ends the process where it disagrees with a shape, so nothing reaches it unchecked: a `Plan` is what was checked.
"""

from __future__ import annotations

import math
import os
import tempfile
from dataclasses import dataclass
from typing import Any

import numpy as np
from protocol import Refused

DIFF = "diff:"


def load_net(prototxt: str, caffemodel: str) -> Any:
    """A caffe.Net whose backward pass reaches every blob and computes no gradients of weights."""
    os.environ.setdefault("GLOG_minloglevel", "2")
    import caffe
    from caffe.proto import caffe_pb2
    from google.protobuf import text_format

    with open(prototxt, encoding="utf-8") as file:
        net = text_format.Parse(file.read(), caffe_pb2.NetParameter())
    net.force_backward = True
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.prototxt")

        def load(**weights: str) -> Any:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text_format.MessageToString(net))
            return caffe.Net(path, caffe.TEST, **weights)

        counts = {name: len(blobs) for name, blobs in load().params.items()}
        for layer in net.layer:
            del layer.param[counts.get(layer.name, 0) :]
            while len(layer.param) < counts.get(layer.name, 0):
                layer.param.add()
            for param in layer.param:
                param.lr_mult = 0
        for layer in net.layers:  # the older format
            layer.blobs_lr[:] = [0] * counts.get(layer.name, 0)
        return load(weights=caffemodel)


@dataclass(frozen=True)
class Gradient:
    """An output's gradient at a blob."""

    output: str
    blob: str
    pre: bool
    """Before the layers that work in place on the blob."""
    summed: bool
    """Over each channel's grid."""


@dataclass(frozen=True)
class Plan:
    """A request that can be computed."""

    tensors: dict[str, np.ndarray]
    seeds: dict[str, np.ndarray]
    """What a backward pass begins with, by output."""
    values: list[str]
    gradients: dict[str, Gradient]
    first: int
    """The first layer to compute."""
    rows: int

    @property
    def outputs(self) -> list[str]:
        """Where backward passes begin."""
        return list(dict.fromkeys(gradient.output for gradient in self.gradients.values()))


class Network:
    """A caffe.Net that takes batches of any size. Not for two threads at once, but for `plan` and `size`."""

    def __init__(self, net: Any, most: int) -> None:
        self.net, self.most = net, most
        names = list(net._blob_names)
        layers = range(len(net._layer_names))
        self.tops = [[names[blob] for blob in net._top_ids(layer)] for layer in layers]
        self.bottoms = [[names[blob] for blob in net._bottom_ids(layer)] for layer in layers]
        self.inputs, self.ends = list(net.inputs), list(net.outputs)
        self.shapes = {name: tuple(blob.data.shape[1:]) for name, blob in net.blobs.items()}
        self.forwards = self.backwards = self.rows = 0

    def blobs(self) -> list[str]:
        """What can be wanted: the outputs, then all else but copies that Caffe makes for itself."""
        inner = [name for name in self.shapes if name not in (*self.ends, *self.inputs) and "_split_" not in name]
        return [*self.ends, *inner]

    def plan(self, tensors: dict[str, np.ndarray], wanted: list[str]) -> Plan:
        """Make sure that a request can be computed, or refuse it."""
        seeds = {name[len(DIFF) :]: array for name, array in tensors.items() if name.startswith(DIFF)}
        tensors = {name: array for name, array in tensors.items() if not name.startswith(DIFF)}
        gradients = {name: self._gradient(name) for name in wanted if name.startswith(("grad:", "gradsum:"))}
        first, computed = self._begin(tensors)
        plan = Plan(tensors, seeds, [name for name in wanted if name not in gradients], gradients, first, rows_of(tensors))
        for name in (*plan.values, *plan.outputs, *seeds):
            self._known(name)
            if name not in computed:
                raise Refused(f"{name!r} does not follow from {', '.join(tensors)} alone.")
        for name, gradient in gradients.items():
            if gradient.blob not in computed or (gradient.pre and gradient.blob in tensors):
                raise Refused(f"{name!r} lies before {', '.join(tensors)}, which was given.")
        for name in seeds:
            if name not in plan.outputs:
                raise Refused(f"'{DIFF}{name}' was given, but no gradient of {name!r} is asked for.")
        self._shapes_fit(plan)
        return plan

    def size(self, plan: Plan) -> int:
        """How many numbers the answer holds."""
        shapes = [self.shapes[name] for name in plan.values]
        shapes += [self.shapes[item.blob][: 1 if item.summed else None] for item in plan.gradients.values()]
        return plan.rows * sum(map(math.prod, shapes))

    def run(self, plan: Plan) -> dict[str, np.ndarray]:
        """One forward pass, and a backward pass for each output whose gradients are wanted."""
        self._forward(plan)
        result = {name: np.array(self.net.blobs[name].data) for name in plan.values}
        for output in plan.outputs:
            wanted = {name: gradient for name, gradient in plan.gradients.items() if gradient.output == output}
            result.update(self._backward(output, wanted, plan.seeds.get(output)))
        return result

    def _gradient(self, name: str) -> Gradient:
        kind, *blobs = name.split(":")
        end = blobs.pop() if len(blobs) == 3 else "post"
        if len(blobs) != 2 or end not in ("pre", "post"):
            raise Refused(
                f"output {name!r}: 'grad:<output>:<blob>' was wanted, with ':pre' or ':post' behind it or nothing."
            )
        for blob in blobs:
            self._known(blob)
        return Gradient(blobs[0], blobs[1], end == "pre", kind == "gradsum")

    def _known(self, blob: str) -> None:
        if blob not in self.shapes:
            raise Refused(f"the network has no blob {blob!r}; its metadata lists them.")

    def _begin(self, tensors: dict[str, np.ndarray]) -> tuple[int, set[str]]:
        """The first layer to compute, and every blob that then depends on nothing but the tensors."""
        for name in tensors:
            self._known(name)
        inner = [name for name in tensors if name not in self.inputs]
        if set(tensors) != set(self.inputs) and not (len(inner) == len(tensors) == 1):
            raise Refused(
                f"the inputs are {', '.join(self.inputs)}, or instead one blob inside the network; "
                f"{', '.join(tensors) or 'none'} came."
            )
        first = self._last_writer(inner[0]) + 1 if inner else 0
        computed = set(tensors)
        for layer in range(first, len(self.tops)):
            if self.bottoms[layer] and computed.issuperset(self.bottoms[layer]):
                computed.update(self.tops[layer])
        return first, computed

    def _shapes_fit(self, plan: Plan) -> None:
        if not 1 <= plan.rows <= self.most:
            raise Refused(f"a batch of {plan.rows}; 1 to {self.most} are taken at once.")
        arrays = [(name, name, array) for name, array in plan.tensors.items()]
        arrays += [(f"{DIFF}{name}", name, array) for name, array in plan.seeds.items()]
        for name, blob, array in arrays:
            shape = (plan.rows, *self.shapes[blob])
            if array.shape != shape:
                raise Refused(f"input {name!r} is {list(array.shape)}; {list(shape)} was wanted.")
            if not np.isfinite(array).all():
                raise Refused(f"input {name!r} holds numbers that are not finite.")

    def _last_writer(self, blob: str) -> int:
        return max((layer for layer, tops in enumerate(self.tops) if blob in tops), default=-1)

    def _forward(self, plan: Plan) -> None:
        if self.net.blobs[self.inputs[0]].data.shape[0] != plan.rows:
            for name in self.inputs:
                self.net.blobs[name].reshape(plan.rows, *self.shapes[name])
            self.net.reshape()
        for name, array in plan.tensors.items():
            self.net.blobs[name].data[...] = array
        last = max(map(self._last_writer, (*plan.values, *plan.outputs)))
        if last >= plan.first:
            self.net._forward(plan.first, last)
        self.forwards += 1
        self.rows += plan.rows

    def _backward(self, output: str, wanted: dict[str, Gradient], seed: np.ndarray | None) -> dict[str, np.ndarray]:
        """One pass from an output down to the lowest blob that is wanted, stopping at others on the way.

        A pass that began elsewhere leaves its gradients in the copies that Caffe makes of blobs with several readers,
        and it would add them to these: all are zero before.
        """
        begin = top = self._last_writer(output)
        stops = {name: self._stop(gradient) for name, gradient in wanted.items()}
        for layer in range(max(0, min(stops.values())), begin + 1):
            for blob in (*self.tops[layer], *self.bottoms[layer]):
                self.net.blobs[blob].diff[...] = 0
        self.net.blobs[output].diff[...] = 1 if seed is None else seed
        result = {}
        for stop in sorted(set(stops.values()), reverse=True):
            if stop <= begin:
                self.net._backward(begin, stop)
                begin = stop - 1
            for name, gradient in wanted.items():
                if stops[name] == stop:
                    result[name] = self._copy(gradient, reached=stop <= top or gradient.blob == output)
        self.backwards += 1
        return result

    def _copy(self, gradient: Gradient, reached: bool) -> np.ndarray:
        """The gradient that lies in a blob now; zero where the backward pass does not come by."""
        diff = self.net.blobs[gradient.blob].diff
        if gradient.summed:
            diff = diff.reshape(*diff.shape[:2], -1).sum(axis=2)
        return np.array(diff) if reached else np.zeros_like(diff)

    def _stop(self, gradient: Gradient) -> int:
        """The last layer of a backward pass that ends with the blob's gradient after, or before, its in-place layers."""
        readers = [layer for layer, bottoms in enumerate(self.bottoms) if gradient.blob in bottoms]
        if not gradient.pre:
            readers = [layer for layer in readers if gradient.blob not in self.tops[layer]]
        return min(readers, default=len(self.tops))


def rows_of(tensors: dict[str, np.ndarray]) -> int:
    """How many photographs the first tensor holds."""
    first = next(iter(tensors.values()))
    return first.shape[0] if first.ndim else 0
