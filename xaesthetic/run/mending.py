"""What is mended without computing anything: sums of whole files, and a flipped bit of experiment.json."""

import hashlib
from collections.abc import Collection
from pathlib import Path

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import atomic_write, find_sums, write_sum
from xaesthetic.run.sums import write_array_sums

_LONGEST = 1 << 16
"""Bytes of a file in which a flipped bit is looked for: half a minute."""


def mend_question(file: Path) -> None:
    """Undo one flipped bit: the only damage from which the question can be recovered.

    Parameters
    ----------
    file
        The experiment.json; its sum, which is whole, stands beside it.

    Raises
    ------
    DataError
        If it was damaged otherwise.
    """
    content = file.read_bytes() if file.is_file() else b""
    mended = _unflipped(content, find_sums(file) or ()) if len(content) <= _LONGEST else None
    if mended is None:
        raise DataError(
            f"{file}: is damaged in more than one bit or missing, and nothing else holds the question; put a copy back, or "
            "ask the same question again with another --out."
        )
    with atomic_write(file) as temporary:
        temporary.write_bytes(mended)


def _unflipped(content: bytes, sums: Collection[str]) -> bytes | None:
    """Return the content that has one of these sums and differs in one bit; None where there is none."""
    before = hashlib.sha256()
    for place, byte in enumerate(content):
        for bit in range(8):
            digest = before.copy()
            digest.update(bytes([byte ^ 1 << bit]) + content[place + 1 :])
            if digest.hexdigest() in sums:
                return content[:place] + bytes([byte ^ 1 << bit]) + content[place + 1 :]
        before.update(content[place : place + 1])
    return None


def rewrite_sum(file: Path) -> None:
    """Write the sum of a whole file, or the sums of a whole array, again.

    Parameters
    ----------
    file
        The sum: FILE.sha256.
    """
    summed = file.with_name(file.name.removesuffix(".sha256"))
    if summed.is_dir():
        write_array_sums(summed, summed)
    else:
        write_sum(summed)
