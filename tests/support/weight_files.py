"""Weight files of every kind that is read, written in another way or broken, from random numbers."""

import json
import struct
from hashlib import sha256

import h5py
import joblib
import numpy as np

from support.caffe_cases import of_caffemodel, of_mean, of_prototxt
from support.weight_case import ARRAYS, Case

ODD = (None, True, 3, -1, 2**62, 0.5, "", "x", [], {}, [[]], [1, 2], {"a": 1}, [None, "light"], "\ud800", [[[[[[[[]]]]]]]])
KEPT = {"attributes": ["light", "content"], "links": ["tanh", "sigmoid"], "trained": "by hand"}


# -- our own weights ---------------------------------------------------------------------------------------------------


def safetensors(tensors, order=None):
    """A file of these arrays, written without the library."""
    names = {"float32": "F32", "float16": "F16", "float64": "F64", "int32": "I32", "complex64": "C64", "bool": "BOOL"}
    header, data = {}, b""
    for name in order or tensors:
        array = np.ascontiguousarray(tensors[name])
        start, data = len(data), data + array.tobytes()
        header[name] = {"dtype": names[str(array.dtype)], "shape": list(array.shape), "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def of_weights(random, folder):
    from xaesthetic.models.weights import read_weights, validate_shape

    tensors = {"head.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "head.bias": np.array([1, -1], np.float32)}
    manifest, encoding, valid = dict(KEPT), "utf-8", random.random() < 0.45
    how = random.choice(
        ["half", "double", "whole", "order", "extra", "bom", "utf-16", "no links"]
        if valid
        else [
            "odd",
            "drop",
            "nan",
            "inf",
            "complex",
            "bool",
            "digits",
            "deep",
            "twice",
            "torn",
            "header",
            "flip",
            "shape",
            "NaN",
        ]
    )
    for name, kind in (
        ("half", "float16"),
        ("double", "float64"),
        ("whole", "int32"),
        ("complex", "complex64"),
        ("bool", "bool"),
    ):
        if how == name:
            tensors = {key: value.astype(kind) for key, value in tensors.items()}
    if how in ("nan", "inf"):
        tensors[random.choice(list(tensors))].flat[1] = float(how)
    if how == "shape":
        tensors["head.weight"] = random.choice([np.zeros((3, 2)), np.zeros(6), np.zeros((2, 3, 1))]).astype(np.float32)
    data = safetensors(tensors, list(tensors)[::-1] if how == "order" else None)
    if how == "torn":
        data = data[: random.randrange(len(data))]
    if how == "header":
        data = struct.pack("<Q", random.choice([0, 1, 2**30, 2**62, 2**64 - 1])) + data[8:]
    manifest["sha256"] = sha256(data).hexdigest()
    if how == "odd":
        key = random.choice(["attributes", "trained", "sha256", "links"])
        odd = [
            item for item in ODD if not (key == "trained" and isinstance(item, str)) and not (key == "links" and item == [])
        ]
        manifest[key] = random.choice(odd)
    if how == "drop":
        del manifest[random.choice(["attributes", "trained", "sha256"])]
    if how == "no links":
        del manifest["links"]
    if how == "extra":
        manifest = {"zzz": random.choice(ODD[:-2]), **dict(reversed(manifest.items()))}
    if how == "flip":
        at = random.randrange(len(data))
        data = data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]
    text = json.dumps(manifest)
    wrong = {"digits": "9" * 5000, "deep": "[" * 9000 + "]" * 9000, "NaN": "NaN"}
    if how in wrong:
        text = text[:-1] + f', "more": {wrong[how]}}}'
    if how == "twice":
        text = text[:-1] + ', "trained": "twice"}'
    encoding = {"bom": "utf-8-sig", "utf-16": "utf-16"}.get(how, encoding)
    (folder / "net.json").write_bytes(text.encode(encoding))
    (folder / "net.safetensors").write_bytes(data)

    def read():
        weights = read_weights(folder, "net")
        validate_shape(weights, "net", 3)
        assert list(weights.manifest["attributes"]) == KEPT["attributes"]
        assert list(weights.manifest.get("links", [])) == ([] if how == "no links" else KEPT["links"])
        return {"head.weight": weights.weights.numpy(), "head.bias": weights.bias.numpy()}

    wanted = {"head.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "head.bias": np.array([1, -1], np.float32)}
    return Case("weights", how, valid, read), wanted


# -- Keras and joblib --------------------------------------------------------------------------------------------------


def finite(arrays):
    """As the converter of Malu's files takes them; the code before had no such step."""
    try:
        import torch

        from xaesthetic.models.tensors import to_float32
    except ImportError:
        return {name: np.asarray(array, np.float32) for name, array in arrays.items()}
    tensors, _ = to_float32({name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}, "file")
    return {name: tensor.numpy() for name, tensor in tensors.items()}


def of_keras(random, folder):
    from xaesthetic_baselines._keras_hdf5 import read_keras

    valid = random.random() < 0.45
    how = random.choice(
        ["whole", "chunks", "half", "double", "gzip", "texts", "suffix", "big endian", "no weights"]
        if valid
        else [
            "nan",
            "complex",
            "text",
            "shape",
            "link",
            "soft",
            "virtual",
            "outside",
            "loop",
            "twice",
            "names",
            "torn",
            "group",
        ]
    )
    path, kinds = folder / "net.hdf5", {"half": "f2", "double": "f8", "big endian": ">f4", "complex": "c8"}
    with h5py.File(path, "w") as file:
        root = file.create_group("model_weights") if how == "whole" else file
        layers = ["a", "b", *(["act"] if how == "no weights" else [])] + ["a"] * (how == "twice")
        names = layers if how == "texts" else np.array([name.encode() for name in layers])
        root.attrs["layer_names0" if how == "chunks" else "layer_names"] = names[:1] if how == "chunks" else names
        if how == "chunks":
            root.attrs["layer_names1"] = names[1:]
        for layer in dict.fromkeys(layers):
            group, name = root.create_group(layer), f"{layer}_W"
            written = name + ":0" * (how == "suffix")
            group.attrs["weight_names"] = np.array([] if layer == "act" else [written.encode()])
            if layer != "act":
                array = ARRAYS[name].astype(kinds.get(how, "f4"))
                group.create_dataset(
                    written, data=array, **({"compression": "gzip", "shuffle": True} if how == "gzip" else {})
                )
        if how in ("nan", "text", "shape", "link", "soft", "virtual", "outside", "loop", "names", "group"):
            break_keras(file, how, folder)
    if how == "torn":
        path.write_bytes(path.read_bytes()[: random.randrange(100, 3000)])
    shapes = {name: array.shape for name, array in ARRAYS.items()}
    return Case("keras", how, valid, lambda: finite(read_keras(path, shapes))), ARRAYS


def break_keras(file, how, folder):
    """Put something else in the place of an array."""
    if how == "nan":
        file["a/a_W"][0, 0, 0] = np.nan
        return
    if how == "names":
        file.attrs["layer_names"] = np.arange(5)
        return
    del file["a/a_W"]
    with h5py.File(folder / "other.hdf5", "w") as other:
        other["x"] = ARRAYS["a_W"]
    if how in ("link", "soft", "loop"):
        target = {
            "link": h5py.ExternalLink("other.hdf5", "/x"),
            "soft": h5py.SoftLink("/b/b_W"),
            "loop": h5py.SoftLink("/a/a_W"),
        }
        file["a/a_W"] = target[how]
    elif how == "virtual":
        layout = h5py.VirtualLayout((2, 3, 4), "f4")
        layout[:] = h5py.VirtualSource(str(folder / "other.hdf5"), "x", (2, 3, 4))
        file["a"].create_virtual_dataset("a_W", layout)
    elif how == "outside":
        (folder / "raw").write_bytes(ARRAYS["a_W"].tobytes())
        file["a"].create_dataset("a_W", (2, 3, 4), "f4", external=[(str(folder / "raw"), 0, 96)])
    elif how == "group":
        file["a"].create_group("a_W")
    else:
        file["a/a_W"] = np.zeros((2, 3, 4), "S3") if how == "text" else np.zeros((10**6, 10**2, 1), "u1")[:1]


def of_joblib(random, folder):
    from xaesthetic_baselines._joblib_arrays import read_arrays

    valid, path = random.random() < 0.45, folder / "weights.pkl"
    how = random.choice(
        ["plain", "half", "double", "fortran", "protocol 2"]
        if valid
        else ["nan", "complex", "objects", "torn", "other", "list", "packed", "calls", "keys"]
    )
    kind = {"half": "f2", "double": "f8", "complex": "c8"}.get(how, "f4")
    arrays = {name: array.astype(kind, order="F" if how == "fortran" else "C") for name, array in ARRAYS.items()}
    if how == "nan":
        arrays["a_W"][0, 0, 0] = np.nan
    if how == "objects":
        arrays["a_W"] = np.array([[None]])
    joblib.dump(list(arrays) if how == "list" else arrays, path, protocol=2 if how == "protocol 2" else 4)
    whole = path.read_bytes()
    nest = b"\x80\x02}" + b")" + b"2\x86" * 60 + b"K\x01s."  # tuples of tuples, as a key
    other = {
        "torn": whole[: random.randrange(len(whole))],
        "other": b"\x00" * 50,
        "keys": nest,
        "packed": b"\x1f\x8b" + whole,
    }
    other["calls"] = b"\x80\x02cnumpy\nndarray\n(J\x00\x00\x00\x7fK\x63tq\x00R."
    path.write_bytes(other.get(how, whole))
    return Case("joblib", how, valid, lambda: finite(read_arrays(path))), ARRAYS


KINDS = (of_weights, of_prototxt, of_prototxt, of_caffemodel, of_mean, of_keras, of_joblib)
