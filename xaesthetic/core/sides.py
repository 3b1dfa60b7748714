"""The sides of signed marks: what people marked as raising or as lowering an attribute, and the metrics' keys for each.

A map is held against what raises by its positive part, against what lowers by its negative part, and against both together
by metrics of signed maps only. The metric `nss` against what raises is `nss@raises`, against what lowers `nss@lowers`.
"""

from xaesthetic.core.errors import PluginError, unknown

RAISES, LOWERS = "raises", "lowers"
SIDES = (RAISES, LOWERS)
"""What people mark, each for itself."""
SIGNED = "signed"
"""Both together: the share of people who marked a pixel as raising less the share who marked it as lowering."""
NOWHERE, EVERYWHERE = "nowhere", "everywhere"
EXTENTS = (NOWHERE, EVERYWHERE)
"""What people say instead of marking: no region is empty, and none is the whole photograph."""


def split(key: str) -> tuple[str, str]:
    """Split a metric's key into its name and its side; the side is empty where the key names none.

    Raises
    ------
    PluginError
        If there is no such side.

    Examples
    --------
    >>> split("nss@lowers"), split("nss")
    (('nss', 'lowers'), ('nss', ''))
    """
    name, at, side = key.partition("@")
    if at and side not in SIDES:
        raise PluginError(unknown("side", side, SIDES))
    return name, side


def join(name: str, side: str) -> str:
    """Put a metric's name and its side together; without a side it is the name.

    Examples
    --------
    >>> join("nss", "raises"), join("nss", "")
    ('nss@raises', 'nss')
    """
    return f"{name}@{side}" if side else name
