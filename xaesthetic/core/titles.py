"""What models and methods are called in figures: as somebody says, else by the titles that their plug-ins declare."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from xaesthetic.core import baselines, plugins
from xaesthetic.core.errors import PluginError


@dataclass(frozen=True, slots=True)
class Titles:
    """Names in words, for figures."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """What somebody calls a model or a method, by its name."""

    def model(self, key: str) -> str:
        """Return what a model is called; its weights' folder stands behind a comma.

        Examples
        --------
        >>> Titles().model("multigap_lite0"), Titles({"multigap_lite0": "Ours"}).model("multigap_lite0")
        ('multi-GAP Lite0', 'Ours')
        """
        if key in self.labels:
            return self.labels[key]
        name, dash, weights = key.partition("-")
        title = self.labels.get(name) or declared_title("models", name)
        return f"{title}, {weights}" if title and dash else title or key

    def method(self, key: str) -> str:
        """Return what a method is called; the baseline that it compares with stands behind a comma.

        Examples
        --------
        >>> Titles().method("grad_cam"), Titles().method("rise@blur"), Titles().method("somebodys_own")
        ('Grad-CAM', 'RISE, blur', 'somebodys own')
        """
        if key in self.labels:
            return self.labels[key]
        name, baseline = baselines.split(key)
        title = self.labels.get(name) or declared_title("methods", name) or name.replace("_", " ")
        return f"{title}, {baseline}" if baseline else title

    def place(self, model: str, method: str) -> str:
        """Return both names in one line."""
        return f"{self.model(model)}, {self.method(method)}"


@lru_cache(maxsize=512)
def declared_title(kind: str, name: str) -> str:
    """Return the title that stands in a plug-in's decorator; empty where none does, or there is no such plug-in."""
    try:
        function = plugins.read_function(kind, name)[1]
    except PluginError:
        return ""
    calls = [item for item in (function.decorator_list if function else ()) if isinstance(item, ast.Call)]
    values = [word.value for call in calls for word in call.keywords if word.arg == "title"]
    return next((str(value.value) for value in values if isinstance(value, ast.Constant)), "")
