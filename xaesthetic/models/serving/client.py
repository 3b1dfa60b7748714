"""Speaks the Open Inference Protocol v2 with a model server: metadata, statistics, tensors in and out."""

import http.client
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from xaesthetic.core.errors import DataError, ServerError
from xaesthetic.core.text import visible
from xaesthetic.models.serving import answers
from xaesthetic.models.serving.answers import AllStatistics, Metadata, Problem, Statistics
from xaesthetic.models.serving.channel import Answer, Channel

_WORD = 20.0
"""Seconds until an answer that needs no computing must have begun."""
_TEXT = 1 << 20
"""Bytes of the longest answer that is no tensor."""
_MOST = 1 << 32
"""Bytes of the longest answer at all."""
_BUSY = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds that a server is left alone which is busy with others' requests, one after the other."""


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
    _channel: Channel | None = None
    _shapes: Mapping[str, tuple[int, ...]] | None = None

    def is_ready(self) -> bool:
        """Whether the model answers."""
        try:
            self._ask("GET", "/ready")
        except ServerError:
            return False
        return True

    def metadata(self) -> Metadata:
        """The model's metadata, as the protocol has it.

        Raises
        ------
        ServerError
            If the server does not answer, or not as the protocol says.
        """
        try:
            result: Metadata = answers.parse(self._ask("GET", "").body, Metadata)
        except DataError as error:
            raise self._nonsense(error) from error
        return result

    def statistics(self) -> Statistics:
        """How much the model has computed: `inference_count` (photographs), `execution_count` (forward passes) and more.

        Raises
        ------
        ServerError
            If the server does not answer, or not as the protocol says.
        """
        try:
            result: AllStatistics = answers.parse(self._ask("GET", "/stats").body, AllStatistics)
        except DataError as error:
            raise self._nonsense(error) from error
        return result["model_stats"][0]

    def close(self) -> None:
        """Hang up; the next question connects again."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None

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
        most = sum(4 * math.prod(shape) for shape in wanted.values()) + _TEXT
        if most > _MOST:
            raise ServerError(
                f"the model server {self.name!r} would answer {most} bytes; {_MOST} are the most: use --batch."
            )
        arrays = {name: np.ascontiguousarray(array, "<f4") for name, array in inputs.items()}
        known = [
            {"name": name, "shape": item.shape, "datatype": "FP32", "parameters": {"binary_data_size": item.nbytes}}
            for name, item in arrays.items()
        ]
        requested = [{"name": name, "parameters": {"binary_data": True}} for name in outputs]
        text = json.dumps({"inputs": known, "outputs": requested}).encode()
        body = b"".join([text, *(item.tobytes() for item in arrays.values())])
        answer = self._ask("POST", "/infer", body, {"Inference-Header-Content-Length": str(len(text))}, most)
        try:
            return answers.tensors(answer.body, answer.json, wanted)
        except (DataError, ValueError) as error:
            raise self._nonsense(error) from error

    def _shape(self, output: str) -> tuple[int, ...]:
        """A row's shape, from the metadata; a gradient has its blob's, a summed one a number for each channel."""
        kind, _, rest = output.partition(":")
        blob = rest.split(":")[1] if kind in ("grad", "gradsum") else output
        if self._shapes is None:
            try:
                self._shapes = answers.shapes(self.metadata())
            except ValueError as error:
                raise self._nonsense(error) from error
        if blob not in self._shapes:
            raise ServerError(f"the model server {self.name!r} has no blob {blob!r}; it runs another network.")
        return self._shapes[blob][:1] if kind == "gradsum" else self._shapes[blob]

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, most: int = _TEXT
    ) -> Answer:
        """The answer, if it is a good one; a server that is busy with others is tried again where computing is wanted."""
        answer = self._exchange(method, path, body, headers or {}, most)
        for pause in _BUSY if body else ():
            if answer.status != http.HTTPStatus.SERVICE_UNAVAILABLE:
                break
            time.sleep(pause)
            answer = self._exchange(method, path, body, headers or {}, most)
        if answer.status != http.HTTPStatus.OK:
            raise ServerError(f"the model server {self.name!r} refused ({answer.status}): {_reason(answer.body)}")
        return answer

    def _exchange(self, method: str, path: str, body: bytes, headers: Mapping[str, str], most: int) -> Answer:
        try:
            try:
                return self._once(method, path, body, headers, most)
            except (ConnectionError, http.client.RemoteDisconnected):  # it may just have grown tired of waiting
                return self._once(method, path, body, headers, most)
        except (OSError, http.client.HTTPException, ValueError, OverflowError) as error:
            reason = "takes too long" if isinstance(error, TimeoutError) else f"does not answer ({_line(error)})"
            raise ServerError(f"the model server {self.name!r} at {self.address} {reason}; {self._again()}") from error

    def _once(self, method: str, path: str, body: bytes, headers: Mapping[str, str], most: int) -> Answer:
        if self._channel is None:
            self._channel = Channel(self.address)
        sent = {**headers, **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        patience = self.timeout if body else min(_WORD, self.timeout)
        try:
            answer = self._channel.exchange(method, f"/v2/models/{self.name}{path}", body, sent, patience, most)
        except BaseException:
            self.close()
            raise
        self.moved += len(body) + len(answer.body)
        return answer

    def _again(self) -> str:
        return f"start it (again) with 'xaesthetic model-server start {self.name}'."

    def _nonsense(self, error: object) -> ServerError:
        return ServerError(
            f"the model server {self.name!r} at {self.address} answers nonsense ({_line(error)}); {self._again()}"
        )


def _line(value: object) -> str:
    """In one line, whatever comes from the other side."""
    return visible(" ".join(str(value).split())[:300]) or type(value).__name__


def _reason(body: bytes) -> str:
    """The protocol's error, in one line."""
    try:
        problem: Problem = answers.parse(body, Problem)
    except DataError:
        return "it does not say why"
    return _line(problem["error"])
