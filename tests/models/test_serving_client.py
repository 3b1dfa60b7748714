"""The client against servers that are gone, slow, or answer nonsense."""

import json
import socket
import threading
import time
from contextlib import contextmanager, suppress

import numpy as np
import pytest

from xaesthetic.core.errors import ServerError
from xaesthetic.models.serving.client import Client

X = {"data": np.ones((2, 3), np.float32)}
META = {"inputs": [{"name": "data", "shape": [-1, 3]}], "outputs": [{"name": "y", "shape": [-1, 2]}]}
Y = np.arange(4, dtype="<f4").reshape(2, 2)


def answer(body, status=200, **headers):
    lines = {"Content-Length": len(body)} | {name.replace("_", "-"): value for name, value in headers.items()}
    return f"HTTP/1.1 {status} x\r\n".encode() + "".join(f"{k}: {v}\r\n" for k, v in lines.items()).encode() + b"\r\n" + body


BYTES = Y.tobytes()


def tensor(**changed):
    return [{"name": "y", "datatype": "FP32", "shape": [2, 2], "parameters": {"binary_data_size": 16}} | changed]


def tensors(told=None, binary=BYTES, length=None):
    told = tensor() if told is None else told
    text = json.dumps({"outputs": told}).encode()
    return answer(text + binary, Inference_Header_Content_Length=len(text) if length is None else length)


def meta(value=META):
    return answer(json.dumps(value).encode())


@contextmanager
def saying(*answers):
    """A server that gives one answer after the other, a connection each where an answer is None (it hangs up)."""
    left, asked = list(answers), []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve():
            while left:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, suppress(OSError):  # clients hang up
                    while left and (request := read(connection)):
                        asked.append(request)
                        said = left.pop(0)
                        if said is None:
                            break
                        connection.sendall(said)
                        if said.endswith(b"\r\n\r\n"):  # it breaks off before the body
                            break

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"tcp:127.0.0.1:{listener.getsockname()[1]}", asked
        left.clear()
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def read(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(1 << 16)
        if not part:
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += connection.recv(1 << 16)
    return head.split()[1].decode()


def test_tensors_go_there_and_back():
    with saying(meta(), tensors()) as (address, asked):
        client = Client("m", address, "t")
        np.testing.assert_array_equal(client.infer(X, ["y"])["y"], Y)
        client.close()
    assert asked == ["/v2/models/m", "/v2/models/m/infer"]
    assert client.moved > 40


@pytest.mark.parametrize("drops", [1, 2])
def test_a_dropped_connection_is_tried_once_more(drops):
    with saying(meta(), *[None] * drops, tensors()) as (address, asked):
        client = Client("m", address)
        if drops == 1:
            np.testing.assert_array_equal(client.infer(X, ["y"])["y"], Y)
        else:
            with pytest.raises(ServerError, match=r"'m' at tcp:.* does not answer .*model-server start m"):
                client.infer(X, ["y"])
        client.close()
    assert asked.count("/v2/models/m/infer") == 2


@pytest.mark.parametrize(
    "nonsense",
    [
        tensors(tensor(name="z")),
        tensors(tensor(datatype="FP64")),
        tensors(tensor(shape=[4])),
        tensors(tensor(shape="2x2")),
        tensors(tensor(parameters={})),
        tensors(tensor(parameters={"binary_data_size": 8})),
        tensors([]),
        tensors(tensor() * 2),
        tensors([7]),
        tensors(binary=BYTES[:-1]),
        tensors(binary=BYTES + b"1"),
        tensors(length=10**6),
        tensors(length=-1),
        tensors(length="many"),
        tensors(tensor(shape=[2, 2.5])),
        tensors(tensor(parameters={"binary_data_size": 1 << 80})),
        tensors(binary=np.array([1, np.nan, 0, 0], "<f4").tobytes()),
        tensors(binary=np.array([1, np.inf, 0, 0], "<f4").tobytes()),
        answer(b'{"outputs": NaN}', Inference_Header_Content_Length=16),
        answer(b"{}"),
        answer(b"[" * 5000, Inference_Header_Content_Length=5000),
        answer(b"garbage", Inference_Header_Content_Length=7),
    ],
)
def test_nonsense_is_told_in_one_line(nonsense):
    with saying(meta(), nonsense) as (address, _):
        client = Client("m", address)
        with pytest.raises(ServerError, match=r"answers nonsense \(.*model-server start m") as error:
            client.infer(X, ["y"])
        client.close()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (answer(b"{}"), "answers nonsense"),
        (answer(b"[]"), "answers nonsense"),
        (answer(b"<html>"), "answers nonsense"),
        (meta({"inputs": [], "outputs": [{"name": "y"}]}), "answers nonsense"),
        (meta({"inputs": [], "outputs": []}), "has no blob 'y'; it runs another network"),
        (answer(b"x" * (2 << 20)), "does not answer .*more than 1048576 bytes"),
        (b"HTTP/1.1 200 x\r\nContent-Length: 10\r\n\r\n", r"does not answer \(the answer was cut off\)"),
        (meta({"inputs": [], "outputs": [{"name": "y", "shape": [-1, -1]}]}), "answers nonsense"),
        (meta({"inputs": [], "outputs": [{"name": "y", "shape": [-1, 1 << 30, 1 << 30]}]}), "answers nonsense"),
        (meta({"inputs": [], "outputs": [{"name": "y", "shape": [-1, 1 << 99]}]}), "answers nonsense"),
        (meta({"inputs": {}, "outputs": 7}), "answers nonsense"),
        (answer(b"[" * 100_000), "answers nonsense"),
        (b"HTTP/1.1 200 x\r\nContent-Length: 99999999999999\r\n\r\n{}", "more than 1048576 bytes"),
        (b"HTTP/1.1 200 x\r\nContent-Length: -5\r\n\r\n{}", "a length of '-5'"),
        (b"HTTP/1.1 200 x\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", "a length of '999"),
        (b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "does not answer"),
        (b"HTTP/1.1 200 x\r\n" + b"X: y\r\n" * 200 + b"\r\n", "does not answer .*100 headers"),
        (b"HTTP/1.1 302 x\r\nLocation: http://example.org/\r\nContent-Length: 0\r\n\r\n", r"refused \(302\)"),
        (answer(b'{"error": "\\u001b[2Jgone\\u202e"}', 400), r"refused \(400\): \\x1b\[2Jgone\\u202e"),
        (answer(b'{"error": 7}', 400), "it does not say why"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "does not answer"),
        (answer(b'{"error": "not\\ntoday"}', 503), r"refused \(503\): not today"),
        (answer(b"<html>", 502), r"refused \(502\): it does not say why"),
    ],
)
def test_bad_metadata(said, told):
    with saying(said, said) as (address, _):
        client = Client("m", address)
        with pytest.raises(ServerError, match=told) as error:
            client.infer(X, ["y"])
        client.close()
    assert "\n" not in str(error.value)


