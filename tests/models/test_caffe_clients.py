"""Clients that send too much, too slowly, without a right to, or that leave: none is left without an answer or harms others.

The server is the real one; its network is numpy's, so that this needs no Caffe.
"""

import json
import random
import time

import numpy as np
import pytest
from support.bad_requests import Request, broken, connect, exchange, good, is_proper, receive, status_and_body
from support.caffe_server import TOKEN, faking, wait
from support.fake_caffe import computed

from xaesthetic.core.errors import ServerError

PATIENCE = 0.6
SHAPE = (2, 3, 4, 4)
X = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
NAMES = ["light", "score", "conv", "grad:light:conv", "grad:light:conv:pre", "gradsum:light:conv"]
LONGEST = 4 * 2**20 + 2 * 4 * 64 * 80


@pytest.fixture(scope="module", params=["unix", "tcp"])
def hasty(request, tmp_path_factory):
    """A server that waits little for what needs no time, and has memory for three of the largest requests."""
    options = ("--patience", str(PATIENCE), "--memory", "16")
    with faking(tmp_path_factory.mktemp("f"), *options, tcp=request.param == "tcp") as (process, client):
        yield client
        client.close()
        assert process.poll() is None


@pytest.fixture(autouse=True)
def still_right(hasty):
    yield
    answers(hasty)


def answers(client):
    """It computes what the definitions say."""
    result, wanted = client.infer({"data": X}, NAMES), computed(X)
    for name in NAMES:
        np.testing.assert_allclose(result[name], wanted[name], rtol=1e-4, atol=1e-4)


BIG = bytes(30_000_000)
EARLY = {
    "a wrong token": (401, Request(binary=BIG, headers={"Authorization": "Bearer no"})),
    "no token": (401, Request(binary=BIG, headers={"Authorization": None})),
    "no token, behind the health": (401, Request(binary=BIG, path="/v2/health/live/..", headers={"Authorization": None})),
    "no token, below the health": (401, Request(binary=BIG, path="/v2/models/kong/health/", headers={"Authorization": ""})),
    "a huge length": (413, Request(binary=BIG, headers={"Content-Length": 10**12})),
    "a length beyond numbers": (400, Request(binary=BIG, headers={"Content-Length": "9" * 400})),
    "two lengths": (400, Request(binary=BIG, headers={"Content-Length": f"{len(BIG)}\r\nContent-Length: 5"})),
    "more than can be needed": (413, Request(binary=BIG)),
    "a chunked body": (411, Request(binary=BIG, headers={"Transfer-Encoding": "chunked"})),
    "a compressed body": (415, Request(binary=BIG, headers={"Content-Encoding": "gzip"})),
    "another method": (405, Request(binary=BIG, method="PUT")),
    "another path": (404, Request(binary=BIG, path="/v2/models/kong/infer/")),
    "a path twice": (404, Request(binary=BIG, path="/v2/models/kong/versions/1/versions/1/infer")),
    "a line that is no header": (400, Request(binary=BIG, headers={"X": "y\r\nno colon"})),
    "another HTTP": (505, Request(binary=BIG, version="HTTP/7.9")),
}  # fmt: skip


@pytest.mark.parametrize("case", EARLY)
def test_who_is_refused_while_still_sending_reads_why(hasty, case):
    """As a client does that sends all of its body, then reads."""
    status, request = EARLY[case]
    with connect(hasty.address) as connection:
        connection.sendall(request.encoded())
        said = receive(connection)
    assert status_and_body(said)[0] == status
    assert is_proper(said)


def test_health_needs_no_token_and_all_else_does(hasty):
    statuses = {}
    for path in ("/v2/health/live", "/v2/health/ready", "/v2", "/v2/models/kong", "/v2/models/kong/ready", "/nothing"):
        request = Request(method="GET", path=path, headers={"Authorization": None})
        statuses[path] = status_and_body(exchange(hasty.address, request.encoded()))[0]
    assert list(statuses.values()) == [200, 200, 401, 401, 401, 401]


