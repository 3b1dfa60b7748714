"""The photographs that a table or list beside them names."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from xaesthetic.core.files import printable
from xaesthetic.data.names import match_names
from xaesthetic.data.walk import walk


@dataclass(frozen=True, slots=True)
class Located:
    """A photograph that a list names."""

    id: str
    """As the list has it where the file is just there; else the file's path below the folder, or the name without a file."""
    path: Path
    problem: str = ""
    """Why there is no such file, in a sentence; empty where there is one."""


def locate(names: Iterable[str], folder: Path, any_suffix: bool = False) -> dict[str, Located]:
    """Find the files that names mean: those that are just there, and for the others what `match_names` says.

    Parameters
    ----------
    names
        As they were written; absolute, or relative to the folder.
    folder
        Where the list lies. It and the folders below it are walked only if a name is not just there.
    any_suffix
        Whether `1.jpg` may mean `1.png`, where only that is there.

    Raises
    ------
    DataError
        If the folder cannot be read.
    """
    wanted = list(dict.fromkeys(names))
    present = [name for name in wanted if name and os.path.isfile(folder / name)]  # noqa: PTH113  # never raises
    result = {name: Located(name, folder / name) for name in present}
    missing = [name for name in wanted if name not in result]
    if not missing:
        return result
    matches = match_names(wanted, walk(folder).photographs, any_suffix)
    taken = {_absolute(folder / name): name for name in present}
    for name in missing:
        match = matches[name]
        problem, file = match.problem, match.file
        if file and (taker := taken.get(_absolute(folder / file))) is not None:
            problem, file = f"{printable(Path(file))} is what {taker!r} names", ""
        if file:
            result[name] = Located(printable(Path(file)), folder / file)
        else:
            result[name] = Located(name, folder / name.replace("\0", ""), f"{name!r}: {problem} (in {printable(folder)}).")
    return {name: result[name] for name in wanted}


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100  # ./a.png and a.png are one file
