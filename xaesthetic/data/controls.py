"""Controls of edits: changes that should not move what an edit moves, or not as much.

An edit shows that a rating follows what it should follow; only a control shows that it does not follow just any change. Pure
functions on sRGB floats of 0 to 1, each at one strength that anybody sees; equal photographs give equal bytes.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from xaesthetic.core.types import Mask, Rgb
from xaesthetic.data.edits import EDITS, mix


@dataclass(frozen=True, slots=True)
class Control:
    """A change that no attribute is about, but for those that it names."""

    apply: Callable[[Rgb, Mask], Rgb]
    """(photograph, subject) to photograph of the same size."""
    concerns: frozenset[str] = frozenset()
    """Attributes that it may rightly move; it controls no edit of these."""


_SEED = 0
_NOISE = 0.12  # standard deviation
_CAST = 0.25  # of a channel's gain


def _diagonal(subject: Mask) -> float:
    return float(np.hypot(*subject.shape))


def _gaussian(rgb: Rgb, sigma: float) -> Rgb:
    return np.asarray(ndimage.gaussian_filter(rgb, (sigma, sigma, 0)), dtype=np.float32)


def blur_all(rgb: Rgb, subject: Mask) -> Rgb:
    """The whole photograph blurred, with the sigma that `blur_background` has: nothing is sharp, no depth is shown."""
    return _gaussian(rgb, 0.025 * _diagonal(subject))


def blur_subject(rgb: Rgb, subject: Mask) -> Rgb:
    """The subject alone blurred: the wrong part is sharp."""
    return mix(blur_all(rgb, subject), rgb, subject)


def motion_blur(rgb: Rgb, subject: Mask) -> Rgb:
    """The camera moved sideways, by 4 % of the diagonal."""
    size = max(2, round(0.04 * _diagonal(subject)))
    return np.asarray(ndimage.uniform_filter1d(rgb, size, axis=1), dtype=np.float32)


def noise(rgb: Rgb, subject: Mask) -> Rgb:
    """Gaussian noise in every channel, the same every time."""
    drawn = np.random.default_rng(_SEED).normal(0, _NOISE, (*subject.shape, 3))
    return np.asarray(np.clip(rgb + drawn.astype(np.float32), 0, 1), dtype=np.float32)


def sharpen(rgb: Rgb, subject: Mask) -> Rgb:
    """An unsharp mask of twice the difference from a blur of .1 % of the diagonal, a pixel or more."""
    return np.asarray(
        np.clip(rgb + 2 * (rgb - _gaussian(rgb, max(1.0, 0.001 * _diagonal(subject)))), 0, 1), dtype=np.float32
    )


def _cast(red: float, green: float, blue: float) -> Callable[[Rgb, Mask], Rgb]:
    gains = np.array([red, green, blue], np.float32)

    def apply(rgb: Rgb, subject: Mask) -> Rgb:  # noqa: ARG001  # every control is called alike
        return np.asarray(np.clip(rgb * gains, 0, 1), dtype=np.float32)

    return apply


def grey(rgb: Rgb, subject: Mask) -> Rgb:
    """No colour at all."""
    return EDITS["drain"].apply(rgb, subject, 1.0)


def vignette(rgb: Rgb, subject: Mask) -> Rgb:
    """The corners darker, to a quarter of their value, as a lens does; the middle as it was."""
    rows, columns = (np.linspace(-1, 1, size, dtype=np.float32) for size in subject.shape)
    fall = 1 - 0.75 * np.clip((rows[:, None] ** 2 + columns[None, :] ** 2) / 2, 0, 1)
    return np.asarray(rgb * fall[..., None], dtype=np.float32)


def half_turned(rgb: Rgb, subject: Mask) -> Rgb:
    """The left half upside down: the same pixels, another picture."""
    middle = subject.shape[1] // 2
    return np.concatenate([rgb[::-1, :middle], rgb[:, middle:]], axis=1)


_COLOR = frozenset({"color_harmony", "vivid_color"})
_BLURS = frozenset({"motion_blur"})
_COMPOSITION = frozenset({"balancing_elements", "symmetry", "rule_of_thirds", "repetition", "content"})

CONTROLS: Mapping[str, Control] = {
    "blur_all": Control(blur_all, _BLURS),
    "blur_subject": Control(blur_subject, _BLURS),
    "motion_blur": Control(motion_blur, _BLURS),
    "noise": Control(noise),
    "sharpen": Control(sharpen),
    "warm_cast": Control(_cast(1 + _CAST, 1.0, 1 - _CAST), frozenset({"color_harmony"})),
    "cool_cast": Control(_cast(1 - _CAST, 1.0, 1 + _CAST), frozenset({"color_harmony"})),
    "green_cast": Control(_cast(1.0, 1 + _CAST, 1.0), frozenset({"color_harmony"})),
    "grey": Control(grey, _COLOR),
    "vignette": Control(vignette, frozenset({"light", "object_emphasis"})),
    "half_turned": Control(half_turned, _COMPOSITION),
}
"""Every control by name; `overall` is concerned by all and no edit is about it."""


def controlled(rgb: Rgb, subject: Mask, names: Collection[str]) -> Iterator[tuple[str, Rgb]]:
    """Give the controls of one photograph, by their names."""
    for name in names:
        yield name, CONTROLS[name].apply(rgb, subject)
