"""Weights under free licences alone, where the environment variable XAESTHETIC_FREE_WEIGHTS asks for that."""

import os

from xaesthetic.core.errors import MissingWeightsError

VARIABLE = "XAESTHETIC_FREE_WEIGHTS"
NOTE = f"{VARIABLE}=1 keeps to weights under free licences."
"""Stands where weights are shown that are for research alone."""


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
