"""What controlled edits are assumed to do to what people rate: the further rows of a ridge of ratings.

Strengths are in standard deviations of the ratings, at an edit's full amount. They and the zeros are our assumptions,
nobody's measurement: a manifest repeats those that were used. What is not here is unsure and left out.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from xaesthetic.core.errors import DataError

_DEPTH, _COLOR = ("dof", "depth_of_field"), ("color", "vivid_color")
_LIGHT, _OBJECT, _PLACES = ("light",), ("object_emphasis",), ("composition", "rule_of_thirds")

_STRENGTHS: Mapping[str, Sequence[tuple[Sequence[str], float]]] = {
    "blur_background": ((_DEPTH, 0.8), (_OBJECT, 0.5), (_COLOR, 0.0), (_LIGHT, 0.0)),
    "drain": ((_COLOR, -0.8), (_LIGHT, 0.0), (_DEPTH, 0.0), (_OBJECT, 0.0), (_PLACES, 0.0)),
    "saturate": ((_COLOR, 0.4), (_LIGHT, 0.0), (_DEPTH, 0.0), (_OBJECT, 0.0), (_PLACES, 0.0)),
    "underexpose": ((_LIGHT, -0.8), (_DEPTH, 0.0), (_OBJECT, 0.0), (_PLACES, 0.0)),
    "overexpose": ((_LIGHT, -0.8), (_DEPTH, 0.0), (_OBJECT, 0.0), (_PLACES, 0.0)),
    "dim_background": ((_OBJECT, 0.5), (_DEPTH, 0.0)),
    "turn_hue": ((_LIGHT, 0.0), (_DEPTH, 0.0), (_PLACES, 0.0)),
}
EFFECTS: Mapping[str, Mapping[str, float]] = {
    edit: {name: value for names, value in rows for name in names} for edit, rows in _STRENGTHS.items()
}
"""By edit and attribute; PARA's names and AADB's. Of crops nothing is assumed."""


def effects_on(attributes: Sequence[str], data: str) -> Float[np.ndarray, "e a"]:
    """Return what every edit of `EFFECTS` does to every attribute; nan where nobody knows.

    Parameters
    ----------
    attributes
        Their names.
    data
        What to call the ratings in an error.

    Raises
    ------
    DataError
        If none of the attributes is moved by an edit.
    """
    table = np.array([[known.get(name, np.nan) for name in attributes] for known in EFFECTS.values()], np.float64)
    if not np.nan_to_num(table).any():
        moved = sorted({name for known in EFFECTS.values() for name, value in known.items() if value})
        raise DataError(
            f"{data}: its attributes are {', '.join(attributes)}, and edits move {', '.join(moved)}; train without --edits."
        )
    return table


def assumptions(attributes: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return the effects on some attributes as a manifest has them."""
    return {edit: {name: known[name] for name in attributes if name in known} for edit, known in EFFECTS.items()}
