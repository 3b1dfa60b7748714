"""Short names of photographs in a figure: no two alike, and a key to those that cannot be drawn."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from xaesthetic.figures.letters import drawable


def labels(names: Iterable[str]) -> dict[str, str]:
    """Return a label for each name: its stem; with suffix and folders where two would be alike; a number where all would.

    Parameters
    ----------
    names
        Of photographs, as their data set has them; one may come twice.

    Examples
    --------
    >>> labels(["a/same.png", "a/same.jpg", "b/same.png", "c/other.png"])["a/same.jpg"]
    'same.jpg'
    """
    return _distinct(names, (_stem, _file, str))


def title_labels(titles: Iterable[str]) -> dict[str, str]:
    """Return a label for each title: as it can be drawn; numbered where several would be alike.

    Examples
    --------
    >>> title_labels(["Depth of Field", "Light 2.0"])["Light 2.0"]
    'Light 2.0'
    """
    return _distinct(titles, (str,))


def _distinct(names: Iterable[str], ways: Sequence[Callable[[str], str]]) -> dict[str, str]:
    left = list(dict.fromkeys(names))
    result: dict[str, str] = {}
    short: dict[str, str] = {}
    for shorten in ways:
        short = {name: drawable(shorten(name).replace("\n", "\t"))[0] for name in left}
        count = Counter([*short.values(), *result.values()])
        result |= {name: label for name, label in short.items() if count[label] == 1}
        left = [name for name in left if name not in result]
    return result | {name: f"{short[name]} ({number})" for number, name in enumerate(left, start=1)}


def key_to_labels(labelled: Mapping[str, str]) -> list[str]:
    """Return a line for the caption where names could not be drawn as they are; none where all could."""
    boxed = {label: name for name, label in labelled.items() if drawable(name)[0] != name}
    return ["; ".join(f"{label}: {name!r}" for label, name in boxed.items()) + "."] if boxed else []


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def _file(name: str) -> str:
    return PurePosixPath(name).name
