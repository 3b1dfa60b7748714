"""Kong's network as Caffe's files, written without our code: a prototxt, a caffemodel and a mean image."""

import struct

import numpy as np

BRANCHES = (
    "BalancingElement", "ColorHarmony", "Content", "DoF", "Light", "MotionBlur", "Object", "Repetition", "RuleOfThirds",
    "Symmetry", "VividColor",
)  # fmt: skip
WIDTHS = {
    "conv1": 8, "conv2": 12, "conv3": 10, "conv4": 12, "conv5": 8, "fc6": 20, "fc7": 18, "fc8new": 7, "fc10_merge": 9,
    **{f"fc8_{branch}": 6 for branch in BRANCHES},
}  # fmt: skip
"""A network small enough to be tried in every run."""
CONV = {"conv1": (11, 4, 0, 1), "conv2": (5, 1, 2, 2), "conv3": (3, 1, 1, 1), "conv4": (3, 1, 1, 2), "conv5": (3, 1, 1, 2)}
FULL = {
    "conv1": 96, "conv2": 256, "conv3": 384, "conv4": 384, "conv5": 256, "fc6": 4096, "fc7": 4096, "fc8new": 512,
    "fc10_merge": 128, **{f"fc8_{branch}": 256 for branch in BRANCHES},
}  # fmt: skip


def prototxt(widths, old=False):
    """The network's layers; the older format has other names of types."""
    lines = ['name: "Kong"  # by hand', 'input: "imgLow"', "input_dim: 1 input_dim: 3 input_dim: 227 input_dim: 227"]

    def layer(name, kind, bottoms, top, settings=""):
        kind = {"InnerProduct": "INNER_PRODUCT"}.get(kind, kind.upper()) if old else f'"{kind}"'
        reads = " ".join(f'bottom: "{bottom}"' for bottom in bottoms)
        lines.append(f'{"layers" if old else "layer"} {{ name: "{name}" type: {kind} {reads} top: "{top}" {settings} }}')

    def inner(name, bottom, outputs):
        layer(name, "InnerProduct", [bottom], name, f"inner_product_param {{ num_output: {outputs} }}")

    def relu(name):
        layer(f"relu_{name}", "ReLU", [name], name)

    blob = "imgLow"
    for name, (kernel, stride, pad, group) in CONV.items():
        settings = f"num_output: {widths[name]} kernel_size: {kernel} stride: {stride} pad: {pad} group: {group}"
        layer(name, "Convolution", [blob], name, f"convolution_param {{ {settings} }}")
        relu(name)
        blob = name
        if name in ("conv1", "conv2", "conv5"):
            layer(
                f"pool{name[-1]}",
                "Pooling",
                [blob],
                f"pool{name[-1]}",
                "pooling_param { pool: MAX kernel_size: 3 stride: 2 }",
            )
            blob = f"pool{name[-1]}"
        if name in ("conv1", "conv2"):
            settings = "lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 }"
            layer(f"norm{name[-1]}", "LRN", [blob], f"norm{name[-1]}", settings)
            blob = f"norm{name[-1]}"
    for name, bottom in (("fc6", blob), ("fc7", "fc6")):
        inner(name, bottom, widths[name])
        relu(name)
        layer(f"drop_{name}", "Dropout", [name], name, "dropout_param { dropout_ratio: 0.5 }")
    spread = ["fc8new", *(f"fc8_{branch}" for branch in BRANCHES)]
    for name in spread:
        inner(name, "fc7", widths[name])
        relu(name)
    layer("Concat9", "Concat", spread, "Concat9")
    inner("fc10_merge", "Concat9", widths["fc10_merge"])
    relu("fc10_merge")
    for branch in BRANCHES:
        inner(f"fc9_{branch}", f"fc8_{branch}", 1)
    inner("fc11_score", "fc10_merge", 1)
    return "\n".join(lines) + "\n"


def weights(widths, seed=0):
    """Random weights and biases that keep every layer's outputs of about one size."""
    random, arrays = np.random.default_rng(seed), {}

    def add(name, outputs, *inputs):
        fan = int(np.prod(inputs))
        arrays[name] = random.normal(0, (2 / fan) ** 0.5, (outputs, *inputs)), random.normal(0, 0.1, outputs)

    before = 3
    for name, (kernel, _, _, group) in CONV.items():
        add(name, widths[name], before // group, kernel, kernel)
        before = widths[name]
    add("fc6", widths["fc6"], before * 36)
    add("fc7", widths["fc7"], widths["fc6"])
    spread = ["fc8new", *(f"fc8_{branch}" for branch in BRANCHES)]
    for name in spread:
        add(name, widths[name], widths["fc7"])
    for branch in BRANCHES:
        add(f"fc9_{branch}", 1, widths[f"fc8_{branch}"])
    add("fc10_merge", widths["fc10_merge"], sum(widths[name] for name in spread))
    add("fc11_score", 1, widths["fc10_merge"])
    return {name: [array.astype(np.float32) for array in pair] for name, pair in arrays.items()}


def _varint(value):
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _piece(number, content):
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def blob(array, old=False, packed=True):
    """A BlobProto: with a shape, or in the older way with four sizes."""
    if old:
        sizes = (1,) * (4 - array.ndim) + array.shape
        head = b"".join(_varint(number << 3) + _varint(size) for number, size in enumerate(sizes, 1))
    else:
        head = _piece(7, _piece(1, b"".join(map(_varint, array.shape))))
    data = array.astype("<f4").ravel()
    if packed:
        return head + _piece(5, data.tobytes())
    return head + b"".join(_varint(5 << 3 | 5) + struct.pack("<f", value) for value in data)


def caffemodel(arrays, old=False, packed=True):
    """A NetParameter of these layers, and one without weights."""
    number, name_number, blob_number = (2, 4, 6) if old else (100, 1, 7)
    body = _piece(1, b"Kong") + _piece(number, _piece(name_number, b"relu"))
    for name, pair in arrays.items():
        layer = _piece(name_number, name.encode()) + b"".join(_piece(blob_number, blob(each, old, packed)) for each in pair)
        body += _piece(number, layer)
    return body


def mean_image(seed=1):
    return np.random.default_rng(seed).uniform(80, 140, (1, 3, 256, 256)).astype(np.float32)
