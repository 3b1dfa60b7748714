"""Requests at a model server by hand, good ones and broken ones, and what came back."""

import json
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace

from support.caffe_server import TOKEN


def connect(address, timeout=20):
    kind, _, place = address.partition(":")
    host, _, port = place.rpartition(":")
    connection = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
    connection.connect(place if kind == "unix" else (host, int(port)))
    connection.settimeout(timeout)
    return connection


def receive(connection):
    """An answer, or what comes until the other side ends it."""
    result = b""
    with suppress(ConnectionError, TimeoutError):
        while not is_proper(result) and (part := connection.recv(1 << 16)):
            result += part
    return result


def exchange(address, *parts, pause=0.0, end=True):
    """Send bytes, also after the server has answered, and give what it said."""
    with connect(address) as connection:
        with suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
            if end:
                connection.shutdown(socket.SHUT_WR)
        return receive(connection)


def status_and_body(said):
    """Of the first answer; no status where it is none of HTTP."""
    head, _, body = said.partition(b"\r\n\r\n")
    return (int(head.split()[1]), body) if head.startswith(b"HTTP/1.1 ") else (None, said)


def is_proper(said, head=False):
    """Whether one whole answer or several came, each a good one or the protocol's error in one line; HEAD gets no body."""
    while said:
        head, mark, said = said.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        if not (mark and lines[0].startswith("HTTP/1.1 ")):
            return False
        status, headers = int(lines[0].split()[1]), dict(line.split(": ", 1) for line in lines[1:])
        if status == 100:
            continue
        if head and status >= 400:
            return True
        length = int(headers["Content-Length"])
        body, said = said[:length], said[length:]
        if len(body) < length or not _means_something(status, headers, body):
            return False
        if not said:
            return True
    return False


def _means_something(status, headers, body):
    try:
        message = json.loads(body[: int(headers.get("Inference-Header-Content-Length", len(body)))])
    except ValueError:
        return False
    if status == 200:
        return "error" not in message
    error = message.get("error")
    return 400 <= status < 510 and status != 500 and list(message) == ["error"] and bool(error) and "\n" not in error


@dataclass
class Request:
    """A request in parts; `headers` are sent as they are."""

    message: object = None
    binary: bytes = b""
    method: str = "POST"
    path: str = "/v2/models/kong/infer"
    version: str = "HTTP/1.1"
    headers: dict = field(default_factory=dict)
    text: bytes | None = None
    """In the place of the message."""

    def encoded(self):
        text = self.text if self.text is not None else b"" if self.message is None else json.dumps(self.message).encode()
        lines = {
            "Host": "localhost", "Authorization": f"Bearer {TOKEN}", "Connection": "close",
            "Inference-Header-Content-Length": len(text), "Content-Length": len(text) + len(self.binary),
        }  # fmt: skip
        lines |= self.headers
        sent = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
        return f"{self.method} {self.path} {self.version}\r\n{sent}\r\n".encode("latin-1", "replace") + text + self.binary


def good(shape, outputs, name="imgLow"):
    """A request for outputs of zeros."""
    size = 4
    for count in shape:
        size *= count
    entry = {"name": name, "shape": list(shape), "datatype": "FP32", "parameters": {"binary_data_size": size}}
    wanted = [{"name": output, "parameters": {"binary_data": True}} for output in outputs]
    return Request({"inputs": [entry], "outputs": wanted}, bytes(size))


ODD = [
    *(None, True, -1, 0, 3, 1 << 31, 1 << 64, 10**30, 0.5, 1e300, "", "x", "imgLow", "FP64", "grad:", "grad:light:conv:pre"),
    *([], [[]], [1, "2"], [True], [-1], {}, {"a": 1}, "\ud800", "ä" * 500, "x" * 5000, "gradsum:a:b", "diff:light"),
]
PATHS = [
    *("/", "/v2", "/v2/", "/v2/models/kong", "/v2/models/kong/stats", "/v2/health/ready", "/v2/health/../models/kong/infer"),
    *("/v2/models/other/infer", "/v2/models/kong/versions/1/infer", "/v2/models/kong/versions/2/infer", "//v2", "/?a=b"),
    *("/v2/health/ready?x", "/health/", "*", "http://localhost/v2", "/%2e%2e", "/" + "a" * 3000, "/" + "b" * 70_000, "/ä b"),
]
HEADERS = {
    "Content-Length": [None, "-1", "0", "1", "many", "9" * 15, "9" * 400, "1e3", "0x10", " 7 ", "5\r\nContent-Length: 6"],
    "Inference-Header-Content-Length": [None, "-1", "0", "1", "many", "9" * 15, "9" * 400, "5, 5"],
    "Authorization": [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        TOKEN,
        f"bearer {TOKEN}",
        "Bearer \xff\xfe",
        "Bearer " + "x" * 9999,
    ],
    "Transfer-Encoding": ["chunked", "identity", "gzip, chunked"],
    "Content-Encoding": ["gzip", "identity", "br"],
    "Expect": ["100-continue", "200-ok"],
    "Connection": ["keep-alive", "upgrade", "", None],
    "X": ["y" * 70_000, "a\r\n b", "a\r\nno colon here", "\x00", "\x80"],
}
METHODS = ["GET", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "post", "A" * 500, "", "\x16\x03\x01"]
VERSIONS = ["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/7.9", "HTTP/1.1.1", "HTTP", "", "http/1.1", "HTTP/1." + "1" * 50]


def broken(random, request):
    """A request with one to three things changed, as bytes."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        request = random.choice((_header, _header, _message, _message, _message, _line, _text, _binary))(random, request)
    data = request.encoded()
    if random.random() < 0.1:
        data = data[: random.randrange(1, len(data))]
    if random.random() < 0.1:
        at = random.randrange(min(len(data), 400))
        data = data[:at] + random.randbytes(random.randrange(1, 5)) + data[at + random.randrange(3) :]
    return data


def _header(random, request):
    name = random.choice(list(HEADERS))
    return replace(request, headers=request.headers | {name: random.choice(HEADERS[name])})


def _line(random, request):
    part, values = random.choice((("path", PATHS), ("method", METHODS), ("version", VERSIONS)))
    return replace(request, **{part: random.choice(values)})


def _message(random, request):
    """Put something odd somewhere into the message, or take something out."""
    message = json.loads(json.dumps(request.message))
    place = message
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = random.choice(keys) if keys else None
        if key is None:
            break
        if isinstance(place[key], dict | list) and place[key] and random.random() < 0.8:
            place = place[key]
            continue
        if random.random() < 0.2:
            del place[key]
        else:
            place[key] = random.choice(ODD)
        break
    return replace(request, message=message if isinstance(message, dict) and message else {"inputs": 1})


def _text(random, request):
    texts = (b"[" * 5000, b"{", b"", b"null", b"[]", b"\xff\xfe", b'{"a": NaN}', b'{"inputs": ' + b"9" * 5000 + b"}")
    text = json.dumps(request.message).encode()
    half = text[: random.randrange(len(text))]
    return replace(request, text=random.choice((*texts, half, text.replace(b'"', b"'"), text.replace(b":", b"", 1))))


def _binary(random, request):
    size = len(request.binary)
    choices = (
        b"",
        request.binary[: size // 2],
        request.binary + bytes(4),
        random.randbytes(size),
        b"\x00\x00\xc0\x7f" * (size // 4),
    )
    return replace(request, binary=random.choice(choices))
