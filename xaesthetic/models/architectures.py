"""Networks by name, out of timm and torchvision, with what the library declares of them: inputs, classes, licence."""

import re
import socket
import urllib.request
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

import torch

from xaesthetic.core.errors import ModelError
from xaesthetic.core.plugins import one_line
from xaesthetic.core.types import InputSpec
from xaesthetic.data.images import RESAMPLE

RANDOM = "random weights: it has learnt nothing, and its outputs mean nothing"
_NAME = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)?")
_SQUASHED = "inputs as {} declares them, but photographs are squashed to that size, not cropped"
_SECONDS = 5.0
_IMAGENET = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network, and what is known of it without running it."""

    net: torch.nn.Module
    inputs: InputSpec | None = None
    """As its library declares it."""
    outputs: tuple[str, ...] = ()
    """The names of its outputs, where its library has names for them."""
    citation: str = "not stated"
    licence: str = "not stated"
    trained: str = ""
    """On what its weights were trained, where it comes with some."""
    notes: tuple[str, ...] = ()


def build_network(family: str, name: str, outputs: int | None = None, pretrained: bool = False) -> Network:
    """Build a library's network; random weights are the same every time.

    Parameters
    ----------
    family
        `timm` or `torchvision`.
    name
        As the library calls it; timm's may name the weights behind a dot.
    outputs
        How many it is to have; as many as it was made for where None.
    pretrained
        Whether its weights are downloaded, where they are not there yet.

    Raises
    ------
    ModelError
        If there is no such network, it is no image classifier of three channels, or its weights cannot be downloaded.
    """
    build: dict[str, Callable[..., Network]] = {"timm": _timm, "torchvision": _torchvision}
    if not _NAME.fullmatch(name):
        raise ModelError(f"{family}:{name[:80]} is no name of a network; letters, digits, '_' and one '.' were wanted.")
    with _quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = build[family](name, outputs, pretrained)
    network.net.requires_grad_(False).eval()
    return network


@contextmanager
def _quiet() -> Iterator[None]:
    """What libraries warn of when they build (old names, ways to draw weights) is not the user's affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _unknown(family: str, name: str, known: Iterable[str]) -> ModelError:
    near = get_close_matches(name.lower(), list(known), n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else f"; {family}'s documentation lists its networks."
    return ModelError(f"{family} has no network {name!r}{hint}")


# -- timm --------------------------------------------------------------------------------------------------------------


def _timm(name: str, outputs: int | None, pretrained: bool) -> Network:
    import timm

    plain = name.partition(".")[0]
    if not timm.is_model(plain):
        raise _unknown("timm", plain, timm.list_models())
    tags = [item.partition(".")[2] for item in timm.list_pretrained(f"{plain}.*")]
    if "." in name and name.partition(".")[2] not in tags:
        raise ModelError(f"timm's {plain} has no weights {name.partition('.')[2]!r}; it has {', '.join(tags) or 'none'}.")
    if pretrained:
        _reachable(f"timm:{name}", _hub(timm.get_pretrained_cfg(name)))
    options: dict[str, Any] = {} if outputs is None else {"num_classes": outputs}
    net: Any = _made(f"timm:{name}", lambda: timm.create_model(name, pretrained=pretrained, **options), pretrained)
    config = dict(net.pretrained_cfg)
    inputs, notes = _timm_inputs(net, f"timm:{name}")
    tag = f"{config.get('architecture', plain)}.{config['tag']}" if config.get("tag") else plain
    origin = config.get("hf_hub_id") or config.get("url") or "no published weights"
    if not pretrained:
        return Network(net, inputs, (), f"{plain} of timm {timm.__version__}", "Apache-2.0 (timm's code)", "", notes)
    return Network(
        net,
        inputs,
        _classes(_timm_classes(config), int(config.get("num_classes") or 0)) if outputs is None else (),
        f"{tag} of timm {timm.__version__}, weights from {origin}",
        str(config.get("license") or "not stated by timm"),
        f"pretrained ({config.get('tag') or 'no tag'}; {config.get('num_classes')} classes of pictures, not ratings)",
        notes,
    )


def _timm_inputs(net: Any, name: str) -> tuple[InputSpec, tuple[str, ...]]:
    from timm import data

    config: dict[str, Any] = data.resolve_data_config({}, model=net)  # type: ignore[attr-defined, no-untyped-call]
    channels, height, width = config["input_size"]
    if channels != 3:
        raise ModelError(f"{name}: takes {channels} channels, but photographs have three.")
    resample = config["interpolation"] if config["interpolation"] in RESAMPLE else "bicubic"
    inputs = InputSpec((height, width), tuple(config["mean"]), tuple(config["std"]), 1.0, resample=resample)
    return inputs, (_SQUASHED.format("timm"),)


def _timm_classes(config: dict[str, Any]) -> list[str]:
    from timm import data

    if config.get("num_classes") != _IMAGENET:
        return []
    return [str(item) for item in data.ImageNetInfo().label_descriptions()]  # type: ignore[attr-defined]


def _hub(declared: Any) -> str:
    """The host that timm would fetch weights from; empty where they are here already."""
    from huggingface_hub import constants, try_to_load_from_cache

    if declared is None:
        return ""
    if declared.hf_hub_id:
        files = ("model.safetensors", "pytorch_model.bin")
        here = any(isinstance(try_to_load_from_cache(declared.hf_hub_id, file), str) for file in files)
        return "" if here else urlsplit(constants.ENDPOINT).hostname or ""
    return urlsplit(declared.url or "").hostname or ""


# -- torchvision -------------------------------------------------------------------------------------------------------


def _torchvision(name: str, outputs: int | None, pretrained: bool) -> Network:
    import torchvision
    from torchvision import models

    known = models.list_models(module=models)
    if name not in known:
        raise _unknown("torchvision", name, known)
    weights = models.get_model_weights(name).DEFAULT
    options: dict[str, Any] = {"init_weights": True} if name in ("googlenet", "inception_v3") and not pretrained else {}
    options |= {} if outputs is None or pretrained else {"num_classes": outputs}
    chosen = weights if pretrained else None
    net = _made(f"torchvision:{name}", lambda: models.get_model(name, weights=chosen, **options), pretrained)
    inputs, notes = _torchvision_inputs(weights.transforms())
    citation = f"{name} of torchvision {torchvision.__version__}"
    if not pretrained:
        return Network(net, inputs, (), citation, "BSD-3-Clause (torchvision's code)", "", notes)
    return Network(
        net,
        inputs,
        _classes(list(weights.meta["categories"]), len(weights.meta["categories"])),
        f"{citation}, weights {weights} from {weights.url}",
        "not stated by torchvision for its weights (its code: BSD-3-Clause)",
        f"pretrained ({weights.name}; {len(weights.meta['categories'])} classes of pictures, not ratings)",
        notes,
    )


def _torchvision_inputs(transforms: Any) -> tuple[InputSpec, tuple[str, ...]]:
    sides = list(transforms.crop_size)
    height, width = sides if len(sides) == 2 else sides * 2
    resample = str(transforms.interpolation.value)
    spec = InputSpec(
        (height, width),
        tuple(transforms.mean),
        tuple(transforms.std),
        1.0,
        resample=resample if resample in RESAMPLE else "bilinear",
    )
    return spec, (_SQUASHED.format("torchvision"),)


# -- both --------------------------------------------------------------------------------------------------------------


def _classes(texts: list[str], count: int) -> tuple[str, ...]:
    """Name classes as attributes may be: by the first of several words, without slashes, numbered where two are alike."""
    if len(texts) != count:
        return ()
    words = [text.split(",")[0].strip().replace("/", " or ").lstrip(".") or f"class {row}" for row, text in enumerate(texts)]
    folded = [word.casefold() for word in words]
    return tuple(f"{word} ({row})" if folded.count(folded[row]) > 1 else word for row, word in enumerate(words))


def _made(name: str, make: Callable[[], Any], pretrained: bool) -> torch.nn.Module:
    try:
        net = make()
    except Exception as error:  # libraries raise nearly anything, above all where they download
        instead = f"; try it out with --model {name}=random" if pretrained else ""
        what = "its weights cannot be downloaded" if pretrained else "cannot be built"
        raise ModelError(f"{name}: {what} ({one_line(error)[:160]}){instead}.") from error
    if not isinstance(net, torch.nn.Module):
        raise ModelError(f"{name}: is {type(net).__name__} and no torch.nn.Module.")
    return net


def _reachable(name: str, host: str) -> None:
    """Ask once whether a host can be reached: the library itself would try for a minute."""
    if not host or urllib.request.getproxies():
        return
    try:
        socket.create_connection((host, 443), timeout=_SECONDS).close()
    except OSError as error:
        raise ModelError(
            f"{name}: its weights are not here, and {host} cannot be reached ({error.strerror or error}); go online once, "
            f"or try it out with --model {name}=random."
        ) from error
