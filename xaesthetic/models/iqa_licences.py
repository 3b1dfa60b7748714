"""What the authors of pyiqa's metrics allow with their own code, as their repositories say; pyiqa's licence comes on top.

Looked up on 26 November 2026. What is not in the table could not be looked up, and is said to be not known.
"""

import inspect
import re
from collections.abc import Mapping
from types import MappingProxyType

_ADDRESS = re.compile(r"https?://github\.com/[\w.-]+/[\w.-]+")

LICENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "AFINE": ("Apache-2.0", "https://github.com/ChrisDud0257/AFINE, LICENSE"),
        "ARNIQA": ("CC BY-NC 4.0, no commercial use", "https://github.com/miccunifi/ARNIQA, README"),
        "BRISQUE": ("MIT", "https://github.com/photosynthesis-team/piq, LICENSE"),
        "DBCNN": ("MIT", "https://github.com/zwx8981/DBCNN-PyTorch, LICENSE"),
        "HyperNet": ("MIT", "https://github.com/SSL92/hyperIQA, LICENSE"),
        "LIQE": ("MIT", "https://github.com/zwx8981/LIQE, LICENSE"),
        "NIMA": ("MIT", "https://github.com/yunxiaoshi/Neural-IMage-Assessment, LICENSE"),
        "QAlign": ("MIT", "https://github.com/Q-Future/Q-Align, LICENSE"),
        "QualiCLIP": ("CC BY-NC 4.0, no commercial use", "https://github.com/miccunifi/QualiCLIP, README"),
        "TReS": ("academic or non-profit research only", "https://github.com/isalirezag/TReS, LICENSE"),
    }
)
"""By the class of pyiqa that holds the metric: the licence of the code that it was taken from, and where that stands."""


def metric_licence(kind: str, network: object) -> str:
    """Return what is known of a metric's own licence, in words.

    Parameters
    ----------
    kind
        The class of pyiqa that holds it.
    network
        The metric's network; the file of its class names where it was taken from.
    """
    if kind in LICENCES:
        licence, where = LICENCES[kind]
        return f"{kind}'s code: {licence} ({where})"
    said = inspect.getdoc(inspect.getmodule(type(network))) or ""
    addresses = [address for address in _ADDRESS.findall(said) if not address.startswith("https://github.com/chaofengc/")]
    where = f"; pyiqa took it from {addresses[0]}, look there" if addresses else ""
    return f"{kind}'s own licence: not known{where}"
