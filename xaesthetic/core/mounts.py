"""Which file system a folder lies on: on those of a network, names are cached and locks may hold on one machine only."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_TABLE = Path("/proc/self/mounts")
_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "lustre", "ceph", "glusterfs", "beegfs", "gpfs", "9p", "afs")
_LOCAL_LOCKS = frozenset(("nolock", "local_lock=all", "local_lock=flock", "localflock", "nobrl"))
"""Options of a mount by which locks are not seen by other machines."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted file system."""

    kind: str
    """`ext4`, `nfs4`; empty where it is not known."""
    options: frozenset[str] = frozenset()

    @property
    def is_shared(self) -> bool:
        """Whether other machines may write to it."""
        return self.kind in _NETWORK or self.kind.removeprefix("fuse.") in (*_NETWORK, "sshfs")

    @property
    def local_locks(self) -> str:
        """Return the option by which locks hold on this machine only; empty where there is none."""
        return min(self.options & _LOCAL_LOCKS, default="") if self.is_shared else ""


def mount_of(folder: Path, table: Path = _TABLE) -> Mount:
    """Return the mount that a folder lies on; one of no known kind where the system has no table of them.

    Parameters
    ----------
    folder
        It need not exist.
    table
        As Linux writes /proc/self/mounts.
    """
    return _mount(folder.resolve(), table)


@lru_cache(maxsize=256)
def _mount(folder: Path, table: Path) -> Mount:
    try:
        lines = table.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return Mount("")
    nearest, result = -1, Mount("")
    for place, kind, options in (line.split(" ")[1:4] for line in lines if line.count(" ") >= 3):
        path = Path(place.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\"))
        if folder.is_relative_to(path) and len(path.parts) >= nearest:  # a later one hides an earlier
            nearest, result = len(path.parts), Mount(kind, frozenset(options.split(",")))
    return result
