"""Ctrl-C, a request to end and a terminal that closes all end a command alike."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

from xaesthetic.core.unfinished import remove_all

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
_BASE = 128  # a shell's exit status of what a signal has ended is this and the signal's number


class Stopped(BaseException):
    """A signal has come; whatever is under way tidies up and ends. Not an `Exception`, so that nobody handles it as one."""


@dataclass(slots=True)
class Stop:
    """Which signal has come."""

    number: int = 0
    """0 where none has."""

    @property
    def status(self) -> int:
        """Return the exit status."""
        return _BASE + self.number

    @property
    def sentence(self) -> str:
        """Return what is said of it, on one line."""
        name = "" if self.number == signal.SIGINT else f" by {signal.Signals(self.number).name}"
        return f"xaesthetic: stopped{name}; the same command goes on where it was."


@contextmanager
def stopping() -> Iterator[Stop]:
    """Raise `Stopped` in the main thread where a signal to end comes; those that are ignored (nohup) stay ignored.

    While something is imported the process removes what is unfinished and ends at once: an exception would be taken for
    a library that is broken.
    """
    stop = Stop()

    def handle(number: int, frame: FrameType | None) -> None:
        stop.number = number
        if _imports(frame):
            remove_all()
            with suppress(OSError):  # nobody listens any more
                os.write(2, f"{stop.sentence}\n".encode())
            os._exit(stop.status)
        raise Stopped

    before = {number: _replace(number, handle) for number in _numbers()}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _numbers() -> list[signal.Signals]:
    """Return the signals that this system has and that are not ignored."""
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    return [number for number in numbers if signal.getsignal(number) not in (signal.SIG_IGN, None)]


Handler = Callable[[int, FrameType | None], object]


def _replace(number: signal.Signals, handler: Handler) -> Handler | int | None:
    return signal.signal(number, handler)


def _imports(frame: FrameType | None) -> bool:
    """Whether a module is being imported in the main thread."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
