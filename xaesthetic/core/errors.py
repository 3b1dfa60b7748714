"""What can go wrong, said in one line: which input, what came, what was wanted, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


class XaestheticError(Exception):
    """Any error that is the input's and not ours; the command prints it in one line and ends with exit status 2."""


class XaestheticWarning(UserWarning):
    """Something that was left out or set right, and ends nothing; the command prints it in one line on standard error."""


class PluginError(XaestheticError):
    """A plug-in that is not installed, is there twice, or does not hold what its file name promises."""


class DataError(XaestheticError):
    """A file, folder, photograph or run folder that cannot be used."""


class ModelError(XaestheticError):
    """A model that cannot be loaded, or is asked for what it does not have."""


class MissingWeightsError(ModelError):
    """A model whose weights have not been fetched, converted or trained yet; says how to get them."""


class ServerError(ModelError):
    """A model server that does not run, or does not answer as it should; says how to start it."""


class EngineError(XaestheticError):
    """Workers that cannot be reached, do not start, or die again and again."""


def unknown(what: str, name: str, known: Iterable[str], label: str = "Installed") -> str:
    """One line for a name that is not among those known, with the nearest one suggested.

    Parameters
    ----------
    what
        The kind of thing asked for, for example ``method``.
    name
        What was asked for.
    known
        What could have been asked for.
    label
        The word before the list of those.
    """
    choices = sorted(known)
    near = get_close_matches(name.lower(), choices, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"no {what} {name!r}.{hint} {label}: {', '.join(choices) or 'none'}."
