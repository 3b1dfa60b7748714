"""Trained weights as files: NAME.safetensors with the tensors, NAME.json saying what they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from jaxtyping import Float
from msgspec import Meta, Struct
from torch import Tensor

from xaesthetic.core.attributes import Attribute, plain
from xaesthetic.core.documents import convert, read_json
from xaesthetic.core.errors import MissingWeightsError, ModelError
from xaesthetic.core.files import atomic_write, printable, sha256, verify, write_json
from xaesthetic.core.seen import unpack
from xaesthetic.models.refits import BIAS, WEIGHT, Refits, take_refits
from xaesthetic.models.slope import Slope
from xaesthetic.models.tensors import read_safetensors, to_float32

_BACKBONE, _REFITS = "backbone.", "refits."
_QUOTED = 200
"""Letters of a claim that are quoted."""
_MOST = 1 << 24
"""Bytes of a manifest."""


class _Seen(Struct, frozen=True):
    """Which photographs were trained or selected on."""

    photographs: int
    sums: str


class _Beyond(Struct, frozen=True):
    """What is known of an attribute beyond the overall score, from training (`xaesthetic.train.beyond`)."""

    share: float
    intercept: float = 0.0
    corrected: tuple[float, float] | None = None


class _Manifest(Struct, frozen=True):
    """What every manifest says; it may say more."""

    attributes: Annotated[list[Annotated[str, Meta(min_length=1, max_length=200)]], Meta(min_length=1, max_length=10_000)]
    trained: str
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    links: list[Literal["identity", "tanh", "sigmoid"]] = []
    size: tuple[Annotated[int, Meta(ge=1, le=4096)], Annotated[int, Meta(ge=1, le=4096)]] | None = None
    seen: _Seen | None = None
    described: tuple[Attribute, ...] = ()
    slopes: dict[str, float] = {}
    beyond: dict[str, _Beyond] = {}
    specificity_null: float | dict[str, float] | None = None
    penalty: Annotated[float, Meta(gt=0)] | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear head, the backbone under it where that was trained too, and what is known of them."""

    weights: Float[Tensor, "a k"]
    bias: Float[Tensor, " a"]
    backbone: Mapping[str, Tensor]
    """The backbone's state dict; empty where only the head was trained."""
    manifest: Mapping[str, Any]
    """`attributes`, `links`, `trained` (in words), `described` and whatever else is known."""
    refits: Refits | None = None
    """The same head fitted to halves of its photographs; None where there are none."""

    @property
    def described(self) -> tuple[Attribute, ...]:
        """What the manifest declares of attributes: titles, ranges and directions, as `declaration` writes them."""
        known: tuple[Attribute, ...] = convert(self.manifest.get("described", []), "described", tuple[Attribute, ...])
        return known


def declaration(described: Sequence[Attribute]) -> dict[str, Any]:
    """Return what is declared of attributes as a manifest has it; nothing where nothing is declared."""
    return {"described": [plain(item) for item in described]} if described else {}


def write_weights(folder: Path, name: str, weights: Weights) -> dict[str, Any]:
    """Write both files, each whole or not at all; equal tensors give equal bytes.

    Parameters
    ----------
    folder
        Made where it is not there.
    name
        The model's name.
    weights
        Its manifest gets the `sha256` of the tensors' file.

    Returns
    -------
    The manifest as it was written.
    """
    tensors = {"head.weight": weights.weights, "head.bias": weights.bias}
    tensors |= {_BACKBONE + key: value for key, value in weights.backbone.items()}
    if weights.refits is not None:
        tensors |= {WEIGHT: weights.refits.weights, BIAS: weights.refits.bias}
    return write_tensors(folder, name, tensors, weights.manifest)


