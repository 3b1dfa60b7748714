"""Whether a method's maps say by their sign what lowers an output, as the method itself declares."""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from xaesthetic.core import plugins
from xaesthetic.core.errors import PluginError


def promises_sign(method: str, strips: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether a map's sign means something; read without importing the method, which may need torch.

    Parameters
    ----------
    method
        A name. Of one that is not installed here only its maps can tell: below 0 there is a sign.
    strips
        Its maps as the page has them, with their lowest values.
    """
    try:
        declared = _declared(method)
    except PluginError:
        return any(low is not None and low < 0 for strip in strips for low in strip["low"])
    return declared


def _declared(method: str) -> bool:
    """What stands at `signed` in the decorator; it is True where nothing stands there, as in the facts."""
    _, function = plugins.read_function("methods", method)
    calls = [item for item in function.decorator_list if isinstance(item, ast.Call)] if function else []
    keywords = {keyword.arg: keyword.value for call in calls for keyword in call.keywords}
    value = keywords.get("signed")
    return not (isinstance(value, ast.Constant) and value.value is False)
