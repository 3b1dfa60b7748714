"""Everything that can be downloaded: address, sha256 where it is known, size, licence, citation.

A package of plug-ins declares its downloads in a module ``_downloads``, which must import neither torch nor a plug-in:

    DOWNLOADS = {"their_data": Download((File("data.zip", "https://…"),), licence="CC0", citation="Them 2020")}
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_cache_path

from xaesthetic.core import plugins
from xaesthetic.core.errors import DataError, PluginError, unknown


@dataclass(frozen=True, slots=True)
class Unpack:
    """What of an archive is kept, and where it goes."""

    folder: str
    """Below the download's own folder; written whole or not at all."""
    keep: tuple[str, ...] = ("",)
    """Beginnings of the names that are kept, after `strip`; of a Drive folder, endings."""
    strip: int = 0
    """How many leading folders of every name are dropped."""


@dataclass(frozen=True, slots=True)
class File:
    """One file to be downloaded."""

    name: str
    """Below the download's own folder."""
    url: str
    """`https://…`; a Google Drive address of a file, or of a folder."""
    sha256: str | None = None
    """All 64 digits, or as many of the first as are known; None where the first download's is recorded instead."""
    size: int | None = None
    """In bytes, about, for the reader."""
    unpack: Unpack | None = None
    """Of an archive, which is deleted once it is unpacked."""


@dataclass(frozen=True, slots=True)
class Download:
    """What is fetched under one name."""

    files: tuple[File, ...]
    licence: str
    citation: str
    sources: Mapping[str, tuple[File, ...]] = field(default_factory=dict)
    """Where there is a choice (`--from`): further files by its name; the first is the default."""
    by_hand: str = ""
    """Where it is to be had and what to do, of what nobody but the reader may fetch; it has no files then."""


def cache_folder() -> Path:
    """The folder of all downloads: the environment variable XAESTHETIC_CACHE, else the user's cache."""
    chosen = os.environ.get("XAESTHETIC_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    return user_cache_path("xaesthetic")


def cached(name: str) -> Path:
    """The folder of one download, or of weights that were converted; it need not be there yet."""
    return cache_folder() / name


def download_names() -> tuple[str, ...]:
    """Return the names of all downloads that any package of plug-ins declares, sorted; no plug-in is imported.

    Raises
    ------
    PluginError
        If two downloads have one name, or a package's declaration cannot be read.
    """
    return tuple(sorted(_declared()))


def find_download(name: str) -> Download:
    """Return the download of this name.

    Raises
    ------
    DataError
        If there is none.
    PluginError
        If two downloads have one name, or a package's declaration cannot be read.
    """
    downloads = _declared()
    if name not in downloads:
        raise DataError(unknown("download", name, downloads, label="There are"))
    return downloads[name]


def _declared() -> Mapping[str, Download]:
    return _read(plugins.packages())


@lru_cache(maxsize=4)
def _read(packages: tuple[str, ...]) -> Mapping[str, Download]:
    """Gather what the packages declare."""
    downloads: dict[str, Download] = {}
    declared_in: dict[str, str] = {}
    for module in (f"{package}._downloads" for package in packages):
        for name, download in _downloads_of(module).items():
            if name in downloads:
                raise PluginError(f"two downloads are called {name!r}: in {declared_in[name]} and {module}; rename one.")
            downloads[name], declared_in[name] = download, module
    return downloads


def _downloads_of(module: str) -> Mapping[str, Download]:
    try:
        if find_spec(module) is None:
            return {}
    except ModuleNotFoundError:  # an entry point to nowhere, which whoever looks for its plug-ins is told of
        return {}
    try:
        holder = import_module(module)
    except Exception as error:  # it may be anybody's
        raise PluginError(f"{module} cannot be imported ({error}); install what it needs, or mend it.") from error
    downloads = getattr(holder, "DOWNLOADS", None)
    if not isinstance(downloads, Mapping) or not all(isinstance(value, Download) for value in downloads.values()):
        raise PluginError(f"{module} holds no DOWNLOADS, a mapping of names to Download; write one, or remove it.")
    return downloads
