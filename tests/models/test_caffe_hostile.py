"""Caffe itself under a thousand broken requests, and under a hundred connections that want all of its memory."""

import random
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from support.bad_requests import Request, broken, connect, exchange, good, is_proper, receive, status_and_body
from support.caffe_server import faking, running

MEMORY = 256


@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_a_thousand_broken_requests(caffe_python, small_kong, tmp_path, tcp):
    rng, lost = random.Random(f"thousand {tcp}"), []
    with running(caffe_python, tmp_path, small_kong[0], "--patience", "1", tcp=tcp) as (process, client):
        for _ in range(1000):
            data = broken(rng, good((1, 6), ["fc9_Light"], "fc8_Light"))
            said = exchange(client.address, data, end=rng.random() < 0.95)
            if not is_proper(said, head=data.startswith(b"HEAD ")):
                lost.append((data[:500], said[:500]))
        wanted = small_kong[1]
        result = client.infer({"imgLow": wanted["7/imgLow"]}, ["fc11_score", "grad:fc9_Light:conv5"])
        for name, array in result.items():
            np.testing.assert_array_equal(array, wanted[f"7/{name}"])
        client.close()
        assert process.poll() is None
    assert not lost


def peak(process):
    """MiB that a process has held at most."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_a_hundred_that_want_the_largest_body(tmp_path, tcp):
    """Each announces it, sends half of what it may, and drips on: the memory in use stays within the budget."""
    with faking(tmp_path, "--memory", str(MEMORY), "--max-batch", "50000", "--patience", "4", tcp=tcp) as (process, client):
        before, half = peak(process), bytes(15 << 20)
        longest = 4 * 2**20 + 2 * 4 * 50_000 * 80
        head = Request(headers={"Content-Length": longest}).encoded()
        connections = []
        try:
            for _ in range(100):
                connection = connect(client.address)
                connections.append(connection)
                connection.settimeout(0.05)
                with suppress(OSError):  # it was refused, or is not read any more
                    connection.sendall(head + half)
            for _ in range(5):
                for connection in connections:
                    with suppress(OSError):
                        connection.sendall(b"x")
                time.sleep(0.2)
            peak_of_all = peak(process)
            statuses = []
            for connection in connections:
                connection.settimeout(20)
                statuses.append(status_and_body(receive(connection))[0])
        finally:
            for connection in connections:
                connection.close()
        x = np.ones((2, 3, 4, 4), np.float32)
        assert client.infer({"data": x}, ["score"])["score"].shape == (2, 2)
        client.close()
    print(
        f"VmHWM {before:.0f} MiB before, {peak_of_all:.0f} MiB with a hundred; {statuses.count(503)} were refused",
        file=sys.stderr,
    )
    assert peak_of_all - before < MEMORY
    assert set(statuses) <= {503, 408}
    assert statuses.count(503) > 80
