"""Serves one Caffe network by the Open Inference Protocol v2 (REST, binary tensor and statistics extensions).

Python 3.9, the standard library, numpy and pycaffe; the files beside this one belong to it. Run it as
`server.py --prototxt P --caffemodel M --listen ADDRESS`.

A request names its tensors as the network names its blobs:

    inputs   the network's inputs, or instead one blob inside it, from where the network is then computed;
             `diff:<output>`, what a backward pass begins with at an output: ones unless it is given
    outputs  <blob>                  its values after the layers that work in place on it (a rectifier, say)
             grad:<output>:<blob>    the gradient of the output's sum over those values, for each row of the batch
             grad:<output>:<blob>:pre   the same before the layers that work in place
             gradsum:<output>:<blob>    either, summed over each channel's grid

Whatever is wrong with a request is answered by the protocol's error body.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import http.client
import os
import signal
import socket
import stat
import sys
import threading
import time
from typing import Any

from connection import Server
from limits import MIB
from network import Network, load_net
from service import Service


def address(listen: str) -> tuple[int, Any]:
    """The family of an address and what a socket takes for it."""
    kind, _, place = listen.partition(":")
    host, _, port = place.rpartition(":")
    if kind == "unix" and place:
        return socket.AF_UNIX, place
    if kind == "tcp" and host and port.isdigit() and int(port) < 65536:
        return socket.AF_INET, (host, int(port))
    raise SystemExit(f"{listen!r}: 'tcp:HOST:PORT' or 'unix:PATH' was wanted.")


def is_ready(listen: str) -> bool:
    """Ask a server that listens there."""
    family, place = address(listen)
    connection = http.client.HTTPConnection("localhost", timeout=5)
    connection.sock = socket.socket(family)
    connection.sock.settimeout(5)
    try:
        connection.sock.connect(place)
        connection.request("GET", "/v2/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def sha256(path: str) -> str:
    """Of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(MIB), b""):
            digest.update(block)
    return digest.hexdigest()


def read_token(path: str | None) -> str:
    """The token in a file; none where there is no file. An empty file would let everybody in."""
    if path is None:
        return ""
    with open(path, encoding="utf-8", errors="replace") as file:
        token = file.read().strip()
    if not (token and token.isascii() and token.isprintable()):
        raise SystemExit(f"{path}: a token in plain letters was wanted.")
    return token


def claim(path: str) -> Any:
    """Make sure that no other server listens on a Unix socket, and remove one that was left; the claim ends with us."""
    lock = open(f"{path}.lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise SystemExit(f"{path}: another server listens there; stop that one first.") from None
    if not os.path.lexists(path):
        return lock
    if not stat.S_ISSOCK(os.lstat(path).st_mode):
        raise SystemExit(f"{path}: is there and no socket; choose another path.")
    os.unlink(path)
    return lock


def listen_on(listen: str, service: Service, patience: float) -> Server:
    """A server that is bound and not yet serving."""
    family, place = address(listen)
    try:
        return Server(family, place, service, patience)
    except OSError as error:
        raise SystemExit(f"{listen}: cannot be listened on ({error.strerror or error}).") from None


def serve(server: Server, name: str) -> None:
    """Answer until SIGTERM or SIGINT comes; a pass that is under way is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    place = server.server_address
    where = f"unix:{place}" if server.address_family == socket.AF_UNIX else "tcp:{}:{}".format(*place[:2])
    print(f"{name} is ready on {where}", flush=True)
    while not stop.wait(1):
        pass
    server.shutdown()
    server.server_close()
    if server.service.lock.acquire(timeout=8):
        time.sleep(0.2)  # for the last answer to be on its way
    if server.address_family == socket.AF_UNIX and os.path.exists(place):
        os.unlink(place)


def main() -> None:
    """Load the network and serve it."""
    options = parser().parse_args()
    if options.check:
        sys.exit(not is_ready(options.listen))
    family, place = address(options.listen)
    claimed = claim(place) if family == socket.AF_UNIX else None
    token = read_token(options.token_file)
    files = {"prototxt": sha256(options.prototxt), "caffemodel": sha256(options.caffemodel)}
    network = Network(load_net(options.prototxt, options.caffemodel), options.max_batch)
    service = Service(options.name, network, files, token, options.memory * MIB)
    serve(listen_on(options.listen, service, options.patience), options.name)
    if claimed is not None:
        claimed.close()


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    result = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--prototxt", default="/model/net.prototxt")
    result.add_argument("--caffemodel", default="/model/net.caffemodel")
    result.add_argument("--name", default="caffe", help="the model's name in the protocol's paths")
    result.add_argument(
        "--listen", default=os.environ.get("LISTEN", "tcp:127.0.0.1:8080"), help="tcp:HOST:PORT or unix:PATH"
    )
    result.add_argument("--token-file", help="a file with the token that every request but for health must carry")
    result.add_argument("--max-batch", type=int, default=64)
    result.add_argument("--memory", type=int, default=1024, help="MiB for all requests together, beside the network's own")
    result.add_argument(
        "--patience",
        type=float,
        default=10,
        help="seconds that a client may take for what needs no time, or fall behind 1 MiB/s",
    )
    result.add_argument("--check", action="store_true", help="exit with 0 if a server that listens there is ready")
    return result


if __name__ == "__main__":
    main()
