"""Malformed requests: every one is answered by the protocol's error or its connection closed; the server stays right."""

import json
import random
import socket
import threading
import time

import numpy as np
import pytest
from support.bad_requests import exchange, is_proper, status_and_body
from support.caffe_server import TOKEN, running

SIZE = 4 * 3 * 227 * 227
PATIENCE = 2.0


@pytest.fixture(scope="module")
def hasty(caffe_python, small_kong, tmp_path_factory):
    """A server that waits two seconds for a request to come whole."""
    folder = tmp_path_factory.mktemp("h")
    with running(caffe_python, folder, small_kong[0], "--patience", str(PATIENCE)) as (process, client):
        yield client
        assert process.poll() is None


@pytest.fixture(autouse=True)
def still_right(hasty, small_kong):
    """After every test it computes what pycaffe does."""
    yield
    found = hasty.infer({"imgLow": small_kong[1]["1/imgLow"]}, ["fc11_score", "grad:fc9_Light:conv5"])
    for name, array in found.items():
        np.testing.assert_array_equal(array, small_kong[1][f"1/{name}"])


def ask(client, *parts, pause=0.0):
    """The status and body of what comes back, which is an answer whatever was sent."""
    said = exchange(client.address, *parts, pause=pause, end=not pause)
    assert is_proper(said), said
    return status_and_body(said)


def request(text, binary=b"", path="/v2/models/kong/infer", method="POST", **headers):
    """A request as bytes; `headers` with underscores for hyphens."""
    body = text + binary
    lines = {
        "Host": "localhost", "Authorization": f"Bearer {TOKEN}", "Connection": "close",
        "Inference-Header-Content-Length": len(text), "Content-Length": len(body),
    }  # fmt: skip
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    told = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
    return f"{method} {path} HTTP/1.1\r\n{told}\r\n".encode() + body


def infer(shape=(1, 3, 227, 227), size=SIZE, outputs=("fc11_score",), **tensor):
    entry = {"name": "imgLow", "shape": list(shape), "datatype": "FP32", "parameters": {"binary_data_size": size}} | tensor
    asked = [{"name": name, "parameters": {"binary_data": True}} for name in outputs]
    return json.dumps({"inputs": [entry], "outputs": asked}).encode()


