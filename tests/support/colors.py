"""Colours for tests: OKLab, how a grey print and people with a color-vision deficiency have them, how far apart they are."""

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

CONES = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
AXES = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])  # fmt: skip
"""Björn Ottosson, "A perceptual color space for image processing", 2020."""
MACHADO = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009: at
severity 1, on linear red, green and blue."""
SIGHTS = ("usual", "grey", *MACHADO)


def linear(colors):
    return np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)


def encoded(light):
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def oklab(colors):
    """Of colours from 0 to 1."""
    return np.cbrt(linear(np.asarray(colors, float)) @ CONES.T) @ AXES.T


def from_oklab(values):
    return encoded((np.asarray(values) @ np.linalg.inv(AXES).T) ** 3 @ np.linalg.inv(CONES).T)


def seen(colors, sight):
    """Colours from 0 to 1, as one of `SIGHTS` has them."""
    if sight == "usual":
        return colors
    if sight == "grey":
        return np.repeat(encoded(linear(colors) @ (0.2126, 0.7152, 0.0722))[..., None], 3, axis=-1)
    return encoded(linear(colors) @ np.array(MACHADO[sight]).T)


def apart(one, other):
    """CIEDE2000 between colours from 0 to 1."""
    return deltaE_ciede2000(rgb2lab(one), rgb2lab(other))
