"""Speaks the Open Inference Protocol v2 with a model server: metadata, statistics, tensors in and out."""

import http.client
import json
import math
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from xaesthetic.core.errors import ServerError

_CONNECT = 5.0
_WORD = 20.0
"""Seconds until an answer that needs no computing must have begun."""
_TEXT = 1 << 20
"""Bytes of the longest answer that is no tensor."""


class _Connection(http.client.HTTPConnection):
    """HTTP to `unix:PATH` or `tcp:HOST:PORT`."""

    def __init__(self, address: str) -> None:
        super().__init__("localhost")
        self._address = address

    def be_patient(self, seconds: float) -> None:
        """How long the next answer may take to begin."""
        self.timeout = seconds
        if self.sock is not None:
            self.sock.settimeout(seconds)

    def connect(self) -> None:
        """Connect soon or not at all; answers may take longer."""
        kind, _, place = self._address.partition(":")
        host, _, port = place.rpartition(":")
        self.sock = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
        self.sock.settimeout(_CONNECT)
        self.sock.connect(place if kind == "unix" else (host, int(port)))
        self.sock.settimeout(self.timeout)


@dataclass(slots=True)
class Client:
    """A model on a server. Answers are checked before they are used; a dropped connection is tried once more."""

    name: str
    """The model's."""
    address: str
    """`unix:PATH` or `tcp:HOST:PORT`."""
    token: str = field(default="", repr=False)
    timeout: float = 300.0
    """Seconds until computed tensors must have begun to come."""
    moved: int = 0
    """Bytes of all bodies sent and received."""
    _connection: _Connection | None = None
    _shapes: Mapping[str, tuple[int, ...]] | None = None

    def is_ready(self) -> bool:
        """Whether the model answers."""
        try:
            self._ask("GET", "/ready")
        except ServerError:
            return False
        return True

    def metadata(self) -> dict[str, Any]:
        """The model's metadata, as the protocol has it.

        Raises
        ------
        ServerError
            If the server does not answer, or not as the protocol says.
        """
        return self._json("")

    def statistics(self) -> dict[str, Any]:
        """How much the model has computed: `inference_count` (photographs), `execution_count` (forward passes) and more.

        Raises
        ------
        ServerError
            If the server does not answer, or not as the protocol says.
        """
        try:
            return dict(self._json("/stats")["model_stats"][0])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise self._nonsense(error) from error

    def close(self) -> None:
        """Hang up; the next question connects again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __del__(self) -> None:
        self.close()

    def infer(self, inputs: Mapping[str, np.ndarray], outputs: Sequence[str]) -> dict[str, np.ndarray]:
        """Compute outputs of inputs, in one request.

        Parameters
        ----------
        inputs
            By the server's names, float32, all with as many rows.
        outputs
            By the server's names.

        Returns
        -------
        The outputs, float32.

        Raises
        ------
        ServerError
            If the server is gone, refuses, or answers nonsense.
        """
        rows = len(next(iter(inputs.values())))
        wanted = {name: (rows, *self._shape(name)) for name in outputs}
        arrays = {name: np.ascontiguousarray(array, "<f4") for name, array in inputs.items()}
        known = [
            {"name": name, "shape": item.shape, "datatype": "FP32", "parameters": {"binary_data_size": item.nbytes}}
            for name, item in arrays.items()
        ]
        requested = [{"name": name, "parameters": {"binary_data": True}} for name in outputs]
        text = json.dumps({"inputs": known, "outputs": requested}).encode()
        body = b"".join([text, *(item.tobytes() for item in arrays.values())])
        most = sum(4 * math.prod(shape) for shape in wanted.values()) + _TEXT
        length, answer = self._ask("POST", "/infer", body, {"Inference-Header-Content-Length": str(len(text))}, most)
        try:
            return _tensors(answer, length, wanted)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise self._nonsense(error) from error

    def _shape(self, output: str) -> tuple[int, ...]:
        """A row's shape, from the metadata; a gradient has its blob's, a summed one a number for each channel."""
        kind, _, rest = output.partition(":")
        blob = rest.split(":")[1] if kind in ("grad", "gradsum") else output
        if self._shapes is None:
            known = self.metadata()
            try:
                tensors = [*known["inputs"], *known["outputs"]]
                self._shapes = {item["name"]: tuple(int(size) for size in item["shape"][1:]) for item in tensors}
            except (KeyError, TypeError, ValueError) as error:
                raise self._nonsense(error) from error
        if blob not in self._shapes:
            raise ServerError(f"the model server {self.name!r} has no blob {blob!r}; it runs another network.")
        return self._shapes[blob][:1] if kind == "gradsum" else self._shapes[blob]

    def _json(self, path: str) -> dict[str, Any]:
        _, body = self._ask("GET", path)
        try:
            result = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise self._nonsense(error) from error
        if not isinstance(result, dict):
            raise self._nonsense("no JSON object")
        return result

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, most: int = _TEXT
    ) -> tuple[int | None, bytes]:
        """The JSON's length where bytes follow it, and the body."""
        sent = {**(headers or {}), **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        try:
            try:
                status, length, answer = self._exchange(method, path, body, sent, most)
            except (ConnectionError, http.client.RemoteDisconnected):  # it may just have grown tired of waiting
                status, length, answer = self._exchange(method, path, body, sent, most)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            reason = "takes too long" if isinstance(error, TimeoutError) else f"does not answer ({_line(error)})"
            raise ServerError(f"the model server {self.name!r} at {self.address} {reason}; {self._again()}") from error
        if status != 200:
            raise ServerError(f"the model server {self.name!r} refused ({status}): {_reason(answer)}")
        return length, answer

    def _exchange(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], most: int
    ) -> tuple[int, int | None, bytes]:
        if self._connection is None:
            self._connection = _Connection(self.address)
        patience = self.timeout if body else min(_WORD, self.timeout)
        try:
            self._connection.be_patient(patience)
            self._connection.request(method, f"/v2/models/{self.name}{path}", body or None, dict(headers))
            response = self._connection.getresponse()
            answer = response.read(most + 1)
            if len(answer) > most:
                raise ValueError(f"more than {most} bytes")  # noqa: TRY301  # said by the caller
            if len(answer) < int(response.headers.get("Content-Length", 0)):
                raise ConnectionError("the answer was cut off")  # noqa: TRY301
            length = response.headers.get("Inference-Header-Content-Length")
            self.moved += len(body) + len(answer)
            return response.status, int(length) if length is not None else None, answer
        except BaseException:
            self.close()
            raise

    def _again(self) -> str:
        return f"start it (again) with 'xaesthetic model-server start {self.name}'."

    def _nonsense(self, error: object) -> ServerError:
        return ServerError(
            f"the model server {self.name!r} at {self.address} answers nonsense ({_line(error)}); {self._again()}"
        )


