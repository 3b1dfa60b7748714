"""What installed models rate: read from their declarations, `@model(attributes=(…))`, where that is possible without a run.

    @model(attributes=("light", Attribute("beauty", low=1, high=10)))
    def my_net() -> AttributeModel:
        ...

A declaration of literals is read from the source, so that neither torch nor weights are loaded; another one is imported.
"""

import ast
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from xaesthetic.core import attributes as vocabulary
from xaesthetic.core import plugins
from xaesthetic.core.attributes import Attribute, as_attributes, canonical
from xaesthetic.core.described import find_related
from xaesthetic.core.errors import DataError, ModelError, PluginError
from xaesthetic.core.facts import ModelFacts
from xaesthetic.core.free import LEFT_OUT, free_only, is_free
from xaesthetic.core.para import PARA_ATTRIBUTES

_OURS: Mapping[str, Mapping[str, Any]] = {
    "xaesthetic.core.attributes": {
        "ATTRIBUTES": vocabulary.ATTRIBUTES,
        "NAMES": vocabulary.NAMES,
        "Attribute": Attribute,
    },
    "xaesthetic.core.para": {"PARA_ATTRIBUTES": PARA_ATTRIBUTES},
}
"""What a declaration may name, by the module that it is imported from."""


def model_names() -> tuple[str, ...]:
    """Return the installed models; where free ones are wanted, without those that say that they are for research."""
    return tuple(name for name in plugins.names("models") if not free_only() or _is_free(name))


def _is_free(name: str) -> bool:
    try:
        return is_free(plugins.summary("models", name))
    except PluginError:  # it is refused by name where it is chosen
        return True


def model_attributes(name: str) -> tuple[Attribute, ...]:
    """Return what an installed model declares that it rates; nothing where it does not declare it.

    Parameters
    ----------
    name
        A plug-in's.

    Raises
    ------
    PluginError
        If there is no such model, or it cannot be read.
    """
    tree = plugins.parsed("models", name)
    declaration = _declaration(tree, name)
    if declaration is None:
        return ()
    try:
        return as_attributes(_value(declaration, _imported(tree)))
    except (ValueError, TypeError, DataError):  # no literals: whoever wrote them knows
        facts = plugins.facts("models", name)
        return facts.attributes if isinstance(facts, ModelFacts) else ()


def installed_attributes() -> Mapping[str, Mapping[str, Attribute]]:
    """Return by attribute which installed models rate it, and what each declares of it; in the vocabulary's order.

    A model that cannot be read is left out with a warning; those for research alone where free ones are wanted.
    """
    listed: dict[str, dict[str, Attribute]] = {}
    for model in model_names():
        try:
            declared = model_attributes(model)
        except PluginError as error:  # somebody's; the others are shown
            plugins.warn(str(error))
            continue
        for item in declared:
            listed.setdefault(item.name, {})[model] = item
    return {name: listed[name] for name in vocabulary.in_order(listed)}


def place_of(attribute: str, outputs: Sequence[Attribute], owner: str) -> int:
    """Return which of a model's outputs is meant; one that is declared as related to it where there is no other.

    Parameters
    ----------
    attribute
        A name or a title in any case, or another name that the vocabulary has for it.
    outputs
        What is known of the model's outputs.
    owner
        What to call the model in an error.

    Raises
    ------
    ModelError
        If the model has no such attribute of the vocabulary; says which installed models do.
    DataError
        If it has no attribute of that name, and the vocabulary has none; suggests the nearest one.
    """
    names, wanted = [item.name for item in outputs], canonical(attribute)
    if attribute in names:
        return names.index(attribute)
    ways: tuple[tuple[str, list[str]], ...] = (
        (wanted, [canonical(name) for name in names]),
        (wanted.casefold(), [name.casefold() for name in names]),
        (wanted.casefold(), [item.title.casefold() for item in outputs]),
    )
    for text, known in ways:
        if text in known:
            return known.index(text)
    if (related := find_related(wanted, outputs)) is not None:
        return names.index(related.name)
    answered = [*names, *(name for item in outputs for name in item.related)]
    near = get_close_matches(attribute.lower(), answered, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    others = [model for model in installed_attributes().get(wanted, ()) if model != owner]
    also = f" Installed models that have it: {', '.join(others)}." if others else ""
    free = f" {LEFT_OUT}" if free_only() else ""
    error = ModelError if wanted in vocabulary.NAMES else DataError
    raise error(f"{owner} has no attribute {attribute!r}; it has {', '.join(names)}.{hint}{also}{free}")


def _declaration(tree: ast.Module, name: str) -> ast.expr | None:
    """What stands behind `attributes=` above a plug-in's function."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            calls = (item for item in node.decorator_list if isinstance(item, ast.Call))
            return next((word.value for call in calls for word in call.keywords if word.arg == "attributes"), None)
    return None


def _imported(tree: ast.Module) -> Mapping[str, Any]:
    """What a plug-in has from our vocabularies, by name."""
    lines = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    items = [(line.module or "", item) for line in lines for item in line.names if item.asname is None]
    known = [(_OURS.get(module, {}), item.name) for module, item in items]
    return {name: present[name] for present, name in known if name in present}


def _value(node: ast.expr, imported: Mapping[str, Any]) -> Any:
    """The value of literals, of `Attribute(…)` and of the vocabularies' constants; a ValueError for all else."""
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(_value(item, imported) for item in node.elts)
    if isinstance(node, ast.Name) and isinstance(imported.get(node.id), tuple):
        return imported[node.id]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and imported.get(node.func.id) is Attribute:
        fields = {word.arg: _value(word.value, imported) for word in node.keywords if word.arg}
        return Attribute(*(_value(item, imported) for item in node.args), **fields)
    return ast.literal_eval(node)
