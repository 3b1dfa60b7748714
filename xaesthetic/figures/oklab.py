"""Colours over a photograph that stay the colours of the bar, on dark and on bright photographs, in colour and in grey.

The lightness of a pixel is the bar's, with only the local detail of the photograph's: what is brighter or darker than its
surroundings. A blend of both washes out on bright photographs; hue and chroma alone are gone in grey print. In OKLab
(Ottosson 2020, «A perceptual color space for image processing»). The page draws by the same formula.
"""

import numpy as np
from jaxtyping import Float

from xaesthetic.data.color_spaces import to_linear, to_srgb

_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LAB = np.array(
    [[1.0, 0.3963377774, 0.2158037573], [1.0, -0.1055613458, -0.0638541728], [1.0, -0.0894841775, -1.2914855480]]
)
_FROM_LMS = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)
_GAIN, _MOST = 0.7, 0.12  # of the photograph's detail, and how much lighter or darker it makes a color at most
_AROUND = 10  # the longer side divided by that is how far the surroundings of a pixel reach


def to_oklab(colors: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3"]:
    """Carry sRGB of 0 to 1 to OKLab: lightness of 0 to 1, and two axes of hue and chroma."""
    return np.asarray(np.cbrt(to_linear(colors) @ _LMS.T) @ _LAB.T)


def from_oklab(lab: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3"]:
    """Carry OKLab to sRGB, every channel clipped to 0 to 1."""
    return to_srgb(np.clip((lab @ _FROM_LAB.T) ** 3 @ _FROM_LMS.T, 0, 1))


def detail(lightness: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
    """What a photograph's pixels are lighter or darker than their surroundings, within ±0.12 of lightness."""
    reach = max(1, int(max(lightness.shape) / _AROUND + 0.5))
    around = _box_mean(_box_mean(lightness, reach).T, reach).T
    return np.asarray(np.clip(_GAIN * (lightness - around), -_MOST, _MOST))


def _box_mean(values: Float[np.ndarray, "h w"], reach: int) -> Float[np.ndarray, "h w"]:
    """The mean over so many rows above and below; at the edges over those that there are."""
    total = np.concatenate([np.zeros((1, values.shape[1])), values.cumsum(axis=0)])
    rows = np.arange(len(values))
    low, high = np.maximum(rows - reach, 0), np.minimum(rows + reach + 1, len(values))
    return np.asarray((total[high] - total[low]) / (high - low)[:, None])


def over_photograph(photo: Float[np.ndarray, "h w 3"], colors: Float[np.ndarray, "h w 3"]) -> Float[np.ndarray, "h w 3"]:
    """Return colors of a bar, all sRGB of 0 to 1, with the detail of a photograph in their lightness."""
    lab = to_oklab(colors)
    lab[..., 0] += detail(to_oklab(photo)[..., 0])
    return from_oklab(lab)
