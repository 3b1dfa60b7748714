"""A model folder: `model.toml` says what the model is, the weights lie beside it. Read once, at the edge; no torch.

    architecture = "timm:convnext_tiny"
    weights = "model.safetensors"
    outputs = ["beauty", { name = "noise", range = [0, 5], direction = "lower" }]

`xaesthetic new model NAME` writes one with every field explained. A field that is not known is refused by its name: a slip
of the pen never becomes a default. Files are names inside the folder: what leads out of it is refused.
"""

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, to_builtins

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.choices import MODEL_FILE
from xaesthetic.core.documents import convert, read_text
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.files import printable, write_text

_MOST = 1 << 20
"""Bytes of a model.toml."""
_SIDE = 4096
"""Pixels a side of an input at most: a few gigabytes of activations."""

Link = Literal["identity", "tanh", "sigmoid"]
Text = Annotated[str, Meta(max_length=2000)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Side = Annotated[int, Meta(ge=1, le=_SIDE)]
Pair = Annotated[list[Side], Meta(min_length=2, max_length=2)]
Three = Annotated[list[float], Meta(min_length=3, max_length=3)]
"""Lists: beside something with a bound (`Side | tuple[Side, Side]`) msgspec 0.22 misreads the types of a tuple of fixed
length, and crashes (tests/core/test_fixed_tuples.py)."""


class Output(Struct, frozen=True, forbid_unknown_fields=True):
    """One output of the network: what it rates."""

    name: Name
    title: Text = ""
    range: Annotated[list[float], Meta(min_length=2, max_length=2)] | None = None
    """The lowest and the highest rating; nan for an end that is open."""
    direction: Literal["higher", "lower"] = "higher"
    """Which rating is the better one."""
    link: Link | None = None
    """From the raw output, which maps explain, to the rating; the folder's `link` where it is left out."""


def output_of(item: Attribute) -> Output:
    """Return what a `model.toml` says of an attribute."""
    known = not (math.isnan(item.low) and math.isnan(item.high))
    title = "" if item.title == item.name else item.title
    return Output(item.name, title, [item.low, item.high] if known else None, "higher" if item.higher_is_better else "lower")


class Inputs(Struct, frozen=True, forbid_unknown_fields=True):
    """How photographs become inputs; what is left out is as the architecture declares it."""

    size: Side | Pair | None = None
    """A side in pixels, or [height, width]."""
    mean: Three | None = None
    std: Three | None = None
    scale: Annotated[float, Meta(gt=0, le=65535)] | None = None
    """What white becomes before mean and std: 1 or 255."""
    bgr: bool | None = None
    resample: Literal["bilinear", "bicubic", "nearest"] | None = None


class Origin(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the model comes from, as its maker says."""

    citation: Text = ""
    licence: Text = ""
    trained: Text = ""
    """On what, in the words for a figure's caption."""


class ModelFile(Struct, frozen=True, forbid_unknown_fields=True):
    """What a `model.toml` holds."""

    architecture: Annotated[str, Meta(min_length=1, max_length=500)]
    weights: str = ""
    """A file of the folder; without one the architecture's weights are as its builder leaves them, or random."""
    head: Literal["", "multigap"] = ""
    """`multigap`: global averages of all layers and one linear layer, whose weights stand in the same file."""
    layers: Name | Annotated[list[Name], Meta(max_length=1000)] = []
    """Where maps are taken; the last layer with a grid where it is left out."""
    call: int | None = None
    """Which of a layer's calls in a pass is meant, from 0; -1 for the last."""
    grid: Pair | None = None
    """(rows, columns) of tokens, where their number does not tell."""
    output: Name | int | None = None
    """Which part of what the network returns are the outputs: a key or a place."""
    outputs: Annotated[list[Name | Output], Meta(max_length=10_000)] = []
    link: Link = "identity"
    inputs: Inputs = Inputs()
    source: Origin = Origin()
    partial: bool = False
    """Whether weights that the file lacks may stay random; else such a file is refused."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder and what its `model.toml` says."""

    root: Path
    spec: ModelFile
    outputs: tuple[Attribute, ...]
    """Empty where none are named."""
    links: tuple[str, ...]

    @property
    def where(self) -> str:
        """The file, as errors call it."""
        return printable(self.root / MODEL_FILE)

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers; empty where none are named."""
        return (self.spec.layers,) if isinstance(self.spec.layers, str) else tuple(self.spec.layers)

    def file(self, name: str) -> Path:
        """Return the path of a file of the folder.

        Raises
        ------
        ModelError
            If the name leads out of the folder, by itself or by a link, or there is no such file.
        """
        return _inside(self.root, name)

    def files(self) -> dict[str, Path]:
        """Return the files that the model is made of, by name: what an experiment depends on.

        Raises
        ------
        ModelError
            If one is not there, or lies elsewhere.
        """
        names = [MODEL_FILE, self.spec.weights, self.code]
        if self.spec.architecture.endswith(FILES):
            names.append(self.spec.architecture)
        return {name: self.file(name) for name in names if name}

    @property
    def code(self) -> str:
        """The Python file of the folder that the architecture names as its entry point; empty where it names none."""
        module, sign, _ = self.spec.architecture.partition(":")
        name = f"{module}.py"
        return name if sign and module.isidentifier() and (self.root / name).is_file() else ""


FILES = (".pt", ".ts", ".pt2")
"""What the name of a file with a whole network ends in: TorchScript, and torch.export (`.pt2`)."""


def read_folder(root: Path) -> ModelFolder:
    """Read a model folder's `model.toml`.

    Raises
    ------
    DataError
        If it cannot be read, is no TOML, or holds what is unknown, missing or of another type; names file and place.
    ModelError
        If it lies outside the folder, or two outputs have one name.
    """
    file = _inside(root, MODEL_FILE)
    where = printable(root / MODEL_FILE)
    spec: ModelFile = convert(_toml(file, where), where, ModelFile)
    items = [Output(item) if isinstance(item, str) else item for item in spec.outputs]
    try:
        attributes = tuple(map(_attribute, items))
    except DataError as error:
        raise DataError(f"{where}, $.outputs: {error}") from error
    names = [item.name for item in items]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ModelError(f"{where}, $.outputs: {twice[0]!r} comes twice; every output needs a name of its own.")
    _architecture(spec.architecture, where)
    return ModelFolder(root, spec, attributes, tuple(item.link or spec.link for item in items))


def _toml(file: Path, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(file, _MOST))
    except RecursionError as error:
        raise DataError(f"{where}: is nested too deeply.") from error
    except ValueError as error:  # TOML's own, and that of a number of more than 4,300 digits
        raise DataError(f"{where}: is not TOML ({' '.join(str(error).split())[:200]}).") from error


def _attribute(item: Output) -> Attribute:
    low, high = item.range or (float("nan"), float("nan"))
    return Attribute(item.name, item.title, low, high, item.direction == "higher")


def _architecture(text: str, where: str) -> None:
    if not text.isprintable() or (":" not in text and not text.endswith(FILES)):
        raise DataError(
            f"{where}, $.architecture: is {text[:80]!r}; 'timm:NAME', 'torchvision:NAME', 'package.module:function' or a "
            f"file ({', '.join(FILES)}) of the folder was wanted."
        )


def _inside(root: Path, name: str) -> Path:
    shown = f"{printable(root)}: {name[:80]!r}"
    windows = PureWindowsPath(name)
    if not name.isprintable() or windows.drive or windows.root or ".." in windows.parts or name != name.strip():
        raise ModelError(f"{shown} is no file of the folder; name one that lies in it.")
    path = root / PurePosixPath(name)
    try:
        if not path.is_file():
            raise ModelError(f"{shown} is not there, or no file; put it there or mend {MODEL_FILE}.")
        leads_out = not path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError) as error:  # a name that is too long, links in a circle
        raise ModelError(f"{shown} cannot be reached ({error}).") from error
    if leads_out:
        raise ModelError(f"{shown} is a link out of the folder; put the file itself there.")
    return path


def write_folder(root: Path, spec: ModelFile) -> Path:
    """Write a `model.toml`; the files that it names are written before it.

    Returns
    -------
    The file.
    """
    plain = {name: value for name, value in to_builtins(spec).items() if value not in (None, "", [], {}, False)}
    tables = {name: plain.pop(name) for name in ("outputs", "inputs", "source") if name in plain}
    lines = [f"{name} = {_value(value)}" for name, value in plain.items()]
    for item in tables.pop("outputs", []):
        lines += ["", "[[outputs]]", *_lines({"name": item} if isinstance(item, str) else item)]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *_lines(table)]
    write_text(root / MODEL_FILE, "\n".join(lines) + "\n")
    return root / MODEL_FILE


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in table.items() if value not in (None, "")]


def _value(value: Any) -> str:
    """JSON's texts, numbers, truth values and lists are TOML's, where no letter is an escape; nan is written otherwise."""
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return "nan" if isinstance(value, float) and math.isnan(value) else json.dumps(value, ensure_ascii=False)