def _line(value: object) -> str:
    """In one line, whatever comes from the other side."""
    return " ".join(str(value).split())[:300] or type(value).__name__


def _reason(answer: bytes) -> str:
    """The protocol's error, in one line."""
    try:
        text = json.loads(answer)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        text = "it does not say why"
    return _line(text)


def _tensors(answer: bytes, length: int | None, wanted: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """The tensors behind the JSON; exactly those wanted, each of its shape."""
    if length is None or not 0 <= length <= len(answer):
        raise ValueError("no length of the JSON")
    outputs = json.loads(answer[:length])["outputs"]
    known = {item["name"]: item for item in outputs}
    if [item["name"] for item in outputs] != list(wanted):
        raise ValueError("other outputs than those asked for")
    result, at = {}, length
    for name, shape in wanted.items():
        size = known[name]["parameters"]["binary_data_size"]
        if known[name]["datatype"] != "FP32" or tuple(known[name]["shape"]) != shape or size != 4 * math.prod(shape):
            raise ValueError(f"{name} is {known[name]['datatype']} {known[name]['shape']}; FP32 {list(shape)} was wanted")
        result[name] = np.frombuffer(answer, "<f4", math.prod(shape), at).reshape(shape).copy()
        at += size
    if at != len(answer):
        raise ValueError("bytes too many")
    return result
