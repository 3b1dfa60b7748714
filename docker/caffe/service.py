"""What the paths of the protocol answer."""

from __future__ import annotations

import hmac
import math
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from limits import MIB, Budget, Share
from network import Network
from protocol import VERSION, Refused, entries, is_binary, read_message, read_tensors, weigh, write_answer

EXTENSIONS = ["binary_tensor_data", "statistics"]
OPEN = ("/v2/health/live", "/v2/health/ready")
"""Exactly these need no token."""
BINARY, LISTED = 5, 200
"""Bytes of memory that a number of the answer may take, in binary and in JSON."""


class Service:
    """One network, under one name. Knows no connection."""

    def __init__(self, name: str, network: Network, files: dict[str, str], token: str, memory: int) -> None:
        self.name, self.network, self.files, self.token = name, network, files, token
        self.lock = threading.Lock()
        self.budget = Budget(memory)
        largest = max(math.prod(shape) for shape in network.shapes.values())
        self.longest = min(4 * MIB + 2 * 4 * network.most * largest, memory // 2)
        """Bytes of the largest body that a request can need, a batch of the largest blob and its gradient, and can have."""
        self.gets = self._gets()
        self.posts = (f"/v2/models/{name}/infer", f"/v2/models/{name}/versions/{VERSION}/infer")

    def _gets(self) -> dict[str, Callable[[], dict[str, Any]]]:
        facts = {"name": "xaesthetic-caffe", "version": VERSION, "extensions": EXTENSIONS}
        gets: dict[str, Callable[[], dict[str, Any]]] = {
            "/v2/health/live": lambda: {"live": True},
            "/v2/health/ready": lambda: {"ready": True},
            "/v2": lambda: facts,
            "/v2/": lambda: facts,
            "/v2/models/stats": self._statistics,
        }
        for model in (f"/v2/models/{self.name}", f"/v2/models/{self.name}/versions/{VERSION}"):
            gets[model] = self._metadata
            gets[f"{model}/ready"] = lambda: {"ready": True}
            gets[f"{model}/stats"] = self._statistics
        return gets

    def permit(self, path: str, authorization: str) -> None:
        """Refuse whoever has not the token; before anything else, of which strangers learn nothing."""
        sent = authorization.encode("latin-1", "replace")
        if self.token and path not in OPEN and not hmac.compare_digest(sent, f"Bearer {self.token}".encode()):
            raise Refused("'Authorization: Bearer' with the server's token was wanted.", HTTPStatus.UNAUTHORIZED)

    def route(self, method: str, path: str) -> None:
        """Refuse what there is not."""
        if path not in self.gets and path not in self.posts:
            raise Refused(f"there is nothing at {path[:200]!r}; the model is {self.name!r}.", HTTPStatus.NOT_FOUND)
        wanted = "POST" if path in self.posts else "GET"
        if method != wanted:
            raise Refused(f"{method[:20]!r} came; {path} takes {wanted} alone.", HTTPStatus.METHOD_NOT_ALLOWED)

    def infer(self, body: memoryview, length: int | None, share: Share) -> tuple[bytes, list[memoryview]]:
        """The JSON of the answer and the bytes behind it, of a body that begins with so much JSON; None for all of it."""
        length = len(body) if length is None else length
        if not 0 <= length <= len(body):
            raise Refused(f"Inference-Header-Content-Length is {length}; {len(body)} bytes came.")
        share.take(weigh(body[:length]), "the request's JSON")
        message = read_message(body[:length])
        outputs = entries(message, "outputs") or [{"name": name} for name in self.network.ends]
        plan = self.network.plan(read_tensors(message, body[length:]), [entry["name"] for entry in outputs])
        binary = all(is_binary(message, entry) for entry in outputs)
        share.take(self.network.size(plan) * (BINARY if binary else LISTED), "the answer")
        with self.lock:
            arrays = self.network.run(plan)
        return write_answer(self.name, message, outputs, arrays)

    def _metadata(self) -> dict[str, Any]:
        def tensor(name: str) -> dict[str, Any]:
            return {"name": name, "datatype": "FP32", "shape": [-1, *self.network.shapes[name]]}

        return {
            "name": self.name,
            "versions": [VERSION],
            "platform": "caffe",
            "inputs": [tensor(name) for name in self.network.inputs],
            "outputs": [tensor(name) for name in self.network.blobs()],
            "parameters": {"max_batch_size": self.network.most, "sha256": self.files},
        }

    def _statistics(self) -> dict[str, Any]:
        network = self.network
        counts = {"inference_count": network.rows, "execution_count": network.forwards, "backward_count": network.backwards}
        return {"model_stats": [{"name": self.name, "version": VERSION, **counts}]}
