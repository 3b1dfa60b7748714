"""What was refused and why; no address, no browser, no token, nothing that a request could write into it."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from xaesthetic.annotate.clock import now
from xaesthetic.core.text import visible

FILE = "server.log"
_BYTES, _KEPT, _LONGEST = 5_000_000, 2, 300


class RefusalLog:
    """A bounded file of one line a refusal."""

    def __init__(self, file: Path) -> None:
        self._logger = logging.Logger("xaesthetic.annotate")  # of its own: nobody else's settings reach it
        self._logger.addHandler(RotatingFileHandler(file, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8"))

    def add(self, status: int, method: str, route: str, reason: str) -> None:
        """Add a line."""
        self._logger.warning("%s %s %s %s %s", now(), status, method, route, visible(reason)[:_LONGEST])

    def close(self) -> None:
        """Close the file."""
        for handler in self._logger.handlers:
            handler.close()
