"""Serves one Caffe network by the Open Inference Protocol v2 (REST, binary tensor and statistics extensions).

Python 3.9, the standard library, numpy and pycaffe. Run it as `server.py --prototxt P --caffemodel M --listen ADDRESS`.

A request names its tensors as the network names its blobs:

    inputs   the network's inputs, or instead one blob inside it, from where the network is then computed;
             `diff:<output>`, what a backward pass begins with at an output: ones unless it is given
    outputs  <blob>                  its values after the layers that work in place on it (a rectifier, say)
             grad:<output>:<blob>    the gradient of the output's sum over those values, for each row of the batch
             grad:<output>:<blob>:pre   the same before the layers that work in place
             gradsum:<output>:<blob>    either, summed over each channel's grid

Whatever is wrong with a request is answered by the protocol's error body. Caffe ends the process where it disagrees
with a shape, so nothing reaches it unchecked.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import http.client
import json
import math
import os
import signal
import socket
import socketserver
import sys
import tempfile
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np

VERSION = "1"
EXTENSIONS = ["binary_tensor_data", "statistics"]
CONNECTIONS = 32
"""At once; more are turned away."""
MIB = 1 << 20


class Refused(Exception):
    """A request that cannot be answered, and why."""

    def __init__(self, message: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status


# -- the network -------------------------------------------------------------------------------------------------------


def load_net(prototxt: str, caffemodel: str) -> Any:
    """A caffe.Net whose backward pass reaches every blob and computes no gradients of weights."""
    os.environ.setdefault("GLOG_minloglevel", "2")
    import caffe
    from caffe.proto import caffe_pb2
    from google.protobuf import text_format

    with open(prototxt, encoding="utf-8") as file:
        net = text_format.Parse(file.read(), caffe_pb2.NetParameter())
    net.force_backward = True
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.prototxt")

        def load(**weights: str) -> Any:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text_format.MessageToString(net))
            return caffe.Net(path, caffe.TEST, **weights)

        counts = {name: len(blobs) for name, blobs in load().params.items()}
        for layer in net.layer:
            del layer.param[counts.get(layer.name, 0) :]
            while len(layer.param) < counts.get(layer.name, 0):
                layer.param.add()
            for param in layer.param:
                param.lr_mult = 0
        for layer in net.layers:  # the older format
            layer.blobs_lr[:] = [0] * counts.get(layer.name, 0)
        return load(weights=caffemodel)


class Network:
    """A caffe.Net that takes batches of any size and checks all that it is given. Not for two threads at once."""

    def __init__(self, net: Any, most: int) -> None:
        self.net, self.most = net, most
        names = list(net._blob_names)
        count = len(net._layer_names)
        self.tops = [[names[each] for each in net._top_ids(layer)] for layer in range(count)]
        self.bottoms = [[names[each] for each in net._bottom_ids(layer)] for layer in range(count)]
        self.inputs = list(net.inputs)
        self.shapes = {name: tuple(blob.data.shape[1:]) for name, blob in net.blobs.items()}
        self.forwards = self.backwards = self.rows = 0

    def blobs(self) -> list[str]:
        """What can be asked for: the outputs, then all else but copies that Caffe makes for itself."""
        outputs = list(self.net.outputs)
        return outputs + [name for name in self.shapes if name not in [*outputs, *self.inputs] and "_split_" not in name]

    def run(self, given: dict[str, np.ndarray], wanted: list[str]) -> dict[str, np.ndarray]:
        """One forward pass, and a backward pass for each output whose gradients are wanted."""
        tensors = {name: each for name, each in given.items() if not name.startswith("diff:")}
        seeds = {name[len("diff:") :]: each for name, each in given.items() if name.startswith("diff:")}
        asked = {name: self._gradient(name) for name in wanted if name.startswith(("grad:", "gradsum:"))}
        values = [name for name in wanted if name not in asked]
        outputs = [output for output, _, _ in asked.values()]
        first, computed = self._begin(tensors)
        self._check(tensors, seeds, [*values, *outputs, *seeds], computed)
        for name, (_, blob, pre) in asked.items():
            if blob not in computed or (pre and blob in tensors):
                raise Refused(f"{name!r} lies before {', '.join(tensors)}, which was given.")
        for name in seeds:
            if name not in outputs:
                raise Refused(f"'diff:{name}' was given, but no gradient of {name!r} is asked for.")
        self._forward(tensors, first, [*values, *outputs])
        found = {name: np.array(self.net.blobs[name].data) for name in values}
        for output in dict.fromkeys(outputs):
            of_it = {name: (blob, pre) for name, (each, blob, pre) in asked.items() if each == output}
            found.update(self._backward(output, of_it, seeds.get(output)))
        return {name: grid_sum(each) if name.startswith("gradsum:") else each for name, each in found.items()}

    def _gradient(self, name: str) -> tuple[str, str, bool]:
        parts = name.split(":")
        if len(parts) not in (3, 4) or (len(parts) == 4 and parts[3] not in ("pre", "post")):
            raise Refused(
                f"output {name!r}: 'grad:<output>:<blob>' was wanted, with ':pre' or ':post' behind it or nothing."
            )
        for blob in parts[1:3]:
            self._known(blob)
        return parts[1], parts[2], parts[3:] == ["pre"]

    def _known(self, blob: str) -> None:
        if blob not in self.shapes:
            raise Refused(f"the network has no blob {blob!r}; its metadata lists them.")

    def _begin(self, tensors: dict[str, np.ndarray]) -> tuple[int, set[str]]:
        """The first layer to compute, and every blob that then depends on nothing but the tensors."""
        for name in tensors:
            self._known(name)
        inner = [name for name in tensors if name not in self.inputs]
        if set(tensors) != set(self.inputs) and not (len(inner) == len(tensors) == 1):
            raise Refused(
                f"the inputs are {', '.join(self.inputs)}, or instead one blob inside the network; "
                f"{', '.join(tensors) or 'none'} came."
            )
        first = self._last_writer(inner[0]) + 1 if inner else 0
        computed = set(tensors)
        for layer in range(first, len(self.tops)):
            if self.bottoms[layer] and computed.issuperset(self.bottoms[layer]):
                computed.update(self.tops[layer])
        return first, computed

    def _check(
        self, tensors: dict[str, np.ndarray], seeds: dict[str, np.ndarray], wanted: list[str], computed: set[str]
    ) -> None:
        for name in wanted:
            self._known(name)
            if name not in computed:
                raise Refused(f"{name!r} does not follow from {', '.join(tensors)} alone.")
        rows = next(iter(tensors.values())).shape[0] if next(iter(tensors.values())).ndim else 0
        if not 1 <= rows <= self.most:
            raise Refused(f"a batch of {rows}; 1 to {self.most} are taken at once.")
        for name, array in [*tensors.items(), *((f"diff:{name}", array) for name, array in seeds.items())]:
            shape = (rows, *self.shapes[name[5:] if name.startswith("diff:") else name])
            if array.shape != shape:
                raise Refused(f"input {name!r} is {list(array.shape)}; {list(shape)} was wanted.")
            if not np.isfinite(array).all():
                raise Refused(f"input {name!r} holds numbers that are not finite.")

    def _last_writer(self, blob: str) -> int:
        return max((layer for layer, tops in enumerate(self.tops) if blob in tops), default=-1)

    def _forward(self, tensors: dict[str, np.ndarray], first: int, wanted: list[str]) -> None:
        rows = len(next(iter(tensors.values())))
        if self.net.blobs[self.inputs[0]].data.shape[0] != rows:
            for name in self.inputs:
                self.net.blobs[name].reshape(rows, *self.shapes[name])
            self.net.reshape()
        for name, array in tensors.items():
            self.net.blobs[name].data[...] = array
        last = max(map(self._last_writer, wanted))
        if last >= first:
            self.net._forward(first, last)
        self.forwards += 1
        self.rows += rows

    def _backward(self, output: str, asked: dict[str, tuple[str, bool]], seed: np.ndarray | None) -> dict[str, np.ndarray]:
        """One pass from an output down to the lowest blob that is asked for, stopping at each on the way.

        A pass that began elsewhere leaves its gradients in the copies that Caffe makes of blobs with several readers,
        and it would add them to these: all are zero before.
        """
        begin = self._last_writer(output)
        stops = {name: self._stop(*each) for name, each in asked.items()}
        for layer in range(max(0, min(stops.values())), begin + 1):
            for blob in (*self.tops[layer], *self.bottoms[layer]):
                self.net.blobs[blob].diff[...] = 0
        self.net.blobs[output].diff[...] = 1 if seed is None else seed
        found = {}
        for stop in sorted(set(stops.values()), reverse=True):
            if stop <= begin:
                self.net._backward(begin, stop)
                begin = stop - 1
            for name, (blob, _) in asked.items():
                if stops[name] == stop:
                    reached = stop <= self._last_writer(output) or blob == output
                    found[name] = (
                        np.array(self.net.blobs[blob].diff) if reached else np.zeros_like(self.net.blobs[blob].data)
                    )
        self.backwards += 1
        return found

    def _stop(self, blob: str, pre: bool) -> int:
        """The last layer of a backward pass that ends with the blob's gradient after, or before, its in-place layers."""
        readers = [layer for layer, bottoms in enumerate(self.bottoms) if blob in bottoms]
        if not pre:
            readers = [layer for layer in readers if blob not in self.tops[layer]]
        return min(readers, default=len(self.tops))


