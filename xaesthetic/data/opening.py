"""The one way to a photograph's bytes, wherever they lie: in a file, in a tar, on another machine."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BufferedReader
from pathlib import Path

from xaesthetic.core.errors import XaestheticError
from xaesthetic.core.files import open_regular, sha256_of
from xaesthetic.core.places import Address, Place
from xaesthetic.data.cache import content_file
from xaesthetic.data.remote import PHOTOGRAPH, SHARD, fetch
from xaesthetic.data.tar import open_member

_AT_ONCE = 16


def open_photograph(place: Place, sha256: str = "") -> BufferedReader:
    """Open a photograph for reading.

    Parameters
    ----------
    place
        Where it lies.
    sha256
        The content's, where it is known: what the cache holds under it is taken without asking a server.

    Raises
    ------
    DataError
        If it is no regular file, a tar holds no such member or is damaged, or a server does not give it.
    PluginError
        If a package is missing that such addresses need.
    OSError
        If a file cannot be opened.
    """
    if isinstance(place, Path):
        return open_regular(place)
    if place.member:
        return open_regular(odd) if (odd := _odd(place)) else open_member(local_file(place), place.member)
    if sha256 and content_file(sha256).is_file():
        return open_regular(content_file(sha256))
    return open_regular(local_file(place))


def local_file(place: Place) -> Path:
    """Return the file that holds a place's photograph, tar or list; what lies elsewhere is fetched.

    Raises
    ------
    DataError
        If a server does not give it.
    PluginError
        If a package is missing that such addresses need.
    """
    if isinstance(place, Path):
        return place
    if not place.is_remote:
        return Path(place.container)
    return fetch(place.container, SHARD if place.member else PHOTOGRAPH)


def _odd(place: Address) -> Path | None:
    """A file whose own name looks like a tar and a member."""
    file = Path(str(place))
    return file if not place.is_remote and not Path(place.container).is_file() and file.is_file() else None


def is_there(place: Place) -> bool:
    """Whether a photograph's file or member is there, or a server gives it."""
    try:
        if isinstance(place, Path):
            return place.is_file()
        open_photograph(place).close()
    except (OSError, XaestheticError, ValueError):  # ValueError: a name with a null in it
        return False
    return True


def file_sum(place: Place) -> str:
    """The photograph's sha256; empty where it cannot be read, or is a pipe or a device, which nobody waits for."""
    try:
        with open_photograph(place) as file:
            return sha256_of(file)
    except (OSError, XaestheticError, ValueError):  # ValueError: a name with a null in it
        return ""


def file_sums(places: Iterable[Place]) -> dict[Place, str]:
    """The sha256 of photographs, as `file_sum` has them; those on other machines are fetched several at a time."""
    several = list(dict.fromkeys(places))
    far = [place for place in several if isinstance(place, Address) and place.is_remote]
    sums: dict[Place, str] = {}
    if far:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            sums = dict(zip(far, pool.map(file_sum, far), strict=True))
    return {place: sums[place] if place in sums else file_sum(place) for place in several}
