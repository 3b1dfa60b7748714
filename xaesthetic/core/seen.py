"""Which photographs a model has seen in training, kept small beside its weights, so that none of them judges it.

A photograph is its file: the sha256 of its bytes. The first eight bytes of each are kept, sorted, as base64: 2,000
photographs take 21 kB, and by chance one of 100,000 others is taken for one of them once in 90 billion times. A copy that
was saved anew has other bytes: `xaesthetic data check` finds those by what they look like.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping

from xaesthetic.core.errors import DataError

_BYTES = 8


def pack(sums: Iterable[str]) -> str:
    """Return the sha256 of photographs' files as short as they are kept; what is empty is of no file, and left out.

    Examples
    --------
    >>> pack(["00112233445566778899" + "0" * 44])
    'ABEiM0RVZnc='
    """
    kept = sorted({item[: 2 * _BYTES] for item in sums if item})
    return base64.b64encode(bytes.fromhex("".join(kept))).decode()


def unpack(packed: str, where: str) -> frozenset[str]:
    """Return the beginnings of the sha256 that `pack` has kept.

    Raises
    ------
    DataError
        If it is nothing that was packed; `where` names the place.
    """
    try:
        raw = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataError(f"{where}: is no list of photographs seen in training ({error}); train the model again.") from error
    if len(raw) % _BYTES:
        raise DataError(f"{where}: holds {len(raw)} bytes, no multiple of {_BYTES}; it is damaged, train the model again.")
    return frozenset(raw[start : start + _BYTES].hex() for start in range(0, len(raw), _BYTES))


def seen_among(packed: str, sums: Mapping[str, str], where: str) -> frozenset[str]:
    """Return which photographs were seen.

    Parameters
    ----------
    packed
        What was seen; empty where nothing is listed.
    sums
        By the photographs' ids, the sha256 of their files.
    where
        Whose list it is, for an error.

    Raises
    ------
    DataError
        If `packed` is damaged.
    """
    kept = unpack(packed, where)
    return frozenset(image for image, item in sums.items() if item[: 2 * _BYTES] in kept)
