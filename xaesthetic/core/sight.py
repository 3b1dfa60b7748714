"""Which files a machine sees: a photograph that one worker of many does not see is no photograph that is gone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from xaesthetic.core.errors import XaestheticError

_node: ContextVar[str] = ContextVar("node", default="")
"""The machine that reads for another one; empty where nobody does."""


class UnseenError(XaestheticError):
    """A file that a machine which reads for another one cannot read: that one may know better."""

    def __init__(self, node: str, path: str) -> None:
        super().__init__(node, path)
        self.node, self.path = node, path

    def __str__(self) -> str:
        return (
            f"{self.node}: a worker cannot read {self.path}, which the machine of the command can; have the "
            "folder at the same place on every node."
        )


@contextmanager
def watching(node: str) -> Iterator[None]:
    """Have `validate_sight` raise within this block; the empty name switches it off."""
    token = _node.set(node)
    try:
        yield
    finally:
        _node.reset(token)


def validate_sight(path: Path) -> None:
    """Make sure that a file can be read here, where this machine reads for another one.

    Raises
    ------
    UnseenError
        If it cannot.
    """
    if (node := _node.get()) and not os.access(path, os.R_OK):
        raise UnseenError(node, str(path))
