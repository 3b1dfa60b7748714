"""What the pictures of single photographs are called, for the report that draws them and the page that shows them."""

import re
import unicodedata

_NONE = "no-attribute"
_LONGEST = 110  # bytes of each part of a file's name: a file system takes 255


def stem_of(image: str, attribute: str) -> str:
    """Return what a picture's file is called, but for its end; the next of the same name gets a number besides."""
    return f"{_plain(image)}-{_plain(attribute or _NONE)}"


def folded(stem: str) -> str:
    """Return a name as disks compare it that know no case, or write one letter in two ways."""
    return unicodedata.normalize("NFC", stem).casefold()


def _plain(name: str) -> str:
    """A name as a part of a file's: folders and what systems forbid become dashes; the end of one that is too long."""
    plain = re.sub(r'[\\/:*?"<>|\s]+', "-", name).strip("-.")
    return plain.encode("utf-8", "replace")[-_LONGEST:].decode("utf-8", "ignore").strip("-.") or "photograph"
