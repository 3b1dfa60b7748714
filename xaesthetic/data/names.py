"""File names as other programs write them, matched with the files that are there: the one place where that is done.

Names come with other case, backslashes, percent-encoding, folders of another machine, prefixes of uploads, without a suffix.
A photograph is never taken for another: where a name could mean two files, or two names one file, there is no match.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from xaesthetic.core.files import printable

Parts = tuple[str, ...]
NONE = "there is no file of that name"
"""The `problem` of a name that fits nothing; others fit too much."""
_UPLOAD = re.compile(r"^[0-9a-f]{8}-(?=.)", re.IGNORECASE)
"""Eight hexadecimal digits and a dash, which Label Studio puts before the names of uploads."""
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:$")
_DRIVE = re.compile(r"^[A-Za-z]:$")
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")


@dataclass(frozen=True, slots=True)
class Match:
    """What a name means."""

    file: str = ""
    """One of the files; empty where the name means none."""
    problem: str = ""
    """Why it means none; empty where it means one."""


def match_names(names: Iterable[str], files: Iterable[str], any_suffix: bool = False) -> dict[str, Match]:
    r"""Say which file each name means.

    A file that one name means closely is not there for a looser name. From close to loose: the same path; the same but for
    case and for how accents are written; percent-encoding and addresses undone; the prefix of an upload removed; a suffix
    added to the name, or removed where the file has none; with `any_suffix`, another suffix. Folders must agree as far as
    both have them: `/there/a/1.png` means `a/1.png` or `1.png`, but never `b/1.png`.

    Parameters
    ----------
    names
        As they were written: paths of any system, parts of addresses.
    files
        Paths below the data's folder, divided by slashes.
    any_suffix
        Whether `1.jpg` may mean `1.png`, where only that is there.

    Returns
    -------
    For every name a match.

    Examples
    --------
    >>> match_names(["IMG%201.JPG", r"C:\photos\b\2.png", "3"], ["img 1.jpg", "a/2.png", "3.webp"])["3"].file
    '3.webp'
    """
    known = {file: _parts(file) for file in dict.fromkeys(files)}
    left = {name: _parts(name) for name in dict.fromkeys(names)}
    result: dict[str, Match] = {}
    taken: dict[str, str] = {}
    indexes: dict[Callable[[Parts], Parts], _Index] = {}
    tried: dict[str, set[object]] = defaultdict(set)
    for loosen_name, loosen_file in _RUNGS if any_suffix else _RUNGS[:-1]:
        if loosen_file not in indexes:
            indexes[loosen_file] = _index(known, loosen_file)
        wanted = {name: loosen_name(parts) for name, parts in left.items()}
        new = {name: parts for name, parts in wanted.items() if (loosen_file, parts) not in tried[name]}
        for fitting in (_equal, _in_folders):
            fits = {name: fitting(parts, indexes[loosen_file]) for name, parts in new.items() if parts and name in left}
            matched = _settled({name: fit for name, fit in fits.items() if fit[1]}, left, taken)
            result |= matched
            left = {name: parts for name, parts in left.items() if name not in matched}
            taken |= {match.file: name for name, match in matched.items() if match.file}
        for name, parts in new.items():
            tried[name].add((loosen_file, parts))
    return result | {name: Match(problem=NONE) for name in left}


_Fit = tuple[int, list[str]]
"""How well files fit a name, and which they are."""


@dataclass(frozen=True, slots=True)
class _Index:
    """Files by their loosened paths, so that what a name costs does not grow with how many have one last name."""

    whole: Mapping[Parts, list[str]]
    ends: Mapping[Parts, list[str]]
    """By what their paths end in, whole paths not among them; two files are enough to be in doubt."""


def _index(files: Mapping[str, Parts], loosen: Callable[[Parts], Parts]) -> _Index:
    whole: dict[Parts, list[str]] = defaultdict(list)
    ends: dict[Parts, list[str]] = defaultdict(list)
    for file, parts in files.items():
        loosened = loosen(parts)
        if loosened:
            whole[loosened].append(file)
        for start in range(1, len(loosened)):
            if len(ends[loosened[start:]]) < 2:
                ends[loosened[start:]].append(file)
    return _Index(dict(whole), dict(ends))


def _equal(name: Parts, index: _Index) -> _Fit:
    return 1, index.whole.get(name, [])


def _in_folders(name: Parts, index: _Index) -> _Fit:
    """Return the files that share most with a name, where one path ends in the other; none where folders contradict."""
    files = [*index.whole.get(name, ()), *index.ends.get(name, ())]
    if files:
        return len(name), files
    for start in range(1, len(name)):
        if name[start:] in index.whole:
            return len(name) - start, index.whole[name[start:]]
    return 0, []


def _settled(fits: Mapping[str, _Fit], parts: Mapping[str, Parts], taken: Mapping[str, str]) -> dict[str, Match]:
    """Refuse what is not certain: a name that fits two files, a file that another name means as closely or more so."""
    claims: dict[str, list[str]] = defaultdict(list)
    for name, (_, files) in fits.items():
        if len(files) == 1:
            claims[files[0]].append(name)
    result = {}
    for name, (score, files) in fits.items():
        rivals = (item for item in claims[files[0]] if parts[item] != parts[name] and fits[item][0] >= score)
        if len(files) > 1:
            result[name] = Match(problem=f"it could be {_shown(files[0])} or {_shown(files[1])}")
        elif files[0] in taken:
            result[name] = Match(problem=f"{_shown(files[0])} is what {taken[files[0]]!r} names")
        elif rival := next(rivals, None):
            result[name] = Match(problem=f"{rival!r} could be {_shown(files[0])} too")
        else:
            result[name] = Match(files[0])
    return result


def _shown(file: str) -> str:
    return printable(Path(file))


def _parts(name: str) -> Parts:
    """Return a path's folders and file, of any system; what leads out of a folder is dropped."""
    parts = name.replace("\\", "/").split("/")
    return tuple(part for part in parts if part not in ("", ".", "..") and not _DRIVE.match(part))


def _folded(parts: Parts) -> Parts:
    return tuple((part if part.isascii() else unicodedata.normalize("NFC", part)).strip().casefold() for part in parts)


def _decoded(parts: Parts) -> Parts:
    if parts and _SCHEME.match(parts[0]):  # an address: its host is no folder, its query no part of the name
        parts = parts[1 if parts[0].lower() == "file:" else 2 :]
        parts = (*parts[:-1], re.split("[?#]", parts[-1])[0]) if parts else ()
    return _folded(_parts("/".join(unquote(part) for part in parts)))


def _downloaded(parts: Parts) -> Parts:
    decoded = _decoded(parts)
    return (*decoded[:-1], _UPLOAD.sub("", decoded[-1])) if decoded else ()


def _where_without_suffix(parts: Parts) -> Parts:
    return _folded(parts) if _without_suffix(parts) == parts else ()


def _without_suffix(parts: Parts) -> Parts:
    return (*parts[:-1], _SUFFIX.sub("", parts[-1])) if parts else ()


def _stem(file: Parts) -> Parts:
    return _without_suffix(_folded(file))


def _plain(parts: Parts) -> Parts:
    return parts


_RUNGS: tuple[tuple[Callable[[Parts], Parts], Callable[[Parts], Parts]], ...] = (
    (_plain, _plain),
    (_folded, _folded),
    (_decoded, _folded),
    (_downloaded, _folded),
    (_downloaded, _stem),
    (lambda name: _without_suffix(_downloaded(name)), _where_without_suffix),
    (lambda name: _without_suffix(_downloaded(name)), _stem),
)
