"""Where a photograph lies: in a file, a tar shard, at an address. Secrets of addresses are in no text that is shown."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

SEPARATOR = "::"
"""Between a tar and the name of its member, as fsspec and webdataset write it."""
HIDDEN = "***"
"""What stands for a secret."""
_SCHEME = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]+:/{1,2}(?=[^/])"
)  # one slash: what pathlib makes of two; a drive is one letter
_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/{1,2}[^\s'\"<>]+")
_USER = re.compile(r"(?<=:/)(/?)[^/?#]+@")
_SECRET = re.compile(
    r"(?i)(?<=[?&;])((?:x-amz-|x-goog-)[^=&;#]*|[^=&;#]*(?:signature|token|secret|passw|credential|api-?_?key|access-?_?key)"
    r"[^=&;#]*|sig|key|auth|authorization|pwd|policy|expires|key-pair-id|googleaccessid|awsaccesskeyid"
    r"|s[evprt]|spr|sks|ske|skt|skv|skoid|sktid)=[^&;#\s]+"
)
_TAR = f".tar{SEPARATOR}"


@dataclass(frozen=True, slots=True)
class Address:
    """A photograph that is no file of its own: a member of a tar, or what an address names. As a text it has no secret."""

    container: str
    """A tar or a photograph: a path, or an address with whatever secret is in it."""
    member: str = ""
    """The name of a member of the tar; empty where the container is the photograph."""

    def __str__(self) -> str:
        return f"{redact(self.container)}{SEPARATOR}{self.member}" if self.member else redact(self.container)

    def __repr__(self) -> str:
        return f"Address({str(self)!r})"

    @property
    def is_remote(self) -> bool:
        """Whether it lies on another machine."""
        return is_remote(self.container)

    @property
    def is_redacted(self) -> bool:
        """Whether a secret was left out of it, without which it cannot be fetched."""
        return self.is_remote and HIDDEN in self.container

    @property
    def name(self) -> str:
        """The photograph's own name."""
        path = self.member or (urlsplit(self.container).path if self.is_remote else self.container)
        return path.rstrip("/").rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """The suffix of its name, with the dot."""
        return Path(self.name).suffix

    def absolute(self) -> "Address":
        """The same, whatever the working directory is."""
        return self if self.is_remote else Address(str(Path(self.container).absolute()), self.member)


Place: TypeAlias = Path | Address
"""Where a photograph lies."""


def is_remote(text: str) -> bool:
    """Whether a text is an address of another machine and no path.

    Examples
    --------
    >>> is_remote("s3://photos/a.jpg"), is_remote("C:/photos/a.jpg")
    (True, False)
    """
    return ":/" in text and _SCHEME.match(text) is not None  # the first alone is quick, of a million paths


def to_place(text: str | Path) -> Place:
    """Return the place that a text names: an address, a tar's member, or else a file.

    Examples
    --------
    >>> to_place("https://me:pw@host/a.jpg")
    Address('https://***@host/a.jpg')
    >>> to_place("photos/0.tar::b/c.jpg").member
    'b/c.jpg'
    """
    written = str(text)
    if ":/" in written and (begins := _SCHEME.match(written)):
        scheme = written[: begins.end()].rstrip("/")
        container, rest = _parted(written[begins.end() :])
        return Address(f"{scheme}//{container}", rest)
    container, member = _parted(written)
    return Address(container, member) if member else Path(written)


def _parted(text: str) -> tuple[str, str]:
    """A tar and its member; a text that names no member as it is."""
    if SEPARATOR not in text:
        return text, ""
    at = text.lower().find(_TAR)
    if at < 0:  # a query may follow the tar's name
        at, query = text.find(SEPARATOR), text.find("?")
        signed = 0 <= query < at and text[:query].lower().endswith(".tar")
        return (text[:at], text[at + len(SEPARATOR) :]) if signed else (text, "")
    end = at + len(_TAR) - len(SEPARATOR)
    return text[:end], text[end + len(SEPARATOR) :]


def redact_part(text: str) -> str:
    """Return the last part of an address, as a line of a list has it, without the secrets of its query.

    Examples
    --------
    >>> redact_part("d/a.jpg?token=0f3a")
    'd/a.jpg?token=***'
    """
    return redact(_SECRET.sub(rf"\1={HIDDEN}", text))


def redact(text: str) -> str:
    """Return a text without the secrets of the addresses in it: names, passwords, tokens, signatures and their like.

    Examples
    --------
    >>> redact("https://host/a.jpg?size=3&X-Amz-Signature=0f3a")
    'https://host/a.jpg?size=3&X-Amz-Signature=***'
    """
    if ":/" not in text:
        return text
    return _IN_TEXT.sub(lambda item: _SECRET.sub(rf"\1={HIDDEN}", _USER.sub(rf"\1{HIDDEN}@", item[0], count=1)), text)
