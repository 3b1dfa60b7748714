"""Image quality metrics of pyiqa as models: one output, without a grid, explained at their inputs only.

pyiqa is an extra (`pip install 'xaesthetic[pyiqa]'`), and not of `all`: its licence allows no commercial use.
"""

import math
import re
import warnings
from collections.abc import Mapping
from dataclasses import replace
from importlib import metadata
from typing import Any

import torch
from torch import Tensor

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import ModelError, unknown
from xaesthetic.core.extras import need
from xaesthetic.core.plugins import one_line
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.checkpoints import state_sum
from xaesthetic.models.iqa_licences import metric_licence
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.wrap import wrap

INPUTS = InputSpec(size=(384, 384), mean=(0.0, 0.0, 0.0), scale=1.0)
"""RGB from 0 to 1, as every metric of pyiqa takes it, at a size that all of them can work on."""
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


def iqa_model(name: str, random: bool = False) -> AttributeModel:
    """Make a model of a metric that needs no reference photograph.

    Parameters
    ----------
    name
        As pyiqa calls it, for example ``piqe``.
    random
        Whether random weights are wanted, which no metric has.

    Raises
    ------
    PluginError
        If pyiqa is not installed.
    ModelError
        If it has no such metric, the metric needs a reference, or its weights cannot be downloaded.
    """
    pyiqa = need("pyiqa", extra="pyiqa", purpose=f"pyiqa:{name}")
    configs = need("pyiqa.default_model_configs", extra="pyiqa", purpose=f"pyiqa:{name}").DEFAULT_CONFIGS
    if name not in configs:
        raise ModelError(unknown("metric of pyiqa", name, (key for key, item in configs.items() if _alone(item)), "It has"))
    if not _alone(configs[name]):
        raise ModelError(f"pyiqa:{name} compares two photographs; choose a metric of one, for example pyiqa:piqe.")
    if random:
        raise ModelError(f"pyiqa:{name}: has no random weights; choose it as --model pyiqa:{name}.")
    metric = _created(pyiqa, name)
    attribute = _attribute(name, configs[name])
    source = _source(metric, name, configs[name])
    model = wrap(metric, layers=(), outputs=[name], inputs=INPUTS, source=source, name=f"pyiqa:{name}", forward=_scores)
    return replace(model, notes=(*_notes(attribute), *model.notes), described=(attribute,))


def _scores(metric: torch.nn.Module, x: Tensor) -> Tensor:
    """One score a photograph, within the range of an input although float32 rounds."""
    result: Tensor = metric(x.clamp(0, 1)).reshape(len(x), 1)
    return result


def _alone(config: Mapping[str, Any]) -> bool:
    return config.get("metric_mode") == "NR"


def _created(pyiqa: Any, name: str) -> torch.nn.Module:
    try:
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.simplefilter("ignore")
            # as a loss of every photograph: only so it has a gradient at its input
            metric = pyiqa.create_metric(name, as_loss=True, loss_reduction="none", device=torch.device("cpu"))
    except Exception as error:  # it downloads, and needs libraries of its own
        raise ModelError(
            f"pyiqa:{name}: cannot be made ({one_line(error)[:160]}); where it is a download, go online once, or choose one "
            "without weights, for example pyiqa:piqe."
        ) from error
    if not isinstance(metric, torch.nn.Module):
        raise ModelError(f"pyiqa:{name}: is {type(metric).__name__} and no torch.nn.Module.")
    return metric.requires_grad_(False).eval()


def _attribute(name: str, config: Mapping[str, Any]) -> Attribute:
    """Its range is what pyiqa says, where that is exact: ``~0`` is a guess, and no bound."""
    ends = [text.strip() for text in str(config.get("score_range") or "").split(",")]
    low, high = (float(end) if _NUMBER.fullmatch(end) else math.nan for end in (ends if len(ends) == 2 else ("", "")))
    return Attribute(name, name.upper() if name.isalpha() else name, low, high, not config.get("lower_better", False))


def _source(metric: torch.nn.Module, name: str, config: Mapping[str, Any]) -> Source:
    package = metadata.metadata("pyiqa")
    version = package["Version"]
    licence = next((package[key] for key in ("License-Expression", "License") if key in package), "not stated")
    options = config.get("metric_opts") or {}
    data = options.get("pretrained") or options.get("train_dataset")
    learnt = any(True for _ in metric.net.parameters()) if isinstance(metric.net, torch.nn.Module) else True
    trained = (
        f"pyiqa's weights ({data})"
        if isinstance(data, str)
        else "pyiqa's weights"
        if learnt
        else "a formula without weights"
    )
    stated = _licence(metric, version, licence, str(options.get("type") or name))
    if not learnt:
        stated = stated.removesuffix("; weights: not stated")
    return Source(f"{name} of pyiqa {version}", stated, trained, {"weights": state_sum(metric)})


def _licence(metric: torch.nn.Module, version: str, licence: str, kind: str) -> str:
    """The package's, the metric's, and what is known of the weights'."""
    return f"{licence} (pyiqa {version}, as it declares itself); {metric_licence(kind, metric.net)}; weights: not stated"


def _notes(attribute: Attribute) -> tuple[str, ...]:
    height, width = INPUTS.size
    better = "higher" if attribute.higher_is_better else "lower"
    return (
        f"{attribute.name}: {better} is better",
        f"photographs are squashed to {height} × {width}; pyiqa's published figures are of their own sizes",
        "it has no grid: it is explained at its inputs only",
    )