def test_a_body_is_called_for_only_where_it_is_wanted(hasty):
    """Who asks first whether to send it, as curl does, is not told to go on where it would be refused."""
    request = good(SHAPE, ["light"], "data")
    for token, status in ((f"Bearer {TOKEN}", b"100"), ("Bearer no", b"401")):
        head, _, body = replaced(request, Expect="100-continue", Authorization=token).encoded().partition(b"\r\n\r\n")
        with connect(hasty.address) as connection:
            connection.sendall(head + b"\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 " + status
            connection.sendall(body)
            assert b"200 OK" in receive(connection) or status == b"401"


def replaced(request, **headers):
    return Request(request.message, request.binary, request.method, request.path, headers=headers)


# -- slow ones ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["headers", "body"])
def test_bytes_that_drop_in_one_by_one(hasty, part):
    """Each of them soon, all of them never: cut when the time is over, with an answer."""
    head, mark, body = replaced(good((64, 3, 4, 4), ["light"], "data")).encoded().partition(b"\r\n\r\n")
    parts = [b"", head] if part == "headers" else [head + mark, body]
    began = time.monotonic()
    said = exchange(hasty.address, parts[0], *(bytes([byte]) for byte in parts[1][:20]), pause=0.08, end=False)
    assert status_and_body(said)[0] == 408
    assert is_proper(said)
    wait(lambda: time.monotonic() - began > PATIENCE)


def test_who_does_not_read_the_answers_is_cut_off(hasty):
    """It goes on asking until what fits between the two is full; then the connection ends."""
    names = [f"grad:{end}:conv{pre}" for end in ("light", "score") for pre in ("", ":pre")]
    request = replaced(good((8, 3, 4, 4), names, "data"), Connection="keep-alive")
    request.message["outputs"] = [{"name": name} for name in names]  # in JSON, which is longer
    with connect(hasty.address, timeout=60) as connection, pytest.raises(ConnectionError):
        while True:
            connection.sendall(request.encoded())


# -- many --------------------------------------------------------------------------------------------------------------


def test_memory_is_one_for_all(hasty):
    """Three announce the largest body and drip; the next gets a reason, and none once they are cut."""
    head = replaced(Request(), **{"Content-Length": LONGEST}).encoded()
    dripping = [connect(hasty.address) for _ in range(3)]
    try:
        for connection in dripping:
            connection.sendall(head + b"{")
        time.sleep(0.3)
        said = exchange(hasty.address, head)
        assert status_and_body(said)[0] == 503
        assert "try again" in json.loads(status_and_body(said)[1])["error"]
        for connection in dripping:
            assert status_and_body(receive(connection))[0] == 408
    finally:
        for connection in dripping:
            connection.close()
    assert status_and_body(exchange(hasty.address, head))[0] == 400  # there is room: it was cut off


def test_json_is_weighed_before_it_is_read(hasty):
    """Four megabytes of brackets would become a hundred."""
    request = Request(text=b'{"a": [' + b"{}," * 1_300_000 + b"1]}")
    status, body = status_and_body(exchange(hasty.address, request.encoded()))
    assert status == 413
    assert b"the request's JSON would take" in body


def test_connections_that_wait_make_room(hasty):
    """Idle ones, and those whose headers never end: more than there are places for, and the next is served at once."""
    waiting = [connect(hasty.address) for _ in range(80)]
    try:
        for connection in waiting[40:]:
            connection.sendall(b"GET /v2 HTTP/1.1\r\nX:")
        hasty.close()
        assert hasty.is_ready()
        assert receive(waiting[0]) == b""
        assert status_and_body(receive(waiting[40]))[0] == 503
    finally:
        for connection in waiting:
            connection.close()


def test_a_client_that_leaves_does_no_harm(hasty):
    for request in (good(SHAPE, NAMES, "data"), Request(binary=BIG, method="PUT")):
        for _ in range(5):
            with connect(hasty.address) as connection:
                connection.sendall(request.encoded()[: 1 << 16])


def test_a_hundred_requests_broken_by_chance(hasty, rng):
    lost = []
    for _ in range(50):
        data = broken(rng, good(SHAPE, ["score", "grad:light:conv"], "data"))
        said = exchange(hasty.address, data, end=rng.random() < 0.9)
        if not is_proper(said, head=data.startswith(b"HEAD ")):
            lost.append((data[:500], said[:500]))
    assert not lost


@pytest.fixture
def rng():
    return random.Random(7)


# -- its messages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [["1", "2", "3"], [True, False, True], [[1, 2], [3]], [1e999, 0, 0], [[1], [2], [3]]])
def test_numbers_in_json_are_numbers(hasty, data):
    entry = {"name": "light", "shape": [3, 1][: 2 if isinstance(data[0], list) else 1], "datatype": "FP32", "data": data}
    status, body = status_and_body(exchange(hasty.address, Request({"inputs": [entry]}).encoded()))
    assert status == 400, body


def test_an_answer_that_is_no_number_is_refused(hasty):
    with pytest.raises(ServerError, match=r"refused \(400\): output 'light' of these inputs is not finite"):
        hasty.infer({"data": np.full(SHAPE, 3e38, np.float32)}, ["light"])