ZEROS = bytes(SIZE)
CASES = {
    "a truncated tensor": request(infer(), ZEROS[:-5], Content_Length=SIZE - 5 + len(infer())),
    "a tensor too short": request(infer(size=SIZE - 4), ZEROS[:-4]),
    "bytes too many": request(infer(), ZEROS + b"1234"),
    "bytes that are no floats": request(infer(size=3), b"abc"),
    "negative bytes": request(infer(size=-4), ZEROS),
    "true bytes": request(infer(size=True), ZEROS),
    "text for bytes": request(infer(size="all"), ZEROS),
    "a wrong shape": request(infer((1, 227, 227, 3)), ZEROS),
    "a negative shape": request(infer((-1, 3, 227, 227)), ZEROS),
    "a huge shape": request(infer((1 << 30, 1 << 30, 1 << 30)), ZEROS),
    "a shape of infinity": request(infer().replace(b"[1, 3", b"[" + b"9" * 400 + b", 3"), ZEROS),
    "no shape": request(infer(shape=()), ZEROS),
    "shape no list": request(infer().replace(b"[1, 3, 227, 227]", b'"1"'), ZEROS),
    "many dimensions": request(infer((1,) * 50 + (3, 227, 227)), ZEROS),
    "another type": request(infer(datatype="FP64"), ZEROS),
    "a type that is no text": request(infer(datatype=[32]), ZEROS),
    "an unknown input": request(infer(name="data"), ZEROS),
    "an unknown output": request(infer(outputs=["nothing"]), ZEROS),
    "an output twice": request(infer(outputs=["conv5", "conv5"]), ZEROS),
    "a gradient of nothing": request(infer(outputs=["grad:nothing:conv5"]), ZEROS),
    "a gradient at nothing": request(infer(outputs=["grad:fc9_Light:nothing"]), ZEROS),
    "half a gradient": request(infer(outputs=["grad:"]), ZEROS),
    "a gradient too much": request(infer(outputs=["grad:fc9_Light:conv5:middle"]), ZEROS),
    "outputs no list": request(infer().replace(b'"outputs": [', b'"outputs": 7, "x": ['), ZEROS),
    "outputs of numbers": request(infer().replace(b'"outputs": [', b'"outputs": [1], "x": ['), ZEROS),
    "an output without a name": request(infer().replace(b'"outputs": [{"name": "fc11_score", ', b'"outputs": [{'), ZEROS),
    "parameters no object": request(infer(parameters=[1]), ZEROS),
    "no inputs": request(b'{"outputs": []}'),
    "inputs null": request(b'{"inputs": null}'),
    "garbage": request(b"\x00\xff garbage {"),
    "no JSON at all": request(b""),
    "a JSON list": request(b"[]"),
    "nested JSON": request(b"[" * 100_000),
    "nested data": request(infer(parameters={}, data=None).replace(b"null", b"[" * 900 + b"]" * 900)),
    "data of words": request(infer(parameters={}, data=["a", "b"])),
    "data of infinity": request(infer((1,), parameters={}, data=[1]).replace(b"[1]", b"[1e999]")),
    "ragged data": request(infer(parameters={}, data=[[1, 2], [3]])),
    "a number of a million digits": request(b'{"inputs": ' + b"9" * 1_000_000 + b"}"),
    "a header longer than the body": request(infer(), ZEROS, Inference_Header_Content_Length=10**9),
    "a header that is no number": request(infer(), ZEROS, Inference_Header_Content_Length="-1"),
    "a huge length": request(infer(), Content_Length=10**12),
    "a length beyond numbers": request(infer(), Content_Length="9" * 400),
    "a length that is no number": request(infer(), Content_Length="many"),
    "a length of Arabic digits": request(infer(), Content_Length="١٢").replace("١٢".encode(), b"\xb2\xb3"),
    "no length": request(infer(), Content_Length=None),
    "a chunked body": request(infer(), Transfer_Encoding="chunked"),
    "a compressed body": request(infer(), Content_Encoding="gzip"),
    "a body cut off": request(infer(), b"abc", Content_Length=SIZE),
    "another model": request(infer(), ZEROS, path="/v2/models/other/infer"),
    "another version": request(infer(), ZEROS, path="/v2/models/kong/versions/9/infer"),
    "another path": request(b"", path="/../../etc/passwd", method="GET"),
    "a long path": request(b"", path="/" + "a" * 60_000, method="GET"),
    "too long a path": request(b"", path="/" + "a" * 70_000, method="GET"),
    "another method": request(infer(), ZEROS, method="PUT"),
    "an unknown method": request(infer(), ZEROS, method="ABRACADABRA"),
    "a GET with a body": request(infer(), ZEROS, method="GET"),
    "no token": request(infer(), ZEROS, Authorization=None),
    "another token": request(infer(), ZEROS, Authorization="Bearer " + "x" * 1000),
    "a token of odd letters": request(infer(), ZEROS, Authorization="Bearer \xff\xfe"),
    "many headers": request(infer(), ZEROS, **{f"X-{number}": number for number in range(200)}),
    "a long header": request(infer(), ZEROS, X="y" * 70_000),
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20 + b"\r\n\r\n",
    "another HTTP": b"GET /v2 HTTP/7.9\r\n\r\n",
    "an empty line": b"\r\n",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_malformed_requests_are_answered(hasty, case):
    status, _ = ask(hasty, CASES[case])
    assert status >= 400


def test_two_hundred_at_once(hasty):
    """Twenty at a time, in an order drawn by chance, with good ones between them."""
    drawn = random.Random(1).choices(list(CASES), k=200)
    answers = {}

    def work(numbers):
        for number in numbers:
            answers[number] = ask(hasty, CASES[drawn[number]])

    threads = [threading.Thread(target=work, args=(range(first, 200, 20),)) for first in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(answers) == 200
    assert not [drawn[number] for number, (status, _) in answers.items() if status in (200, 500)]


def test_two_good_ones_at_once(hasty, small_kong):
    wanted, found = small_kong[1], []

    def work(rows):
        client = type(hasty)(hasty.name, hasty.address, hasty.token)
        for _ in range(5):
            names = ["fc11_score", "grad:fc11_score:conv5"]
            answer = client.infer({"imgLow": wanted[f"{rows}/imgLow"]}, names)
            found.append(all(np.array_equal(answer[name], wanted[f"{rows}/{name}"]) for name in names))

    threads = [threading.Thread(target=work, args=(rows,)) for rows in (1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert found == [True] * 10


def test_a_slow_request_is_hung_up_on(hasty):
    """Its bytes drop in one by one: each of them soon, all of them never."""
    whole = request(infer(), ZEROS)
    began = time.monotonic()
    status, _ = ask(hasty, *(bytes([byte]) for byte in whole[:40]), pause=0.1)
    assert status == 408
    assert time.monotonic() - began > PATIENCE * 0.9


def test_connections_that_say_nothing_do_not_keep_others_out(hasty):
    idle = []
    try:
        for _ in range(40):  # more than there are places for
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(hasty.address.removeprefix("unix:"))
            idle.append(connection)
        hasty.close()
        end = time.monotonic() + 30
        while not hasty.is_ready():
            assert time.monotonic() < end
            time.sleep(0.2)
    finally:
        for connection in idle:
            connection.close()


def test_a_client_that_leaves_does_no_harm(hasty):
    for _ in range(5):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(hasty.address.removeprefix("unix:"))
            connection.sendall(request(infer(outputs=["conv5", "conv1"]), ZEROS))
