"""Which methods can explain which models: tried before anything is computed, on one picture of noise."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from xaesthetic.core import plugins
from xaesthetic.core.errors import ModelError, XaestheticError
from xaesthetic.core.extras import EXTRAS, is_installed
from xaesthetic.core.facts import MethodFacts
from xaesthetic.models.contract import probe
from xaesthetic.models.forward import Session, explained_rows, method_facts
from xaesthetic.models.heads import FunctionHead, NetworkHead
from xaesthetic.models.model import AttributeModel

LeftOut = dict[str, dict[str, str]]
"""By model and method, why the one cannot be explained by the other."""


def validate_methods(models: Mapping[str, AttributeModel], methods: Sequence[str], optional: bool = False) -> LeftOut:
    """Make sure that every model can be explained by every method.

    Parameters
    ----------
    models
        By their keys, on their devices.
    methods
        Names.
    optional
        Whether a method that a model cannot have is left out for it, with a warning, as where it is a default.

    Returns
    -------
    What is left out; empty where it is not `optional`.

    Raises
    ------
    PluginError
        If there is no such method.
    ModelError
        If a method cannot explain a model; says what to choose.
    """
    reasons = {key: _problems(model, methods) for key, model in models.items()}
    left_out = {key: problems for key, problems in reasons.items() if problems}
    for key, problems in left_out.items():
        for method, reason in problems.items():
            if not optional:
                raise ModelError(f"{key}: {reason}")
            plugins.warn(f"{key}: {method} is left out: {reason}")
    return left_out


def _problems(model: AttributeModel, methods: Sequence[str]) -> dict[str, str]:
    facts = {name: method_facts(name) for name in methods}
    problems = {name: reason for name in methods if (reason := _declared_problem(model, name, facts[name]))}
    cheap = [name for name in methods if facts[name].passes in (1, 2) and name not in problems]
    try:
        _try(model, cheap)
    except XaestheticError:
        for name in cheap:
            try:
                _try(model, [name])
            except XaestheticError as error:
                said = str(error).removeprefix(f"{model.name}: ")
                problems[name] = said if said.startswith(name) else f"{name} cannot explain it: {said}"
    for name in methods:
        rows = explained_rows(model, name)
        if name not in problems and len(rows) < len(model.attributes):
            _say_which(model, name, rows)
    return problems


def _say_which(model: AttributeModel, method: str, rows: Sequence[int]) -> None:
    explained = [model.attributes[row] for row in rows]
    others = [name for name in model.attributes if name not in explained]
    plugins.warn(
        f"{model.name}: {method} explains {', '.join(explained)}, and not {', '.join(others)}: not global average pooling "
        "and one linear layer; --method grad_cam explains all."
    )


def _try(model: AttributeModel, methods: Sequence[str]) -> None:
    if methods:
        Session(model, partial=True).run_batch(probe(model)[:1], methods)


def _declared_problem(model: AttributeModel, method: str, facts: MethodFacts) -> str:
    """Say why a method's declared needs are not met; empty where they are."""
    if not is_installed(facts.requires):
        extras = [extra for extra, module in EXTRAS.items() if module == facts.requires]
        install = f"'xaesthetic[{extras[0]}]'" if extras else facts.requires
        return f"{method} needs {facts.requires}, which is not installed; pip install {install}."
    try:
        if facts.layers and isinstance(model.head, NetworkHead) and not model.layers and not _has_grid(model):
            return f"{method} reads a layer's activations, and this model has no grid; use --method occlusion."
        if facts.differentiable:
            _differentiate(model, method)
        elif facts.gradients != "none" and isinstance(model.head, FunctionHead) and model.is_cut:
            _differentiate_head(model, method)
    except XaestheticError as error:
        return str(error)
    return ""


def _has_grid(model: AttributeModel) -> bool:
    """Whether a network whose layers have no names returns activations nevertheless."""
    return bool(model.run(probe(model)[:1]).activations)


def _differentiate(model: AttributeModel, method: str) -> None:
    x = probe(model)[:1].requires_grad_()
    _try_gradient(lambda: model.outputs(x), (x,), f"{method} needs the gradient at the input", "grad_cam")


def _differentiate_head(model: AttributeModel, method: str) -> None:
    x = probe(model)[:1]
    with torch.inference_mode(False), torch.no_grad():
        leaves = tuple(layer.detach().requires_grad_() for layer in model.features(x))
    _try_gradient(lambda: model.outputs_at(x, leaves), leaves, f"{method} needs the head's gradient", "activation_energy")


def _try_gradient(forward: Callable[[], Tensor], leaves: tuple[Tensor, ...], needs: str, instead: str) -> None:
    try:
        with torch.inference_mode(False), torch.enable_grad():
            torch.autograd.grad(forward().sum(), leaves, allow_unused=True)
    except XaestheticError:
        raise
    except Exception as error:  # a model may be anybody's
        why = plugins.one_line(error)
        raise ModelError(
            f"{needs}, which the model does not give ({why}); use --method {instead} or --method occlusion."
        ) from error
