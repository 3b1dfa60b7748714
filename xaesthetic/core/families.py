"""Names that stand for several methods: `all-cam`."""

from collections.abc import Mapping, Sequence

FAMILIES: Mapping[str, tuple[str, ...]] = {"all-cam": ("cam", "grad_cam", "hires_cam", "xgrad_cam", "layer_cam")}
"""What they stand for. The signed sums of activations, from one pass: on one pooled layer under a linear head they are one
map under five names, so a run of a family keeps those that differ (`xaesthetic.evaluation.same_maps`)."""


def expand(methods: Sequence[str]) -> tuple[str, ...]:
    """Put the methods of a family in the place of its name, each once.

    Examples
    --------
    >>> expand(["grad_cam", "all-cam", "occlusion"])
    ('grad_cam', 'cam', 'hires_cam', 'xgrad_cam', 'layer_cam', 'occlusion')
    """
    return tuple(dict.fromkeys(method for name in methods for method in FAMILIES.get(name, (name,))))


def members(methods: Sequence[str]) -> tuple[str, ...]:
    """Return the methods that are there as part of a family: a model may lack one, and equal ones become one.

    Examples
    --------
    >>> members(["cam", "occlusion"]), members(["occlusion", "all-cam"])[:2]
    ((), ('cam', 'grad_cam'))
    """
    return expand([name for name in methods if name in FAMILIES])