def write_tensors(folder: Path, name: str, tensors: Mapping[str, Tensor], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Write any tensors as NAME.safetensors, and the manifest with their sha256 as NAME.json.

    Returns
    -------
    The manifest as it was written.
    """
    from safetensors.torch import save

    file = folder / f"{name}.safetensors"
    with atomic_write(file) as temporary:
        temporary.write_bytes(save({key: value.detach().cpu().contiguous() for key, value in tensors.items()}))
    known = dict(manifest) | {"sha256": sha256(file)}
    write_json(folder / f"{name}.json", known)
    return known


def read_weights(folder: Path, name: str) -> Weights:
    """Read what `write_weights` has written.

    Raises
    ------
    MissingWeightsError
        If there is no manifest.
    ModelError
        If the tensors are missing, a file is damaged, or does not belong to the other.
    """
    manifest = folder / f"{name}.json"
    if not manifest.is_file():
        raise MissingWeightsError(
            f"{manifest}: there is none; train one with 'xaesthetic train {name} --data … --out {folder}'."
        )
    tensors, described = read_tensors(folder, name)
    try:
        head = tensors.pop("head.weight"), tensors.pop("head.bias")
    except KeyError as error:
        raise ModelError(f"{folder / name}.safetensors: holds no linear head ({error}); train it again.") from error
    count = len(described["attributes"])
    if head[0].ndim != 2 or head[0].shape[0] != count or head[1].shape != (count,):
        shapes = f"{tuple(head[0].shape)} and {tuple(head[1].shape)}"
        raise ModelError(
            f"{folder / name}.safetensors: its head is {shapes}, but {count} attributes were wanted; train it again."
        )
    refits = take_refits(tensors, head[0], f"{printable(folder / name)}.safetensors")
    backbone = {key.removeprefix(_BACKBONE): value for key, value in tensors.items() if key.startswith(_BACKBONE)}
    return Weights(*head, backbone, described, refits)


def read_tensors(folder: Path, name: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `write_tensors` has written: the tensors and the manifest.

    Tensors of another precision become float32; `converted` in the manifest says so then, but of refits, which may be of
    half precision.

    Raises
    ------
    DataError
        If the manifest cannot be read, or a value in it is of the wrong type.
    ModelError
        If a file is missing, is damaged, or does not belong to the other, or a number of it is not finite.
    """
    file = folder / f"{name}.safetensors"
    described = _read_manifest(folder / f"{name}.json")
    verify(file, described["sha256"])
    kept = read_safetensors(file)
    refits = {name: kept.pop(name) for name in (WEIGHT, BIAS) if name in kept}
    tensors, converted = to_float32(kept, printable(file))
    tensors |= to_float32(refits, printable(file))[0]
    return tensors, described | ({"converted": converted} if converted else {})


def _read_manifest(path: Path) -> dict[str, Any]:
    described: dict[str, Any] = read_json(path, dict[str, Any], _MOST)
    missing = [key for key in ("attributes", "trained", "sha256") if key not in described]
    if missing:
        raise ModelError(f"{printable(path)}: does not say {', '.join(missing)}; make it again.")
    parsed = convert(described, printable(path), _Manifest)
    if parsed.seen is not None and len(unpack(parsed.seen.sums, printable(path))) != parsed.seen.photographs:
        raise ModelError(f"{printable(path)}, seen: does not hold {parsed.seen.photographs} photographs; make it again.")
    described.pop("converted", None)  # said of what is read, never believed
    if len(set(parsed.attributes)) < len(parsed.attributes):
        raise ModelError(f"{printable(path)}: names an attribute twice.")
    listed = [item.name for item in parsed.described]
    strange = [name for name in listed if name not in parsed.attributes or listed.count(name) > 1]
    if strange:
        raise ModelError(f"{printable(path)}: describes {strange[0]!r} twice, or has no such attribute; train it again.")
    if parsed.links and len(parsed.links) != len(parsed.attributes):
        raise ModelError(
            f"{printable(path)}: has {len(parsed.links)} links for {len(parsed.attributes)} attributes; "
            "one each, or none, was wanted."
        )
    return described


def seen_by(manifest: Mapping[str, Any]) -> str:
    """Return which photographs a manifest lists as trained or selected on, as `Source.seen`; empty where it lists none."""
    return str((manifest.get("seen") or {}).get("sums", ""))


def slopes_of(manifest: Mapping[str, Any]) -> dict[str, Slope]:
    """Return how a manifest's attributes go with the overall score (key `slopes`), by attribute; empty where it has none."""
    known = convert(manifest.get("beyond", {}), "beyond", dict[str, _Beyond])
    missing = _Beyond(nan)
    return {
        str(name): Slope(float(slope), item.share, item.intercept, item.corrected)
        for name, slope in manifest.get("slopes", {}).items()
        for item in [known.get(name, missing)]
    }


def specificity_null(manifest: Mapping[str, Any]) -> dict[str, float]:
    """Return how alike permuted ratings make the maps of two attributes, as `Source` has it; empty where not known."""
    known = manifest.get("specificity_null")
    if isinstance(known, Mapping):
        return {str(pair): float(value) for pair, value in known.items()}
    return {} if known is None else {"": float(known)}


def penalty_of(manifest: Mapping[str, Any]) -> float | None:
    """Return the penalty of the ridge of ratings that a head was fitted by, as `AttributeModel` has it."""
    known = manifest.get("penalty")
    return None if known is None else float(known)


def read_seen(path: Path) -> str:
    """Return what a manifest beside weights lists; empty where there is none, or it lists none.

    Raises
    ------
    XaestheticError
        If the manifest is damaged.
    """
    return seen_by(_read_manifest(path)) if path.is_file() else ""


def validate_shape(weights: Weights, name: str, channels: int) -> None:
    """Make sure that a head fits its backbone.

    Raises
    ------
    ModelError
        If it does not.
    """
    wanted = len(weights.manifest["attributes"]), channels
    if tuple(weights.weights.shape) != wanted or tuple(weights.bias.shape) != wanted[:1]:
        raise ModelError(f"{name}: {tuple(weights.weights.shape)} weights, but {wanted} (attributes, channels) are wanted.")


def untrained(attributes: int, channels: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """A head before training: Glorot's uniform weights for one output each, as Keras draws them; bias 0."""
    limit = (6 / (channels + 1)) ** 0.5
    generator = torch.Generator().manual_seed(seed)
    return torch.empty(attributes, channels).uniform_(-limit, limit, generator=generator), torch.zeros(attributes)


def trained_claim(files: Mapping[str, str], known: Mapping[str, str], claim: str, quoted: str = "") -> str:
    """How a model was trained, as far as its weight files are known; an unknown file is named, never vouched for.

    Parameters
    ----------
    files
        The sha256 of the files that hold weights, by name.
    known
        The sha256 of the published files that `claim` is true of, by any name.
    claim
        What is known of those, for example ``trained on people's ratings (AADB)``.
    quoted
        What the files, or whoever made them, say of themselves; quoted where they are not known.

    Returns
    -------
    `claim` if every file is known; else that the weights are not known, with their sha256.
    """
    strangers = {name: digest for name, digest in files.items() if digest not in known.values()}
    if files and not strangers:
        return claim
    sums = ", ".join(f"{name} sha256 {digest[:12]}…" for name, digest in strangers.items()) or "no file"
    said = " ".join(quoted.split())[:_QUOTED]
    return f"weights not known ({sums})" + (f"; their maker claims: “{said}”" if said else "")