def grid_sum(array: np.ndarray) -> np.ndarray:
    """Row by row and channel by channel."""
    return array.reshape(*array.shape[:2], -1).sum(axis=2)


# -- the protocol ------------------------------------------------------------------------------------------------------


def read_json(text: bytes) -> dict[str, Any]:
    try:
        message = json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 20 else math.inf)
    except (ValueError, RecursionError) as error:
        raise Refused(f"the request is no JSON ({type(error).__name__}).") from error
    if not isinstance(message, dict):
        raise Refused("the request is no JSON object.")
    return message


def entries(message: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = message.get(key) or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Refused(f"{key!r} is no list of objects.")
    for each in found:
        if not isinstance(each.get("name"), str) or not isinstance(each.get("parameters", {}), dict):
            raise Refused(f"one of the {key} has no name, or parameters that are no object.")
    names = [each["name"] for each in found]
    if len(set(names)) < len(names):
        raise Refused(f"one of the {key} is named twice.")
    return found


def read_tensors(message: dict[str, Any], binary: memoryview) -> dict[str, np.ndarray]:
    """The request's tensors, from JSON or from the bytes behind it."""
    tensors, at = {}, 0
    for entry in entries(message, "inputs"):
        name, shape = entry["name"], entry.get("shape")
        if (
            not isinstance(shape, list)
            or not all(type(size) is int and 0 <= size < 1 << 31 for size in shape)
            or len(shape) > 8
        ):
            raise Refused(f"input {name!r} has no shape.")
        if entry.get("datatype") != "FP32":
            raise Refused(f"input {name!r} is {entry.get('datatype')!r}; FP32 was wanted.")
        size = entry.get("parameters", {}).get("binary_data_size")
        if size is None:
            array = listed(entry.get("data"), name)
        elif type(size) is not int or size < 0 or size % 4 or at + size > len(binary):
            raise Refused(f"input {name!r} tells of {size!r} bytes; {len(binary) - at} are left.")
        else:
            array = np.frombuffer(binary[at : at + size], dtype="<f4")
            at += size
        if array.size != math.prod(shape):
            raise Refused(f"input {name!r} has {array.size} numbers; its shape {shape} tells of {math.prod(shape)}.")
        tensors[name] = array.reshape(shape)
    if at != len(binary):
        raise Refused(f"{len(binary) - at} bytes too many came.")
    return tensors


def listed(data: Any, name: str) -> np.ndarray:
    try:
        if not isinstance(data, list):
            raise TypeError
        with np.errstate(over="ignore"):
            return np.asarray(data, dtype=np.float64).astype("<f4").ravel()
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise Refused(f"input {name!r} has no data that are numbers.") from error


def write_answer(
    name: str, message: dict[str, Any], outputs: list[dict[str, Any]], found: dict[str, np.ndarray]
) -> tuple[bytes, bytes]:
    """The response's JSON and the bytes behind it."""
    default = bool((message.get("parameters") or {}).get("binary_data_output", False))
    told, binary = [], []
    for entry in outputs:
        array = np.ascontiguousarray(found[entry["name"]], dtype="<f4")
        tensor = {"name": entry["name"], "datatype": "FP32", "shape": list(array.shape)}
        if entry.get("parameters", {}).get("binary_data", default):
            tensor["parameters"] = {"binary_data_size": array.nbytes}
            binary.append(array.tobytes())
        else:
            tensor["data"] = array.ravel().tolist()
        told.append(tensor)
    answer = {"model_name": name, "model_version": VERSION, "outputs": told}
    if isinstance(message.get("id"), str):
        answer["id"] = message["id"]
    return json.dumps(answer).encode(), b"".join(binary)


class Service:
    """What the paths of the protocol answer."""

    def __init__(self, name: str, network: Network, files: dict[str, str], token: str) -> None:
        self.name, self.network, self.files, self.token = name, network, files, token
        self.lock = threading.Lock()
        largest = max(math.prod(shape) for shape in network.shapes.values())
        self.longest = 4 * MIB + 2 * 4 * network.most * largest
        """Bytes of the largest body that a request can need: a batch of the largest blob and its gradient."""

    def get(self, path: str) -> dict[str, Any]:
        model = f"/v2/models/{self.name}"
        path = path.replace(f"{model}/versions/{VERSION}", model, 1)
        if path in ("/v2/health/live", "/v2/health/ready", f"{model}/ready"):
            return {"live": True} if path.endswith("live") else {"ready": True}
        if path in ("/v2", "/v2/"):
            return {"name": "xaesthetic-caffe", "version": VERSION, "extensions": EXTENSIONS}
        if path == model:
            return self._metadata()
        if path in (f"{model}/stats", "/v2/models/stats"):
            return {"model_stats": [self._statistics()]}
        raise Refused(f"there is nothing at {path[:200]!r}; the model is {self.name!r}.", HTTPStatus.NOT_FOUND)

    def _metadata(self) -> dict[str, Any]:
        def tensor(name: str) -> dict[str, Any]:
            return {"name": name, "datatype": "FP32", "shape": [-1, *self.network.shapes[name]]}

        return {
            "name": self.name,
            "versions": [VERSION],
            "platform": "caffe",
            "inputs": [tensor(each) for each in self.network.inputs],
            "outputs": [tensor(each) for each in self.network.blobs()],
            "parameters": {"max_batch_size": self.network.most, "sha256": self.files},
        }

    def _statistics(self) -> dict[str, Any]:
        network = self.network
        counts = {"inference_count": network.rows, "execution_count": network.forwards, "backward_count": network.backwards}
        return {"name": self.name, "version": VERSION, **counts}

    def post(self, path: str, body: bytes, length: int | None) -> tuple[bytes, bytes]:
        paths = (f"/v2/models/{self.name}/infer", f"/v2/models/{self.name}/versions/{VERSION}/infer")
        if path not in paths:
            raise Refused(f"there is nothing at {path[:200]!r}; the model is {self.name!r}.", HTTPStatus.NOT_FOUND)
        length = len(body) if length is None else length
        if not 0 <= length <= len(body):
            raise Refused(f"Inference-Header-Content-Length is {length}; {len(body)} bytes came.")
        message = read_json(body[:length])
        tensors = read_tensors(message, memoryview(body)[length:])
        outputs = entries(message, "outputs") or [{"name": name} for name in self.network.net.outputs]
        if not isinstance(message.get("parameters", {}), dict):
            raise Refused("'parameters' is no object.")
        with self.lock:
            found = self.network.run(tensors, [entry["name"] for entry in outputs])
        return write_answer(self.name, message, outputs, found)


# -- HTTP --------------------------------------------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Server
    timeout = 60

    def version_string(self) -> str:
        return "xaesthetic-caffe"

    def address_string(self) -> str:
        return "client"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what is wrong is in the answer."""

    def handle_one_request(self) -> None:
        """A request must have come whole within the time-out, however slowly its bytes drop in."""
        self.watch = threading.Timer(self.server.patience, self._hang_up)
        self.watch.daemon = True
        self.watch.start()
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True
        finally:
            self.watch.cancel()

    def _hang_up(self) -> None:
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The protocol's error body; the connection ends, because nobody knows what else is under way on it."""
        del explain
        self.close_connection = True
        text = message or HTTPStatus(code).phrase
        self._send(code, json.dumps({"error": text}).encode(), b"", close=True)

    def _send(self, status: int, text: bytes, binary: bytes, close: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/octet-stream" if binary else "application/json")
        if binary:
            self.send_header("Inference-Header-Content-Length", str(len(text)))
        self.send_header("Content-Length", str(len(text) + len(binary)))
        if close:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(text)
        if binary:
            self.wfile.write(binary)

    def _answer(self, make: Any) -> None:
        try:
            self._permit()
            text, binary = make()
        except Refused as error:
            self.send_error(error.status, str(error))
        except (TimeoutError, ConnectionError):
            self.close_connection = True
        except Exception as error:
            self.send_error(500, f"the server failed ({type(error).__name__}).")
        else:
            self._send(200, text, binary)

    def _permit(self) -> None:
        token = self.server.service.token
        sent = self.headers.get("Authorization", "").encode("latin-1", "replace")
        if token and "/health/" not in self.path and not hmac.compare_digest(sent, f"Bearer {token}".encode()):
            raise Refused("'Authorization: Bearer' with the server's token was wanted.", HTTPStatus.UNAUTHORIZED)

    def do_GET(self) -> None:
        if self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # a body that nobody reads must not be taken for the next request
        self._answer(lambda: (json.dumps(self.server.service.get(self.path)).encode(), b""))

    def do_POST(self) -> None:
        self._answer(
            lambda: self.server.service.post(self.path, self._body(), self._length("Inference-Header-Content-Length"))
        )

    def _length(self, header: str) -> int | None:
        text = self.headers.get(header)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise Refused(f"{header} is no number.")
        return int(text)

    def _body(self) -> bytes:
        length = self._length("Content-Length")
        if length is None or "Transfer-Encoding" in self.headers:
            raise Refused("Content-Length was wanted.", HTTPStatus.LENGTH_REQUIRED)
        if self.headers.get("Content-Encoding", "identity") != "identity":
            raise Refused("compressed requests are not taken.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        if length > self.server.service.longest:
            raise Refused(
                f"{length} bytes; {self.server.service.longest} are the most.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            )
        body = self.rfile.read(length)
        self.watch.cancel()
        if len(body) < length:
            raise ConnectionError
        return body


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Listens on `tcp:HOST:PORT` or `unix:PATH`."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, listen: str, service: Service, patience: float) -> None:
        self.service, self.patience = service, patience
        self.places = threading.BoundedSemaphore(CONNECTIONS)
        kind, place = address(listen)
        self.address_family = socket.AF_UNIX if kind == "unix" else socket.AF_INET
        super().__init__(place, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Turn connections away where there are too many, rather than begin a thread for each."""
        if not self.places.acquire(blocking=False):
            body = b'{"error": "too many connections; try again."}'
            try:
                request.sendall(
                    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
                )
            except OSError:
                pass
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """One line: clients come and go."""
        print(f"a connection ended: {sys.exc_info()[1]!r}", file=sys.stderr)


def address(listen: str) -> tuple[str, Any]:
    """The kind of address and what a socket takes for it."""
    kind, _, place = listen.partition(":")
    host, _, port = place.rpartition(":")
    if kind == "unix" and place:
        return kind, place
    if kind == "tcp" and host and port.isdigit() and int(port) < 65536:
        return kind, (host, int(port))
    raise SystemExit(f"{listen!r}: 'tcp:HOST:PORT' or 'unix:PATH' was wanted.")


def is_ready(listen: str) -> bool:
    """Ask a server that listens there."""
    kind, place = address(listen)
    connection = http.client.HTTPConnection("localhost", timeout=5)
    connection.sock = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
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
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(MIB), b""):
            digest.update(block)
    return digest.hexdigest()


def serve(options: argparse.Namespace) -> None:
    """Answer until SIGTERM or SIGINT comes; a pass that is under way is finished first."""
    token = ""
    if options.token_file:
        with open(options.token_file, encoding="ascii") as file:
            token = file.read().strip()
    files = {"prototxt": sha256(options.prototxt), "caffemodel": sha256(options.caffemodel)}
    network = Network(load_net(options.prototxt, options.caffemodel), options.max_batch)
    service = Service(options.name, network, files, token)
    kind, place = address(options.listen)
    old = os.umask(0o177)
    if kind == "unix" and os.path.exists(place):
        os.unlink(place)
    server = Server(options.listen, service, options.patience)
    os.umask(old)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    where = options.listen if kind == "unix" else "tcp:{}:{}".format(*server.server_address[:2])
    print(f"{options.name} is ready on {where}", flush=True)
    while not stop.wait(1):
        pass
    server.shutdown()
    server.server_close()
    if service.lock.acquire(timeout=8):
        time.sleep(0.2)  # for the last answer to be on its way
    if kind == "unix" and os.path.exists(place):
        os.unlink(place)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prototxt", default="/model/net.prototxt")
    parser.add_argument("--caffemodel", default="/model/net.caffemodel")
    parser.add_argument("--name", default="caffe", help="the model's name in the protocol's paths")
    parser.add_argument(
        "--listen", default=os.environ.get("LISTEN", "tcp:127.0.0.1:8080"), help="tcp:HOST:PORT or unix:PATH"
    )
    parser.add_argument("--token-file", help="a file with the token that every request but for health must carry")
    parser.add_argument("--max-batch", type=int, default=64)
    parser.add_argument("--patience", type=float, default=60, help="seconds within which a request must have come whole")
    parser.add_argument("--check", action="store_true", help="exit with 0 if a server that listens there is ready")
    options = parser.parse_args()
    if options.check:
        sys.exit(not is_ready(options.listen))
    serve(options)


if __name__ == "__main__":
    main()
