"""Baselines: photographs without information, which some methods and measurements compare with.

None is neutral here. Each is an edit: black is bad light, a blur is depth of field, grey drains color. So whoever needs one
names it, two of different kinds are the default, and an attribute that a baseline edits is marked as confounded with it.

A method's key in a run is its name, or its name with a baseline behind an @: `occlusion@blur`. So the maps of two baselines
are maps of two methods everywhere: in folders, tables and figures. An @ may stand in a file's name on every system; a colon
may not.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xaesthetic.core.errors import PluginError, unknown


@dataclass(frozen=True, slots=True)
class Baseline:
    """A photograph without information."""

    kind: str
    """`field` where it is one color, `photograph` where something of the photograph stays, `noise`."""
    about: str
    """What it is, in a few words."""
    confounds: frozenset[str]
    """The attributes of the vocabulary that it edits by itself: a map of one of them shows the baseline as well."""


_COLOR = frozenset({"vivid_color", "color_harmony"})

BASELINES: Mapping[str, Baseline] = {
    "mean": Baseline("field", "the mean color that the network subtracts (input 0)", _COLOR),
    "black": Baseline("field", "black", _COLOR | {"light"}),
    "white": Baseline("field", "white", _COLOR | {"light"}),
    "blur": Baseline(
        "photograph",
        "the photograph blurred beyond recognition",
        frozenset({"depth_of_field", "object_emphasis", "motion_blur"}),
    ),
    "grey": Baseline("photograph", "the photograph without its color", _COLOR),
    "noise": Baseline("noise", "uniform noise in every pixel and color, the same for all photographs", _COLOR),
}
"""Every baseline by its name."""
DEFAULTS = ("mean", "blur")
"""Two of different kinds; what a run uses where none is named."""
DEFAULT = DEFAULTS[0]
"""What a method uses by itself."""
SIGN = "@"
"""Between a method and its baseline."""


def split(key: str) -> tuple[str, str]:
    """Split a method's key into the plug-in's name and the baseline's; the latter is empty where none is named.

    Raises
    ------
    PluginError
        If there is no such baseline.

    Examples
    --------
    >>> split("occlusion@blur"), split("cam")
    (('occlusion', 'blur'), ('cam', ''))
    """
    name, sign, baseline = key.partition(SIGN)
    if sign and baseline not in BASELINES:
        raise PluginError(unknown("baseline", baseline, BASELINES, label="There are"))
    return name, baseline


def join(name: str, baseline: str) -> str:
    """Return a method's key; the plain name where there is no baseline."""
    return f"{name}{SIGN}{baseline}" if baseline else name


def is_confounded(attribute: str, baseline: str) -> bool:
    """Whether a baseline by itself edits an attribute; False for attributes that the vocabulary has not.

    Examples
    --------
    >>> is_confounded("light", "black"), is_confounded("light", "blur")
    (True, False)
    """
    return baseline in BASELINES and attribute in BASELINES[baseline].confounds


def is_constant(baseline: str) -> bool:
    """Whether a baseline, or none, is the same for all photographs; only then does a constant lie between sum and output.

    Examples
    --------
    >>> is_constant("black"), is_constant("blur"), is_constant("")
    (True, False, True)
    """
    return not baseline or BASELINES[baseline].kind != "photograph"
