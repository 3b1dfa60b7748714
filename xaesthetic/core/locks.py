"""One writer at a time, across processes: a lock on a file, which the kernel frees when its holder dies.

The file stands where the lock is held and is removed afterwards (on a network it is emptied); one that a killed process left
behind locks nothing.
Windows has no such locks: there nothing is locked, and nobody waits.
"""

import errno
import json
import os
import platform
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import writing
from xaesthetic.core.mounts import mount_of
from xaesthetic.core.text import visible
from xaesthetic.core.unfinished import unfinished

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL)
"""What folders of a network say that know no locks."""


def to_stderr(text: str) -> None:
    """Print a line on standard error, where people look even if the result goes elsewhere."""
    print(visible(text), file=sys.stderr, flush=True)


@contextmanager
def hold(file: Path, purpose: str, say: Callable[[str], None] = to_stderr, wait: bool = True) -> Iterator[None]:
    """Be the only one who holds this lock, in any process on any machine that sees the folder.

    A thread that holds it must not take it again. Where the folder's file system knows no locks, that is said, and the
    work goes on without.

    Parameters
    ----------
    file
        The lock: a name that begins with a dot, in the folder that is written to. The folder is made where it is missing.
    purpose
        What is done meanwhile, for whoever waits: ``writing maps``.
    say
        Gets one line before waiting, and where there are no locks.
    wait
        Whether to wait for another holder.

    Raises
    ------
    DataError
        If another one holds it and `wait` is false, or the folder cannot be written to.
    """
    with unfinished(lambda: _leave(file)):
        descriptor = _take(file, purpose, say, wait)
        try:
            yield
        finally:
            if descriptor is not None:
                with suppress(OSError):
                    _free(file, descriptor)  # while it is held: nobody else has a right to the name
                os.close(descriptor)


@contextmanager
def resting(folder: Path, purpose: str) -> Iterator[None]:
    """Keep writers out while a folder is read; one that cannot be written to has none.

    Raises
    ------
    DataError
        If somebody is writing to it.
    """
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        yield
        return
    with hold(folder / ".lock", purpose, wait=False):
        yield


def _leave(file: Path) -> None:
    """Remove a lock that this process holds, or that nobody holds: it ends at once."""
    descriptor = os.open(file, os.O_RDWR)
    try:
        if _is_ours(descriptor):
            _free(file, descriptor)
    finally:
        os.close(descriptor)


def _is_ours(descriptor: int) -> bool:
    """Whether this process holds a lock, or can take it at once."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _read(descriptor)
        return (holder["pid"], holder["host"]) == (os.getpid(), platform.node())
    return True


def _free(file: Path, descriptor: int) -> None:
    """Remove the file of a lock; on a network it stays, empty: a machine that still knows the old one would lock that."""
    if mount_of(file.parent).is_shared:
        os.truncate(descriptor, 0)
    else:
        file.unlink()


def _take(file: Path, purpose: str, say: Callable[[str], None], wait: bool) -> int | None:
    """Return the open file that is locked; None where there are no locks."""
    if fcntl is None:
        return None
    while True:
        descriptor = _open(file)
        try:
            if not _lock(descriptor, file, say, wait):
                file.unlink(missing_ok=True)
                os.close(descriptor)
                return None
            if _is_current(descriptor, file):
                _say_of_network(file.parent, say)
                with suppress(OSError):  # a full disk can still be locked
                    os.truncate(descriptor, 0)
                    os.pwrite(descriptor, json.dumps(_holder(purpose)).encode(), 0)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # whoever held it has removed it: the name is another file now, or none


def _say_of_network(folder: Path, say: Callable[[str], None]) -> None:
    mount = mount_of(folder)
    if mount.local_locks:
        say(
            f"{folder}: locks hold on this machine only there ({mount.kind}, {mount.local_locks}); let no other machine "
            "write to it."
        )


def _open(file: Path) -> int:
    with writing(file.parent):
        while True:
            file.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # the folder went again
                return os.open(file, os.O_RDWR | os.O_CREAT, 0o666)


def _lock(descriptor: int, file: Path, say: Callable[[str], None], wait: bool) -> bool:
    """Lock an open file, waiting where that is wanted; whether there are locks here."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        busy = f"{file.parent}: {_described(descriptor)}"
        if not wait:
            raise DataError(f"{busy}; try again when it has finished.") from None
        say(f"{busy}; waiting until it has finished. Ctrl-C ends the waiting.")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise DataError(f"{file}: cannot be locked ({error.strerror}); choose another folder with --out.") from error
        say(f"{file.parent}: cannot be locked there ({error.strerror}); see that nothing else writes to it meanwhile.")
        return False
    return True


def _is_current(descriptor: int, file: Path) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False


def _holder(purpose: str) -> dict[str, Any]:
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    host, since = platform.node(), time.strftime("%Y-%m-%d %H:%M:%S")
    return {"pid": os.getpid(), "host": host, "command": command, "purpose": purpose, "since": since}


def _read(descriptor: int) -> dict[str, Any]:
    holder: dict[str, Any] = json.loads(os.pread(descriptor, 1 << 16, 0))
    return holder


def _described(descriptor: int) -> str:
    """Say who holds a lock, as far as it is known."""
    try:
        holder = _read(descriptor)
        where = "" if holder["host"] == platform.node() else f" on {holder['host']}"
        return f"process {holder['pid']}{where} is {holder['purpose']} since {holder['since']} ({holder['command']})"
    except (OSError, ValueError, KeyError, TypeError):  # it has just begun
        return "another process is writing"
