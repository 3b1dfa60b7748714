"""NIMA's network built with Keras's own MobileNet, and written as Keras 2 wrote it; the oracle of the conversion."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import h5py
import keras
import numpy as np

ENDS = {1: ("kernel",), 2: ("kernel", "bias"), 4: ("gamma", "beta", "moving_mean", "moving_variance")}


def build():
    base = keras.applications.MobileNet((224, 224, 3), alpha=1, weights=None, include_top=False, pooling="avg")
    return keras.Model(base.input, keras.layers.Dense(10, name="dense_1")(base.output))


def randomise(model):
    """Weights at which every part matters: no statistics of batch normalisation are 0 or 1."""
    random = np.random.default_rng(0)
    for layer in model.layers:
        weights = layer.get_weights()
        if len(weights) == 4:
            count = len(weights[0])
            statistics = random.normal(0, 0.2, (2, count))
            layer.set_weights([random.uniform(0.8, 1.5, count), *statistics, random.uniform(0.5, 1.2, count)])
        elif weights:
            deep = "_dw_" in layer.name
            fan = 9 if deep else int(np.prod(weights[0].shape[:-1]))
            layer.set_weights([random.normal(0, (2 / fan) ** 0.5, weights[0].shape), *weights[1:]])
    return model


def arrays_of(model):
    """Every layer's name with its arrays by the names that Keras 2 gave them."""
    for layer in model.layers:
        values = layer.get_weights()
        ends = ("depthwise_kernel",) if "_dw_" in layer.name and len(values) == 1 else ENDS.get(len(values), ())
        yield layer.name, {f"{layer.name}/{end}:0": value for end, value in zip(ends, values, strict=True)}


def write(model, path):
    """The file that Keras 2's save_weights wrote."""
    with h5py.File(path, "w") as file:
        named = list(arrays_of(model))
        file.attrs["layer_names"] = np.array([name.encode() for name, _ in named])
        for name, arrays in named:
            group = file.create_group(name)
            group.attrs["weight_names"] = np.array([key.encode() for key in arrays], "S")
            for key, values in arrays.items():
                group[key] = values


def read(model, path):
    """The same network with the weights of a file."""
    with h5py.File(path) as file:
        for name, arrays in arrays_of(model):
            if arrays:
                model.get_layer(name).set_weights([file[name][key][()] for key in arrays])
    return model
