"""Controlled edits: what is done to a photograph, how strongly, where, and what that says about an attribute.

Pure functions on sRGB floats of 0 to 1. An edit of amount 0 is the photograph itself (for a crop: its middle); amounts go
to 1. Its *strength* is
the amount with a sign: + where more of the edit is more of the attribute, - where it is less. Edits serve as a sample to
look at, as something to train on where there are no ratings, and as a test of maps: the place is known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from jaxtyping import Float32

from xaesthetic.core.attributes import NAMES
from xaesthetic.core.errors import DataError, unknown
from xaesthetic.core.types import EditStep, Mask, Rgb
from xaesthetic.data.color_spaces import to_linear, to_srgb

Cropped = Float32[np.ndarray, "i j 3"]
Place = Literal["subject", "background", "everywhere"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A kind of edit."""

    attribute: str
    """What it changes."""
    sign: int
    """+1 where more of the edit is more of the attribute, -1 where it is less."""
    place: Place
    """The region it changes."""
    apply: Callable[[Rgb, Mask, float], Rgb]
    """(photograph, subject, amount) to photograph; only a crop changes the size."""
    unsure: frozenset[str] = frozenset()
    """Other attributes that it may well change, nobody knows how much; all that are not here it leaves as they were."""


_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


def _linear(rgb: Rgb) -> Rgb:
    """IEC 61966-2-1, sRGB to linear light."""
    return to_linear(rgb).astype(np.float32)


def _encoded(light: Rgb) -> Rgb:
    """The inverse of `_linear`, clipped to 0 to 1 as a sensor clips."""
    return to_srgb(np.clip(light, 0, 1)).astype(np.float32)


def _feathered(inside: Mask) -> Rgb:
    """The mask as weights of 0 to 1 with a soft edge of about half a percent of the diagonal, so that no seam is left."""
    weights = scipy.ndimage.gaussian_filter(inside.astype(np.float32), 0.005 * float(np.hypot(*inside.shape)))
    return np.repeat(weights[..., None], 3, axis=2)


def mix(inside: Rgb, outside: Rgb, subject: Mask) -> Rgb:
    """One picture inside the mask, another outside, with a soft edge."""
    weights = _feathered(subject)
    return np.asarray(inside * weights + outside * (1 - weights), dtype=np.float32)


def blur_background(rgb: Rgb, subject: Mask, amount: float) -> Rgb:
    """Shallow depth of field: the background in linear light, blurred with sigma up to 2.5 % of the diagonal.

    The subject is left out of the blur (normalised convolution), so that it does not bleed into the background.
    """
    sigma = 0.025 * amount * float(np.hypot(*subject.shape))
    share = np.clip(1 - _feathered(subject)[..., 0], 1e-3, 1)
    light = _linear(rgb)
    weight = scipy.ndimage.gaussian_filter(share, sigma)
    blurred = np.stack([scipy.ndimage.gaussian_filter(light[..., c] * share, sigma) / weight for c in range(3)], axis=-1)
    return mix(rgb, _encoded(blurred), subject)


def drain(rgb: Rgb, subject: Mask, amount: float) -> Rgb:  # noqa: ARG001  # every edit is called alike
    """Colours towards grey of the same luma; at 1 nothing is left of them."""
    luma = (rgb @ _LUMA)[..., None]
    return (luma + (1 - amount) * (rgb - luma)).astype(np.float32)


def saturate(rgb: Rgb, subject: Mask, amount: float) -> Rgb:  # noqa: ARG001
    """Colours away from grey of the same luma, by a factor of up to 2.5, clipped."""
    luma = (rgb @ _LUMA)[..., None]
    return np.clip(luma + (1 + 1.5 * amount) * (rgb - luma), 0, 1).astype(np.float32)


def underexpose(rgb: Rgb, subject: Mask, amount: float) -> Rgb:  # noqa: ARG001
    """Up to four stops less light."""
    return _encoded(_linear(rgb) * np.float32(2 ** (-4 * amount)))


def overexpose(rgb: Rgb, subject: Mask, amount: float) -> Rgb:  # noqa: ARG001
    """Up to three stops more light, clipped."""
    return _encoded(_linear(rgb) * np.float32(2 ** (3 * amount)))


def dim_background(rgb: Rgb, subject: Mask, amount: float) -> Rgb:
    """The background up to three stops darker, so that the subject stands out."""
    return mix(rgb, _encoded(_linear(rgb) * np.float32(2 ** (-3 * amount))), subject)


