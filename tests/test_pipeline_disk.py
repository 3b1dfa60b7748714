"""A run whose disk is full, read-only or something else."""

import errno
import os
import resource
from pathlib import Path
from unittest.mock import Mock

import pytest
from support.comparing import compare, experiment, photos, refused, unfinished  # noqa: F401  # fixtures
from support.plugin_package import contents, plugged  # noqa: F401

from xaesthetic.core.errors import DataError

pytestmark = pytest.mark.usefixtures("plugged")


@pytest.fixture
def largest_file():
    """Sets the size beyond which writing a file fails, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (soft if size is None else size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(("size", "written"), [(100, ()), (3000, ("experiment.json", "experiment.json.sha256"))])
def test_a_full_disk_leaves_no_half_written_file(compare, tmp_path, largest_file, size, written):
    largest_file(size)
    with pytest.raises(DataError, match=r"cannot be written \(.*File too large\); make room or choose .* --out"):
        compare()
    largest_file(None)
    assert tuple(contents(tmp_path / "out")) == written
    assert compare().run.is_complete()


@pytest.mark.parametrize("number", range(9))
def test_a_disk_that_is_full_at_the_end_leaves_no_half_written_file(compare, tmp_path, monkeypatch, number):
    moves = iter(range(100))
    move = Path.replace

    def full(self, target):
        if next(moves) == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return move(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(DataError, match=r"\(No space left on device\)"):
            compare()
    assert next(moves) == number + 1
    assert not unfinished(tmp_path / "out")
    assert compare().run.is_complete()


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_read_only_place_is_refused(refused, monkeypatch, code):
    monkeypatch.setattr(os, "mkdir", Mock(side_effect=OSError(code, os.strerror(code))))
    assert f"out: cannot be written ({os.strerror(code)})" in refused(DataError)


def test_a_file_where_a_folder_should_be_is_refused(compare, tmp_path):
    (tmp_path / "file").write_text("")
    for out in ("file", "file/run"):
        with pytest.raises(DataError, match="--out"):
            compare(out)
    assert not (tmp_path / "file").read_text()
