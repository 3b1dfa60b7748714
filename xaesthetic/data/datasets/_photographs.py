"""The photographs that an export names, among the files that lie beside it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.data.datasets._exports import short
from xaesthetic.data.images import read_size
from xaesthetic.data.names import match_names
from xaesthetic.data.walk import walk

_IMAGES = "images"
_UPLOADS = re.compile(r"^/?data/upload/\d+/")
"""Label Studio's folder of uploads: of the server, not of whoever sent them."""
_QUERY = re.compile(r"[?&]d=([^&#]*)")


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph that an export names."""

    id: str
    """Its path below the export's folder or below images/ there; the name in the export where there is no file."""
    path: Path
    problem: str = ""
    """Why it cannot be used."""


def find_photographs(folder: Path, names: Iterable[str]) -> dict[str, Photograph]:
    """Return the photograph that each name of an export means.

    Parameters
    ----------
    folder
        Of the export. Photographs lie in it or in images/, and in folders there.
    names
        Paths and addresses as the export has them.
    """
    files, doubled, problems = _files(folder)
    wanted = _without_uploads({name: _below_images(path_in(name), files) for name in names})
    matches = match_names(wanted.values(), files)
    result = {}
    for name, path in wanted.items():
        match, problem = matches[path], matches[path].problem
        if match.file in doubled and path.replace("\\", "/") != match.file:
            problem = f"it could be {match.file} or {_IMAGES}/{match.file}"
        if problem:
            title = short(name)
            result[name] = Photograph(title, folder / title.replace("/", "_"), f"{printable(folder)}: {title}: {problem}.")
        else:
            result[name] = Photograph(match.file, files[match.file], problems[match.file])
    return result


def _files(folder: Path) -> tuple[dict[str, Path], set[str], dict[str, str]]:
    """Return the files by their paths, what lies both beside the export and in images/, and what is wrong with files."""
    beside, below = walk(folder).photographs, _walk_images(folder)
    beside = {name: problem for name, problem in beside.items() if not name.startswith(f"{_IMAGES}/")}
    doubled = set(beside) & set(below)
    inside = {f"{_IMAGES}/{name}" if name in doubled else name: name for name in below}
    files = {name: folder / name for name in beside} | {key: folder / _IMAGES / name for key, name in inside.items()}
    return files, doubled, {**beside, **{key: below[name] for key, name in inside.items()}}


def _below_images(path: str, files: Mapping[str, Path]) -> str:
    """Drop the folder images/ from a path below the export's folder, where that is how its file is called here."""
    name = path.replace("\\", "/").removeprefix("./").removeprefix(f"{_IMAGES}/")
    return name if name in files and files[name].parts[-name.count("/") - 2 :][0] == _IMAGES else path


def _walk_images(folder: Path) -> Mapping[str, str]:
    return walk(folder / _IMAGES).photographs if (folder / _IMAGES).is_dir() else {}  # which may be a link


def _without_uploads(paths: Mapping[str, str]) -> dict[str, str]:
    """Drop the folder of uploads where no two photographs become one by that."""
    bare: dict[str, set[str]] = defaultdict(set)
    for path in paths.values():
        bare[_UPLOADS.sub("", path)].add(path)
    return {name: path if len(bare[_UPLOADS.sub("", path)]) > 1 else _UPLOADS.sub("", path) for name, path in paths.items()}


def path_in(text: str) -> str:
    """Return the path in an address, or in the query of Label Studio's local files; a path as it is."""
    if "/data/local-files/" in text and (query := _QUERY.search(text)):
        return query[1]
    scheme, mark, rest = text.partition("://")
    if not mark:
        return text
    try:
        return urlsplit(text).path if scheme.lower() in ("http", "https", "file") else rest.partition("/")[2]
    except ValueError:  # no address after all
        return text


def header_size(path: Path) -> tuple[int, int] | None:
    """Return (height, width) of a photograph, upright, without decoding it; None where it cannot be read."""
    try:
        return read_size(path)
    except DataError:  # decoding says what is wrong
        return None
