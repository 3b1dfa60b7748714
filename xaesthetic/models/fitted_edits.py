"""Which controlled edits a head was fitted on, as its manifest says: that a rating follows those is no surprise."""

from collections.abc import Mapping
from typing import Any


def fitted_edits(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the kinds of edits that a head was fitted on, as `Source` has them; none where the manifest names none.

    Parameters
    ----------
    manifest
        Of weights: of edits alone (`result.neighbouring_pairs_in_order`), or of ratings and edits (`assumed.effects`).

    Examples
    --------
    >>> fitted_edits({"assumed": {"effects": {"drain": {"color": -0.8, "light": 0.0}}}})
    ('color: drain', 'light: drain')
    >>> fitted_edits({"result": {"neighbouring_pairs_in_order": {"light: underexpose": {"accuracy": 1.0}}}})
    ('light: underexpose',)
    >>> fitted_edits({"result": "good"})
    ()
    """
    effects = _mapping(_mapping(manifest.get("assumed")).get("effects"))
    joint = [f"{attribute}: {edit}" for edit, known in effects.items() for attribute in _mapping(known)]
    alone = _mapping(_mapping(manifest.get("result")).get("neighbouring_pairs_in_order"))
    return tuple(sorted({*joint, *map(str, alone)}))


def _mapping(value: object) -> Mapping[str, Any]:
    """What stands there, where it is a table: a manifest may say more than this program knows."""
    return value if isinstance(value, Mapping) else {}
