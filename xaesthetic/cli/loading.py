"""A word on a terminal while torch is being loaded, which takes seconds in which nothing else is to be seen."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from typing import Any


class _Announcing:
    """Looks for no module, but says once that torch is looked for."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """Find nothing."""
        del path, target
        if name == "torch":
            sys.meta_path.remove(self)
            sys.stderr.write("loading torch …\n")
            sys.stderr.flush()
        return None


def announce_torch(arguments: Sequence[str]) -> None:
    """Have it said when torch is loaded; not where nobody looks, or nothing is to be said."""
    if sys.stderr.isatty() and not {"--quiet", "--json"} & {*arguments} and "torch" not in sys.modules:
        sys.meta_path.insert(0, _Announcing())
