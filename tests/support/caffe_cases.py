"""Kong's files, written in another way or broken, from random numbers."""

import numpy as np

from support.kong_files import WIDTHS, _piece, _varint, blob, caffemodel, prototxt
from support.weight_case import ARRAYS, Case


def of_caffemodel(random, folder):
    from xaesthetic_baselines._caffe_files import read_caffemodel

    pairs = {"one": [ARRAYS["a_W"], ARRAYS["b_W"]], "two": [ARRAYS["b_W"]]}
    valid = random.random() < 0.45
    how = random.choice(
        ["plain", "single", "old", "order", "doubles", "unknown fields", "in parts"]
        if valid
        else ["torn", "two layers", "axes", "huge axis", "endless", "wire", "both", "no axes"]
    )
    model = caffemodel(dict(reversed(pairs.items())) if how == "order" else pairs, packed=how != "single")
    axes = {"axes": [1] * 40 + [3], "huge axis": [2**62, 3], "no axes": []}
    if how in ("doubles", "in parts", "both", *axes):
        single, double = ARRAYS["b_W"].astype("<f4").tobytes(), ARRAYS["b_W"].astype("<f8").tobytes()
        data = _piece(8, double) if how == "doubles" else _piece(5, single[:4]) + _piece(5, single[4:])
        data += _piece(8, double) * (how == "both")
        shape = _piece(7, _piece(1, b"".join(map(_varint, axes.get(how, [3])))))
        model = caffemodel({"one": pairs["one"]}) + _piece(100, _piece(1, b"two") + _piece(7, shape + data))
    if how == "old":
        pairs = {
            name: [item[None] if item.ndim == 3 else item[None, None, None] for item in pair] for name, pair in pairs.items()
        }
        model = caffemodel(pairs, old=True)
    if how == "unknown fields":
        model = _piece(77, b"what") + model + _varint(9 << 3) + b"\x05"
    if how == "torn":
        model = model[: -random.randrange(1, 20)]
    model += {"two layers": model, "endless": b"\xff" * 30, "wire": b"\x0b"}.get(how, b"")
    (folder / "net.caffemodel").write_bytes(model)

    def read():
        arrays = read_caffemodel(folder / "net.caffemodel")
        return {f"{name} {number}": np.asarray(array) for name, pair in arrays.items() for number, array in enumerate(pair)}

    return Case("caffemodel", how, valid, read), {
        f"{n} {i}": item for n, pair in pairs.items() for i, item in enumerate(pair)
    }


WRITTEN = (
    ("kernel_size: 11", "kernel_h: 11 kernel_w: 11"), ("stride: 4", "stride: [4]"), ("pad: 2", "pad: 2 dilation: 1"),
    ('type: "ReLU"', "type: 'ReLU' relu_param { engine: CAFFE }"), (' {', ": {"), ("\n", " # more\r\n"),
    ("beta: 0.75", "beta: 7.5e-1 k: 1.0"), ('"conv3"', '"con" "v3"'), ('name: "drop_fc6"', 'name: "dr" loss_weight: 0'),
    ('top: "Concat9"', 'top: "Concat9" concat_param < axis: 1 >'), ("num_output: 12", "num_output: 12;"),
)  # fmt: skip
CHANGED = (
    ("kernel_size: 11", "kernel_size: 12"), ("kernel_size: 11", "kernel_h: 11 kernel_w: 9"),
    ("stride: 4", "stride: 4 stride: 2"),
    ("pad: 2", "pad: 2 dilation: 2"), ("pad: 2", "pad: 2 bias_term: false"),
    ("pool: MAX", "pool: AVE"), ("k: 1.0", "k: 2"),
    ("pool: MAX", "pool: MAX pad: 1"), ("beta: 0.75", "beta: 0.75 k: 2"), ("beta: 0.75", "beta: nan"),
    ("group: 2", "group: 1"),
    ("num_output: 12", "num_output: 99999999999999999999"), ("num_output: 12", "num_output: { }"), ("227", "224"),
    ('name: "relu_fc6" type: "ReLU"', 'name: "relu_fc6" type: "ReLU" relu_param { negative_slope: 1e-3 }'),
    ("}", ""), ("{", ""),
    ('name: "fc7"', 'name: 7 name: "fc7"'), ('bottom: "fc7"', 'bottom { }'), ('type: "Concat"', ""), ("layer {", "layer ["),
    ("inner_product_param {", "inner_product_param { transpose: true"), ('top: "fc6"', ""), ("pool: MAX", "pool: MAX x: 1"),
)  # fmt: skip


def of_prototxt(random, folder):
    from xaesthetic_baselines import _kong
    from xaesthetic_baselines.converters import kong

    old, valid = random.random() < 0.3, random.random() < 0.45
    text, how = prototxt(WIDTHS, old), []
    for before, after in random.sample(WRITTEN, random.randrange(1, 4)):
        if before in text:
            text, how = text.replace(before, after), [*how, after]
    if not valid:
        before, after = random.choice([item for item in CHANGED if item[0] in text])
        text, how = text.replace(before, after, 1), [*how, after]
    path = folder / "net.prototxt"
    path.write_text(text)

    def read():
        from xaesthetic_baselines import _prototxt

        try:
            from xaesthetic_baselines._caffe_net import computed
        except ImportError:  # of the code before
            kong._check(_prototxt.computed(_prototxt.read_prototxt(path), path), _kong.layers(WIDTHS), path)
            return {}
        kong._validate(computed(_prototxt.read_prototxt(path), path), _kong.layers(WIDTHS), path)
        return {}

    return Case("prototxt", " ".join(how), valid, read), {}


def of_mean(random, folder):
    from xaesthetic_baselines._kong_files import middle_of_mean

    mean = np.arange(3 * 256 * 256, dtype=np.float32).reshape(1, 3, 256, 256)
    valid = random.random() < 0.45
    how = random.choice(["old", "new"] if valid else ["nan", "inf", "torn", "other", "text"])
    written = mean.copy()
    if how in ("nan", "inf"):
        written[0, 1, 99, 99] = float(how)
    data = blob(written[:, :2] if how == "other" else written, old=how == "old")
    data = data[:-3] if how == "torn" else b"no image" if how == "text" else data
    (folder / "mean").write_bytes(data)
    return Case("mean", how, valid, lambda: {"mean": middle_of_mean(folder / "mean", 227)}), {
        "mean": mean[0, :, 14:241, 14:241]
    }
