"""Which methods a choice stands for: those that compare with a baseline come with two, where none is named."""

from collections.abc import Sequence

from xaesthetic.core import baselines, plugins
from xaesthetic.core.errors import PluginError


def with_baselines(methods: Sequence[str]) -> tuple[str, ...]:
    """Put a method that compares with a baseline, where none is named, twice: with two of different kinds.

    Which methods do is read off their parameter `baseline`, without importing them.

    Raises
    ------
    PluginError
        If there is no such method, or it takes no baseline and one is named.

    Examples
    --------
    >>> with_baselines(["cam", "occlusion", "occlusion@black"])
    ('cam', 'occlusion@mean', 'occlusion@blur', 'occlusion@black')
    """
    keys = [key for name in methods for key in _baselines_of(name)]
    return tuple(dict.fromkeys(keys))


def _baselines_of(key: str) -> Sequence[str]:
    name, named = baselines.split(key)
    function = plugins.read_function("methods", name)[1]
    takes = function is not None and any(item.arg == "baseline" for item in (*function.args.args, *function.args.kwonlyargs))
    if named and not takes:
        raise PluginError(plugins.NO_BASELINE.format(name=name))
    return [baselines.join(name, item) for item in baselines.DEFAULTS] if takes and not named else [key]
