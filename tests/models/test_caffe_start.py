"""Where the Caffe server listens: one at an address, and only with a token that protects it. Its network is numpy's."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.caffe_server import faking

from xaesthetic.models.serving.engine import context


def start(folder, listen, token="token"):
    script = Path(__file__).parents[1] / "support" / "fake_caffe.py"
    files = ("--prototxt", folder / "initModel.prototxt", "--caffemodel", folder / "initModel.caffemodel")
    command = [sys.executable, "-B", script, *files, "--listen", listen, "--token-file", folder / token]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize("tcp", [False, True])
def test_a_second_server_at_one_address_is_refused(tmp_path, tcp):
    with faking(tmp_path, tcp=tcp) as (_, client):
        done = start(tmp_path, client.address)
        assert done.returncode == 1
        assert "another server listens there" in done.stderr or "cannot be listened on" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert client.is_ready()
        client.close()


def test_a_socket_that_was_left_is_taken_over_and_a_file_is_not(tmp_path):
    with faking(tmp_path) as (process, client):
        process.kill()
        process.wait()
        client.close()
    assert (tmp_path / "socket").exists()
    with faking(tmp_path) as (_, client):
        assert client.is_ready()
        client.close()
    (tmp_path / "file").write_text("mine")
    assert "is there and no socket" in start(tmp_path, f"unix:{tmp_path}/file").stderr
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("token", ["", "\n", "ä", "a\nb"])
def test_a_token_that_protects_nothing_is_refused(tmp_path, token):
    for name in ("initModel.prototxt", "initModel.caffemodel"):
        (tmp_path / name).touch()
    (tmp_path / "empty").write_text(token)
    assert "a token in plain letters was wanted" in start(tmp_path, f"unix:{tmp_path}/s", "empty").stderr


def test_the_image_holds_all_of_the_server(tmp_path):
    """What the Dockerfile copies, without what lies beside it here, runs alone."""
    pattern, place = re.search(r"^COPY (\S*py) (\S+)$", (context() / "Dockerfile").read_text(), re.MULTILINE).groups()
    assert f'ENTRYPOINT ["python3", "{place}server.py"]' in (context() / "Dockerfile").read_text()
    for file in context().glob(pattern):
        shutil.copy(file, tmp_path)
    done = subprocess.run([sys.executable, "-B", tmp_path / "server.py", "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
