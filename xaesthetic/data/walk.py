"""The photographs in a folder and in the folders below it, and what else lies there: one walk, which nothing ends."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.core.types import PassedOver
from xaesthetic.data import images

_SYSTEM = frozenset({"__macosx", "thumbs.db", "desktop.ini", "@eadir", "$recycle.bin", "system volume information"})
"""Files and folders that systems put beside photographs."""


_SUFFIXES = images.SUFFIXES | set(images.UNREADABLE)


@dataclass(frozen=True, slots=True)
class Walk:
    """What lies in a folder."""

    photographs: Mapping[str, str]
    """In alphabetical order: paths below the folder, divided by slashes; each with why it cannot be read, or nothing."""
    passed_over: tuple[PassedOver, ...]
    """All else, in the same order."""


def walk(root: Path) -> Walk:
    """List a folder and the folders below it; links to files are followed, links to folders are not.

    Raises
    ------
    DataError
        If the folder itself is none or may not be entered. A folder below that may not is passed over.
    """
    photographs: dict[str, str] = {}
    passed: list[PassedOver] = []
    for name, reason, is_photograph in sorted(_entries(root), key=lambda entry: entry[0].split("/")):
        if is_photograph:
            photographs[name] = reason
        else:
            passed.append(PassedOver(printable(Path(name)), reason))
    return Walk(photographs, tuple(passed))


def _entries(root: Path) -> Iterator[tuple[str, str, bool]]:
    """Give every file, and every folder that is not entered: its path, what is wrong with it, whether it is a photograph."""
    todo = [""]
    while todo:
        below = todo.pop()
        try:
            with os.scandir(root / below) as entries:
                for entry in entries:
                    name, reason = below + entry.name, _passed_over(entry)
                    if reason:
                        yield name, reason, False
                    elif entry.is_dir(follow_symlinks=False):
                        todo.append(f"{name}/")
                    else:
                        yield name, _problem(entry), True
        except (OSError, ValueError) as error:  # ValueError: a name with a null in it
            reason = getattr(error, "strerror", None) or str(error)
            if not below:
                raise DataError(f"{printable(root)}: cannot be read ({reason}).") from error
            yield below.rstrip("/"), f"a folder that cannot be read ({reason})", False


def _passed_over(entry: "os.DirEntry[str]") -> str:
    """Return why something is passed over; nothing for photographs and for folders that are entered."""
    if reason := _unwanted(entry.name):
        return reason
    if entry.is_dir(follow_symlinks=False):
        return ""
    if entry.is_symlink() and os.path.isdir(entry.path):  # noqa: PTH112  # never raises
        return "a link to a folder, which is not followed"
    return _no_photograph(entry.name)


def name_problem(path: str) -> str:
    """Return why a path below a folder or in a tar, by its name alone, is no photograph's; nothing where it is one's."""
    parts = path.split("/")
    return next(filter(None, map(_unwanted, parts)), "") or _no_photograph(parts[-1])


def _unwanted(name: str) -> str:
    if name.startswith("."):
        return "hidden"
    return "the system's, not a photograph" if name.lower() in _SYSTEM else ""


def _no_photograph(name: str) -> str:
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122  # of 100,000 names
    if suffix in _SUFFIXES:
        return ""
    return f"{printable(Path(suffix))}, not a photograph" if suffix else "without a suffix, not a photograph"


def _problem(entry: "os.DirEntry[str]") -> str:
    """Return why a photograph cannot be opened; links to nothing are for the decoder to say."""
    regular = os.path.isfile(entry.path) if entry.is_symlink() else entry.is_file()  # noqa: PTH113  # never raises
    if regular or not os.path.exists(entry.path):  # noqa: PTH110
        return ""
    return f"{printable(Path(entry.path))}: is no regular file but a pipe, a socket or a device."