def turn_hue(rgb: Rgb, subject: Mask, amount: float) -> Rgb:
    """The subject's hue turned by up to 150 degrees, its luma kept: colours that were not chosen to go together.

    A rotation about the grey axis of RGB, by Rodrigues' formula.
    """
    angle = np.deg2rad(150 * amount)
    grey = np.full(3, 1 / np.sqrt(3))
    cross = np.array([[0, -grey[2], grey[1]], [grey[2], 0, -grey[0]], [-grey[1], grey[0], 0]])
    rotation = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    turned = rgb @ rotation.T.astype(np.float32)
    luma = (rgb @ _LUMA - turned @ _LUMA)[..., None]
    return mix(np.clip(turned + luma, 0, 1).astype(np.float32), rgb, subject)


def _crop(rgb: Rgb, subject: Mask, target: tuple[float, float], amount: float) -> Cropped:
    """Crop to 64 % of each side so that the subject's centre comes as near as can be to `target` (x, y in shares).

    The crop of amount 0 would keep the centre of the photograph; amounts between move the frame along a straight line.
    """
    height, width = subject.shape
    rows, columns = np.nonzero(subject)
    size = round(0.64 * height), round(0.64 * width)
    wanted = rows.mean() - target[1] * size[0], columns.mean() - target[0] * size[1]
    middle = (height - size[0]) / 2, (width - size[1]) / 2
    limits = height - size[0], width - size[1]
    top, left = (
        round(float(np.clip(m + amount * (np.clip(w, 0, limit) - m), 0, limit)))
        for m, w, limit in zip(middle, wanted, limits, strict=True)
    )
    return rgb[top : top + size[0], left : left + size[1]]


def crop_to_third(rgb: Rgb, subject: Mask, amount: float) -> Cropped:
    """Cropped so that the subject moves towards the nearest crossing of the lines of thirds."""
    rows, columns = np.nonzero(subject)
    target = (
        1 / 3 if columns.mean() < subject.shape[1] / 2 else 2 / 3,
        1 / 3 if rows.mean() < subject.shape[0] / 2 else 2 / 3,
    )
    return _crop(rgb, subject, target, amount)


def crop_off_balance(rgb: Rgb, subject: Mask, amount: float) -> Cropped:
    """Cropped so that the subject moves towards the nearer side of the frame, with nothing to balance it."""
    columns = np.nonzero(subject)[1]
    return _crop(rgb, subject, (0.05 if columns.mean() < subject.shape[1] / 2 else 0.95, 0.5), amount)


_ALL = frozenset(NAMES)
_UNRATED = frozenset({"content", "overall", "motion_blur", "repetition", "symmetry"})  # an edit says nothing about these

EDITS: Mapping[str, Edit] = {
    "blur_background": Edit(
        "depth_of_field", +1, "background", blur_background, _UNRATED | {"object_emphasis", "balancing_elements"}
    ),
    "drain": Edit("vivid_color", -1, "everywhere", drain, _UNRATED | {"color_harmony"}),
    "saturate": Edit("vivid_color", +1, "everywhere", saturate, _UNRATED | {"color_harmony"}),
    "underexpose": Edit("light", -1, "everywhere", underexpose, _UNRATED | {"vivid_color"}),
    "overexpose": Edit("light", -1, "everywhere", overexpose, _UNRATED | {"vivid_color"}),
    "dim_background": Edit(
        "object_emphasis", +1, "background", dim_background, _UNRATED | {"light", "vivid_color", "balancing_elements"}
    ),
    "turn_hue": Edit("color_harmony", -1, "subject", turn_hue, _UNRATED),
    "crop_to_third": Edit("rule_of_thirds", +1, "everywhere", crop_to_third, _ALL),
    "crop_off_balance": Edit("balancing_elements", -1, "everywhere", crop_off_balance, _ALL),
}
"""Every edit by name."""


def edit(name: str) -> Edit:
    """Find an edit by its name.

    Raises
    ------
    DataError
        If there is none.
    """
    if name not in EDITS:
        raise DataError(unknown("edit", name, EDITS, label="There are"))
    return EDITS[name]


def strength(step: EditStep) -> float:
    """The amount with its sign, in [-1, 1]: how much more of the attribute the edit makes."""
    return edit(step.name).sign * step.amount


def effect(name: str, attribute: str) -> float:
    """What an edit does to an attribute for each unit of its amount: +1, -1, 0, or nan where nobody knows."""
    kind = edit(name)
    if kind.attribute == attribute:
        return float(kind.sign)
    return float("nan") if attribute in kind.unsure else 0.0


def changed(step: EditStep, subject: Mask) -> Mask:
    """The region that an edit changes, in pixels of the unedited photograph."""
    place = edit(step.name).place
    if place == "everywhere":
        return np.ones_like(subject)
    return subject if place == "subject" else ~subject
