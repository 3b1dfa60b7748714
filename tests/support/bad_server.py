"""A server on this machine that answers as it is told to, well or badly."""

import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONTENT = bytes(range(256)) * 12_000  # three MB: more than one piece


@dataclass
class Answer:
    """What the server says once."""

    status: int = 200
    body: bytes = CONTENT
    headers: dict = field(default_factory=dict)
    cut: int | None = None
    """After so many bytes of the body the connection is closed."""
    reset: bool = False
    """Closed by a reset, and not in order."""
    ranges: bool = True
    """Whether it heeds Range and If-Range."""
    etag: str | None = '"one"'


class Server:
    """Answers each path's requests in the order given; the last answer stands for all that follow."""

    def __init__(self):
        self.answers, self.requests, self.heads = {}, [], []

    def say(self, path, *answers):
        self.answers[path] = list(answers)
        return self.url + path

    def take(self, path):
        answers = self.answers.get(path) or [Answer(404, b"no")]
        return answers.pop(0) if len(answers) > 1 else answers[0]


@contextmanager
def serving():
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_HEAD(self):
            server.heads.append(self.path)
            answer = (server.answers.get(self.path) or [Answer(404, b"no")])[0]
            self.send_response(answer.status)
            etag = {"ETag": answer.etag} if answer.etag else {}
            for name, value in (etag | {"Content-Length": str(len(answer.body))} | answer.headers).items():
                self.send_header(name, value)
            self.end_headers()

        def do_GET(self):
            server.requests.append((self.path, dict(self.headers)))
            answer = server.take(self.path)
            body, status = answer.body, answer.status
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            headers = {"Content-Type": "application/octet-stream"} | ({"ETag": answer.etag} if answer.etag else {})
            if status == 200 and asked and answer.ranges and self.headers.get("If-Range") == answer.etag:
                start = int(asked[1])
                status, body = (206, body[start:]) if start < len(body) else (416, b"")
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))} | answer.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: answer.cut])
            if answer.cut is not None:
                self.wfile.flush()
                if answer.reset:
                    self.connection.setsockopt(1, 13, b"\x01\x00\x00\x00\x00\x00\x00\x00")  # SO_LINGER 0: a reset
                self.connection.close()
                self.close_connection = True

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{listening.server_address[1]}"
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
