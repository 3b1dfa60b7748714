"""What a model server may say, parsed once: the protocol's messages as typed values, within bounds."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import numpy as np
from jaxtyping import Float32
from msgspec import Meta

from xaesthetic.core.documents import parse_json

Size = Annotated[int, Meta(ge=0, lt=1 << 31)]
Count = Annotated[int, Meta(ge=0, lt=1 << 62)]
LARGEST = 1 << 28
"""Numbers of the largest blob of one photograph."""


class Blob(TypedDict):
    """A tensor that the model takes or gives; the first of its sizes is the batch's."""

    name: str
    shape: list[Annotated[int, Meta(ge=-1, lt=1 << 31)]]


class Facts(TypedDict):
    """What else is known of the model."""

    sha256: NotRequired[dict[str, str]]


class Metadata(TypedDict):
    """The model's metadata."""

    inputs: list[Blob]
    outputs: list[Blob]
    parameters: NotRequired[Facts]


class Statistics(TypedDict):
    """How much the model has computed: photographs, forward and backward passes."""

    inference_count: Count
    execution_count: NotRequired[Count]
    backward_count: NotRequired[Count]


class AllStatistics(TypedDict):
    """The same of all models of a server."""

    model_stats: Annotated[list[Statistics], Meta(min_length=1)]


class Behind(TypedDict):
    """Where a tensor's numbers are."""

    binary_data_size: Count


class Tensor(TypedDict):
    """A tensor whose numbers follow the JSON."""

    name: str
    datatype: Literal["FP32"]
    shape: list[Size]
    parameters: Behind


class Inferred(TypedDict):
    """The tensors of an answer, in order."""

    outputs: list[Tensor]


class Problem(TypedDict):
    """Why there is none."""

    error: str


def shapes(metadata: Metadata) -> dict[str, tuple[int, ...]]:
    """A row's shape of every blob.

    Raises
    ------
    ValueError
        If a size is not known, or a blob is too large to be true.
    """
    result = {item["name"]: tuple(item["shape"][1:]) for item in (*metadata["inputs"], *metadata["outputs"])}
    for name, shape in result.items():
        if any(size < 0 for size in shape) or math.prod(shape) > LARGEST:
            raise ValueError(f"{name[:100]!r} is {list(shape)[:8]} a photograph")
    return result


def tensors(body: bytes, length: int | None, wanted: Mapping[str, tuple[int, ...]]) -> dict[str, Float32[np.ndarray, "..."]]:
    """The tensors behind the JSON; exactly those wanted, every one of its shape and finite.

    Raises
    ------
    DataError, ValueError
        If anything else came.
    """
    if length is None or length > len(body):
        raise ValueError("no length of the JSON")
    outputs = parse_json(body[:length], "its JSON", Inferred)["outputs"]
    if [item["name"] for item in outputs] != list(wanted):
        raise ValueError("other outputs than those asked for")
    result, at = {}, length
    for item, (name, shape) in zip(outputs, wanted.items(), strict=True):
        size = 4 * math.prod(shape)
        if tuple(item["shape"]) != shape or item["parameters"]["binary_data_size"] != size or at + size > len(body):
            raise ValueError(f"{name} is {item['shape'][:8]}; FP32 {list(shape)} was wanted")
        result[name] = np.frombuffer(body, "<f4", math.prod(shape), at).reshape(shape).astype(np.float32)
        if not np.isfinite(result[name]).all():
            raise ValueError(f"{name} holds numbers that are not finite")
        at += size
    if at != len(body):
        raise ValueError("bytes too many")
    return result


def parse(body: bytes, kind: Any) -> Any:
    """A message of a kind.

    Raises
    ------
    DataError
        If it is another.
    """
    return parse_json(body, "its JSON", kind)
