"""Archives from outside: nothing of them lands anywhere but in the folder meant for it."""

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from xaesthetic.errors import DataError
from xaesthetic.fetch.registry import Unpack
from xaesthetic.files import whole


def unpack_zip(archive: Path, folder: Path, wanted: Unpack) -> int:
    """Unpack what is wanted of a zip file into `folder`, whole or not at all.

    Returns
    -------
    How many files.

    Raises
    ------
    DataError
        If it is no zip file, is damaged, names a place outside the folder, holds a link, or nothing that is wanted.
    """
    try:
        with zipfile.ZipFile(archive) as opened, whole(folder) as temporary:
            count = 0
            for member in opened.infolist():
                target = _target(archive, member, wanted)
                if target is None or member.is_dir():
                    continue
                place = temporary / target
                place.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(member) as source, place.open("wb") as file:
                    shutil.copyfileobj(source, file, 2**20)
                count += 1
            if not count:
                raise DataError(f"{archive}: holds nothing of what was expected; it is another file.")
            return count
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{archive}: cannot be unpacked ({error}); delete it and fetch it again.") from error


def _target(archive: Path, member: zipfile.ZipInfo, wanted: Unpack) -> PurePosixPath | None:
    """Where a member goes, or None if it is not wanted."""
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or any(":" in part for part in path.parts):
        raise DataError(f"{archive}: names {member.filename!r}, a place outside its folder; it is not to be trusted.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise DataError(f"{archive}: holds the link {member.filename!r}; it is not to be trusted.")
    rest = PurePosixPath(*path.parts[wanted.strip :])
    text = str(rest)
    if len(path.parts) <= wanted.strip or not text.startswith(wanted.keep):
        return None
    return rest