class Endless:
    """An answer without an end: its beginning, then one piece again and again."""

    def __init__(self, begin, piece, pause=0.0):
        self.begin, self.piece, self.pause = begin, piece, pause


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (Endless(b"HTTP/1.1 200 x\r\n\r\n", b"x" * 65536), "more than 1048576 bytes|does not end"),
        (
            Endless(b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
            "more than 1048576",
        ),
        (Endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), "does not end"),
        (Endless(b"HTTP/1.1 200 x\r\nContent-Length: 1000\r\n\r\n", b"x", pause=0.05), "takes too long"),
        (Endless(b"HTTP/1.1 200 x\r\n", b"X", pause=0.05), "takes too long"),
    ],
)
def test_answers_without_an_end_are_left(said, wanted):
    """They cost a bounded time and memory, however much or little comes at a time."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.sendall(said.begin)
                while True:
                    connection.sendall(said.piece)
                    time.sleep(said.pause)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        client = Client("m", f"tcp:127.0.0.1:{listener.getsockname()[1]}", timeout=0.5)
        with pytest.raises(ServerError, match=wanted) as error:
            client.metadata()
        assert "\n" not in str(error.value)
        thread.join(10)
    assert not thread.is_alive()


def test_a_busy_server_is_asked_again():
    busy = answer(b'{"error": "too much"}', 503)
    with saying(meta(), busy, busy, tensors()) as (address, asked):
        client = Client("m", address)
        np.testing.assert_array_equal(client.infer(X, ["y"])["y"], Y)
        client.close()
    assert asked.count("/v2/models/m/infer") == 3


def test_an_address_that_is_none():
    for address in ("tcp:127.0.0.1:99999", "tcp:127.0.0.1:x", "unix:/a\0b", "smoke"):
        with pytest.raises(ServerError, match="does not answer"):
            Client("m", address).metadata()


def test_a_server_that_takes_too_long():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = Client("m", f"tcp:127.0.0.1:{listener.getsockname()[1]}", timeout=0.2)
        with pytest.raises(ServerError, match="takes too long"):
            client.metadata()
        assert not client.is_ready()


def test_a_server_that_is_gone(tmp_path):
    for address in (f"unix:{tmp_path}/none", "tcp:127.0.0.1:1", f"unix:{tmp_path}/{'long' * 50}"):
        with pytest.raises(ServerError, match="does not answer"):
            Client("m", address).metadata()


def test_the_token_stays_out_of_sight():
    assert "hush" not in repr(Client("m", "tcp:127.0.0.1:1", "hush"))
