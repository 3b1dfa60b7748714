"""Simple measures of a photograph, to hold ratings against: do they follow what can be seen without a model."""

from collections.abc import Callable, Mapping

import numpy as np
import scipy

from xaesthetic.core.types import Mask, Rgb


def colourfulness(rgb: Rgb, subject: Mask) -> float:  # noqa: ARG001  # every measure is called alike
    """Hasler & Süsstrunk, Human Vision and Electronic Imaging 2003, on 0 to 255: 0 for grey, above 100 for extreme."""
    red, green, blue = np.moveaxis(rgb.astype(np.float64) * 255, -1, 0)
    first, second = red - green, (red + green) / 2 - blue
    return float(np.hypot(first.std(), second.std()) + 0.3 * np.hypot(first.mean(), second.mean()))


def sharp_subject(rgb: Rgb, subject: Mask) -> float:
    """How much sharper the subject is than the background: the logarithm of the ratio of their mean fine detail.

    Detail is the absolute Laplacian of a Gaussian (sigma 1 pixel) of the luma. nan without a subject or a background.
    """
    if subject.all() or not subject.any():
        return float("nan")
    luma = rgb.astype(np.float64) @ (0.2126, 0.7152, 0.0722)
    detail = np.abs(scipy.ndimage.gaussian_laplace(luma, 1.0))
    return float(np.log((detail[subject].mean() + 1e-6) / (detail[~subject].mean() + 1e-6)))


def mid_exposure(rgb: Rgb, subject: Mask) -> float:  # noqa: ARG001
    """How close the mean luma is to the middle: 0 there, -0.5 for black or white."""
    return -abs(float((rgb.astype(np.float64) @ (0.2126, 0.7152, 0.0722)).mean()) - 0.5)


MEASURES: Mapping[str, Callable[[Rgb, Mask], float]] = {
    "vivid_color": colourfulness,
    "depth_of_field": sharp_subject,
    "light": mid_exposure,
}
"""For three attributes a measure that a good rating should follow, more or less."""
