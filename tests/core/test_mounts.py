"""Folders of a network are known, and what their locks are worth."""

import pytest

from xaesthetic.core import locks
from xaesthetic.core.locks import hold
from xaesthetic.core.mounts import Mount, mount_of

TABLE = """\
/dev/sda / ext4 rw,relatime 0 0
server:/a /mnt/shared nfs4 rw,vers=4.2,local_lock=none 0 0
server:/b /mnt/my\\040disk nfs rw,vers=3,nolock,local_lock=all 0 0
tmpfs /mnt/shared/fast tmpfs rw 0 0
mds:/l /mnt/lustre lustre rw,localflock 0 0
host:/s /mnt/ssh fuse.sshfs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("folder", "kind", "shared", "local"),
    [
        ("/home/me/run", "ext4", False, ""),
        ("/mnt/shared/run", "nfs4", True, ""),
        ("/mnt/sharedrun", "ext4", False, ""),
        ("/mnt/my disk/run", "nfs", True, "local_lock=all"),
        ("/mnt/shared/fast/run", "tmpfs", False, ""),
        ("/mnt/lustre", "lustre", True, "localflock"),
        ("/mnt/ssh/x", "fuse.sshfs", True, ""),
    ],
)
def test_the_nearest_mount_counts(tmp_path, folder, kind, shared, local):
    table = tmp_path / "mounts"
    table.write_text(TABLE)
    mount = mount_of(type(tmp_path)(folder), table)
    assert (mount.kind, mount.is_shared, mount.local_locks) == (kind, shared, local)


def test_without_a_table_nothing_is_known(tmp_path):
    assert mount_of(tmp_path, tmp_path / "none") == Mount("")


@pytest.mark.parametrize(("mount", "stays"), [(Mount("ext4"), False), (Mount("nfs4"), True)])
def test_the_file_of_a_lock_keeps_its_name_where_names_are_cached(tmp_path, monkeypatch, mount, stays):
    monkeypatch.setattr(locks, "mount_of", lambda folder: mount)
    for _ in range(2):
        with hold(tmp_path / ".lock", "rating"):
            assert (tmp_path / ".lock").exists()
        assert (tmp_path / ".lock").exists() == stays


def test_locks_that_hold_on_one_machine_only_are_said(tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(locks, "mount_of", lambda folder: Mount("nfs", frozenset({"nolock"})))
    with hold(tmp_path / ".lock", "rating", said.append):
        pass
    assert said == [f"{tmp_path}: locks hold on this machine only there (nfs, nolock); let no other machine write to it."]
