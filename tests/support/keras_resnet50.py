"""The network of Malu et al. 2017 built with Keras, and written as Keras 1 wrote it; the oracle of the conversion.

Follows `ResNet50` of Keras 1.2 layer by layer as facts of its source: padding of 3, 7 x 7 / 2 without padding, pooling
3 x 3 / 2 without padding, the stride in the first 1 x 1 convolution and in the shortcut, epsilon 1e-3.
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import h5py
import keras
import numpy as np
from keras import layers

HEADS = (
    "BalacingElements", "ColorHarmony", "Content", "DoF", "Light", "MotionBlur", "Object", "Repetition", "RuleOfThirds",
    "Symmetry", "VividColor", "score",
)  # fmt: skip
SIGMOID = ("Repetition", "Symmetry", "score")


def _conv(x, name, filters, size, strides=1, padding="valid"):
    x = layers.Conv2D(filters, size, strides=strides, padding=padding, name=name)(x)
    bn = "bn_conv1" if name == "conv1" else name.replace("res", "bn")
    return layers.BatchNormalization(epsilon=1e-3, name=bn)(x)


def _block(x, name, filters, strides, shortcut):
    y = layers.Activation("relu")(_conv(x, f"res{name}_branch2a", filters, 1, strides))
    y = layers.Activation("relu")(_conv(y, f"res{name}_branch2b", filters, 3, 1, "same"))
    y = _conv(y, f"res{name}_branch2c", 4 * filters, 1)
    if shortcut:
        x = _conv(x, f"res{name}_branch1", 4 * filters, 1, strides)
    return layers.Activation("relu")(layers.Add()([y, x]))


def build(size):
    """The model whose outputs are the 16 blocks' and the twelve raw ones."""
    image = layers.Input((*size, 3))
    x = layers.ZeroPadding2D(3)(image)
    x = layers.Activation("relu")(_conv(x, "conv1", 64, 7, 2))
    x = layers.MaxPooling2D(3, 2)(x)
    blocks = []
    for stage, count, filters in ((2, 3, 64), (3, 4, 128), (4, 6, 256), (5, 3, 512)):
        for index in range(count):
            strides = 2 if index == 0 and stage > 2 else 1
            x = _block(x, f"{stage}{'abcdef'[index]}", filters, strides, index == 0)
            blocks.append(x)
    averaged = layers.Concatenate()([layers.GlobalAveragePooling2D()(each) for each in blocks])
    heads = [layers.Dense(1, name=name)(averaged) for name in HEADS]
    return keras.Model(image, [*blocks, *heads])


def randomise(model, seed=0):
    """Weights at which every part of the network matters: no statistics of batch normalisation are 0 or 1."""
    random = np.random.default_rng(seed)
    for layer in model.layers:
        weights = layer.get_weights()
        if isinstance(layer, layers.BatchNormalization):
            count = len(weights[0])
            gain = 0.5 if layer.name.endswith("2c") else 1.0  # the sum of a block and its shortcut shall not grow
            weights = [
                gain * random.uniform(0.5, 1.5, count),
                *random.normal(0, 0.2, (2, count)),
                random.uniform(0.5, 1.5, count),
            ]
        elif weights:
            fan = int(np.prod(weights[0].shape[:-1]))
            weights = [random.normal(0, (2 / fan) ** 0.5, weights[0].shape), random.normal(0, 0.1, weights[1].shape)]
        layer.set_weights(weights)
    return model


def write(model, path, whole=True, suffix=""):
    """The file that Keras 1's ModelCheckpoint (whole) or save_weights wrote."""
    with h5py.File(path, "w") as file:
        root = file.create_group("model_weights") if whole else file
        root.attrs["layer_names"] = np.array([layer.name.encode() for layer in model.layers])
        for layer in model.layers:
            group = root.create_group(layer.name)
            ends = ("gamma", "beta", "running_mean", "running_std") if len(layer.get_weights()) == 4 else ("W", "b")
            names = [f"{layer.name}_{end}{suffix}" for end, _ in zip(ends, layer.get_weights(), strict=False)]
            group.attrs["weight_names"] = np.array([name.encode() for name in names])
            for name, values in zip(names, layer.get_weights(), strict=True):
                group[name] = values
