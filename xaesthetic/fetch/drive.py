"""Google Drive, by gdown: large files behind a page that asks for confirmation, and folders."""

import re
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from xaesthetic.errors import DataError
from xaesthetic.files import whole
from xaesthetic.progress import Track


def _gdown(url: str) -> ModuleType:
    try:
        import gdown
    except ImportError as error:
        raise DataError(f"{url}: Google Drive needs gdown; run: pip install 'xaesthetic[drive]'.") from error
    module: ModuleType = gdown
    return module


def drive_file(url: str, part: Path) -> None:
    """Download a file of Google Drive; gdown shows its own progress.

    Raises
    ------
    DataError
        If gdown is not installed, or Drive does not give the file (a quota a day, a file that is not public).
    """
    gdown = _gdown(url)
    try:
        gdown.download(url=url, output=str(part), resume=True)
    except Exception as error:  # gdown lets nearly anything through
        raise _refused(url, error) from error
    if not part.is_file():  # older ones say it on the screen only
        raise _refused(url, "gdown wrote nothing")
    with part.open("rb") as file:
        start = file.read(512).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        part.unlink()
        raise _refused(url, "a web page came instead of the file")


def drive_folder(url: str, folder: Path, endings: Sequence[str], track: Track) -> None:
    """Download those files of a Drive folder whose names end so, whole or not at all.

    Raises
    ------
    DataError
        If gdown is not installed, Drive does not give the folder, or none of its files ends so.
    """
    gdown = _gdown(url)
    try:
        with whole(folder) as temporary:
            listed = gdown.download_folder(url=url, output=str(temporary), quiet=True, skip_download=True)
            wanted = _ending(listed, endings)
            for each in track(wanted, "files of the Drive folder", len(wanted)):
                place = temporary / re.sub(r"[^\w.\-]", "_", Path(each.path).name)
                place.parent.mkdir(parents=True, exist_ok=True)
                gdown.download(id=each.id, output=str(place), quiet=True)
    except Exception as error:  # gdown lets nearly anything through
        raise _refused(url, error) from error


def _refused(url: str, reason: object) -> DataError:
    line = str(reason).strip().splitlines()[0] if str(reason).strip() else type(reason).__name__
    return DataError(
        f"{url}: Google Drive does not give it ({line}); it may be over its quota for today: open it in a browser and put "
        "the file where it belongs, or try again tomorrow."
    )


def _ending(listed: Sequence[Any], endings: Sequence[str]) -> list[Any]:
    wanted = [each for each in listed if each.path.lower().endswith(tuple(endings))]
    if not wanted:
        raise DataError(f"none of its {len(listed)} files ends in {', '.join(endings)}")
    return wanted
