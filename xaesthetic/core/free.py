"""Weights under free licences alone, where the environment variable XAESTHETIC_FREE_WEIGHTS asks for that."""

import os
import re

from xaesthetic.core.errors import MissingWeightsError

VARIABLE = "XAESTHETIC_FREE_WEIGHTS"
NOTE = f"{VARIABLE}=1 keeps to weights under free licences."
"""Stands where weights are shown that are for research alone."""
LEFT_OUT = f"{VARIABLE} leaves out models whose weights are for research alone."
"""Stands where models are listed, and only free ones are wanted."""
_NOT_FREE = re.compile(r"non-?commercial|no commercial|research only|research use,|\bCC[ -]BY-NC", re.IGNORECASE)
"""Words of licences that keep weights from some uses; «trained on X, which is for research» is said of data, not of them."""


def is_free(licence: str) -> bool:
    """Whether a licence, in words, keeps weights from no use; one that is not known does not.

    Examples
    --------
    >>> is_free("Apache-2.0"), is_free("head: research use, PARA"), is_free("CC BY-NC 4.0")
    (True, False, False)
    """
    return not _NOT_FREE.search(licence)


def free_only() -> bool:
    """Whether only weights under free licences are wanted: whatever the variable holds but nothing, 0, no and false."""
    return os.environ.get(VARIABLE, "").strip().casefold() not in ("", "0", "no", "false")


def validate_free(name: str, licence: str, instead: str) -> None:
    """Make sure that weights which are for research alone are wanted.

    Parameters
    ----------
    name
        Of the model.
    licence
        Of its weights.
    instead
        A model whose weights are free.

    Raises
    ------
    MissingWeightsError
        If only free ones are.
    """
    if free_only():
        raise MissingWeightsError(
            f"{name}: its weights are for {licence}, and {VARIABLE} wants free ones; choose {instead}, or unset {VARIABLE}."
        )
