"""The Open Inference Protocol v2: JSON and binary tensors, in and out. Whatever cannot be read is `Refused`."""

from __future__ import annotations

import json
import math
from http import HTTPStatus
from typing import Any

import numpy as np

VERSION = "1"
LONGEST = 300
"""Letters of an error."""


class Refused(Exception):
    """A request that cannot be answered, and why."""

    def __init__(self, message: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message if len(message) <= LONGEST else f"{message[:LONGEST]}…")
        self.status = int(status)


def weigh(text: memoryview) -> int:
    """Bytes of memory that reading a JSON text may take at the most, however it was made.

    A value stands behind one of four marks, and an object with one key is the largest for its marks; letters take up to
    four bytes once as text and once as strings.
    """
    raw = bytes(text)
    return 9 * len(raw) + 100 * sum(map(raw.count, (b"[", b"{", b",", b":")))


def read_message(text: memoryview) -> dict[str, Any]:
    """A JSON object of numbers that are some."""
    try:
        message = json.loads(bytes(text), parse_int=_whole, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused(f"the request is no JSON ({type(error).__name__}).") from error
    if not isinstance(message, dict):
        raise Refused("the request is no JSON object.")
    if not isinstance(message.get("parameters", {}), dict):
        raise Refused("'parameters' is no object.")
    return message


def _whole(digits: str) -> float:
    return int(digits) if len(digits) < 20 else math.inf


def _no_number(name: str) -> float:
    raise ValueError(name)


def entries(message: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The tensors that a message names, of which no two have one name."""
    result = message.get(key) or []
    if not isinstance(result, list) or not all(isinstance(entry, dict) for entry in result):
        raise Refused(f"{key!r} is no list of objects.")
    for entry in result:
        if not isinstance(entry.get("name"), str) or not isinstance(entry.get("parameters", {}), dict):
            raise Refused(f"one of the {key} has no name, or parameters that are no object.")
    if len({entry["name"] for entry in result}) < len(result):
        raise Refused(f"one of the {key} is named twice.")
    return result


def read_tensors(message: dict[str, Any], binary: memoryview) -> dict[str, np.ndarray]:
    """The request's tensors, from JSON or from the bytes behind it."""
    tensors, at = {}, 0
    for entry in entries(message, "inputs"):
        name, shape, size = entry["name"], _shape(entry), entry.get("parameters", {}).get("binary_data_size")
        if size is None:
            array = _listed(entry.get("data"), name, shape)
        elif type(size) is not int or size < 0 or size % 4 or at + size > len(binary):
            raise Refused(f"input {name!r} announces {size!r} bytes; {len(binary) - at} are left.")
        else:
            array = np.frombuffer(binary[at : at + size], dtype="<f4")
            at += size
        if array.size != math.prod(shape):
            raise Refused(f"input {name!r} has {array.size} numbers; its shape {shape} makes {math.prod(shape)}.")
        tensors[name] = array.reshape(shape)
    if at != len(binary):
        raise Refused(f"{len(binary) - at} bytes too many came.")
    return tensors


def _shape(entry: dict[str, Any]) -> list[int]:
    name, shape = entry["name"], entry.get("shape")
    if not isinstance(shape, list) or len(shape) > 8:
        raise Refused(f"input {name!r} has no shape.")
    if not all(type(size) is int and 0 <= size < 1 << 31 for size in shape):
        raise Refused(f"input {name!r} has no shape.")
    if entry.get("datatype") != "FP32":
        raise Refused(f"input {name!r} is {entry.get('datatype')!r}; FP32 was wanted.")
    return shape


def _listed(data: Any, name: str, shape: list[int]) -> np.ndarray:
    """Numbers in JSON, one after the other or nested as the shape is; no words and no truth values."""
    try:
        array = np.asarray(data if isinstance(data, list) else None)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:  # ragged
        raise Refused(f"input {name!r} has no data that are numbers.") from error
    if array.size and array.dtype.kind not in "iuf":
        raise Refused(f"input {name!r} has no data that are numbers.")
    if array.ndim > 1 and list(array.shape) != shape:
        raise Refused(f"input {name!r} is nested as {list(array.shape)}; its shape is {shape}.")
    with np.errstate(over="ignore"):
        return array.astype("<f4").ravel()


def is_binary(message: dict[str, Any], entry: dict[str, Any]) -> bool:
    """Whether an output is wanted in bytes and not in JSON."""
    default = (message.get("parameters") or {}).get("binary_data_output", False)
    return bool(entry.get("parameters", {}).get("binary_data", default))


def write_answer(
    name: str, message: dict[str, Any], outputs: list[dict[str, Any]], arrays: dict[str, np.ndarray]
) -> tuple[bytes, list[memoryview]]:
    """The response's JSON and the bytes behind it."""
    tensors, binary = [], []
    for entry in outputs:
        array = np.ascontiguousarray(arrays[entry["name"]], dtype="<f4")
        if not np.isfinite(array).all():
            raise Refused(f"output {entry['name']!r} of these inputs is not finite.")
        tensor = {"name": entry["name"], "datatype": "FP32", "shape": list(array.shape)}
        if is_binary(message, entry):
            tensor["parameters"] = {"binary_data_size": array.nbytes}
            binary.append(memoryview(array.reshape(-1)).cast("B"))
        else:
            tensor["data"] = array.ravel().tolist()
        tensors.append(tensor)
    answer = {"model_name": name, "model_version": VERSION, "outputs": tensors}
    if isinstance(message.get("id"), str):
        answer["id"] = message["id"]
    return json.dumps(answer).encode(), binary
