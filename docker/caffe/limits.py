"""What one client may take from the others: memory, time and places."""

from __future__ import annotations

import select
import socket
import threading
import time
from http import HTTPStatus
from typing import Any

from protocol import Refused

MIB = 1 << 20
RATE = MIB
"""Bytes a second that a client must be able to send and to read."""


class Budget:
    """Bytes of memory, for all requests together."""

    def __init__(self, most: int) -> None:
        self.most = self.free = most
        self._lock = threading.Lock()

    def move(self, count: int) -> bool:
        """Take bytes, or give them back where there are less than none; whether there were as many."""
        with self._lock:
            if count > self.free:
                return False
            self.free -= count
            return True


class Share:
    """What one request has taken from a budget; it goes back with the end of the request."""

    def __init__(self, budget: Budget) -> None:
        self.budget, self.count = budget, 0

    def take(self, count: int, what: str) -> None:
        """Take more, or refuse the request."""
        if self.count + count > self.budget.most:
            message = (
                f"{what} would take {count} bytes of memory; {self.budget.most} are the most for all requests together."
            )
            raise Refused(message, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not self.budget.move(count):
            message = f"{what} would take {count} bytes of memory, of which other requests leave too few; try again."
            raise Refused(message, HTTPStatus.SERVICE_UNAVAILABLE)
        self.count += count

    def __enter__(self) -> Share:
        return self

    def __exit__(self, *_: object) -> None:
        self.budget.move(-self.count)


class Paced(socket.socket):
    """A connection with a deadline for all that is read and written; every byte moves it on by what a byte may take."""

    until = 0.0
    deaf = False
    """Whether its client was found not to read."""

    def allow(self, seconds: float) -> None:
        """From now on."""
        self.until = time.monotonic() + seconds

    def recv_into(self, *arguments: Any) -> int:
        """What is read for `rfile`, and into memory that is there."""
        self._wait()
        return self._moved(super().recv_into(*arguments))

    def sendall(self, data: Any, flags: int = 0) -> None:
        """All of it, as fast as the client reads but not slower than it must."""
        rest = memoryview(data).cast("B")
        while rest:
            self._wait()
            rest = rest[self._moved(self.send(rest[:MIB], flags)) :]

    def _wait(self) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        self.settimeout(left)

    def _moved(self, count: int) -> int:
        self.until += count / RATE
        return count


class Places:
    """A number of connections. Where all are taken, the one that has waited longest leaves its place to a new one."""

    def __init__(self, most: int, polite: bool) -> None:
        self.most, self.polite = most, polite
        """Whether a connection keeps its place while bytes of it are there to be read."""
        self._since: dict[socket.socket, float | None] = {}
        """When a connection began to wait; None for one that works."""
        self._lock = threading.Lock()

    def enter(self, connection: socket.socket) -> bool:
        """Whether there is a place."""
        with self._lock:
            if len(self._since) >= self.most and not self._evict():
                return False
            self._since[connection] = time.monotonic()
            return True

    def wait(self, connection: socket.socket) -> None:
        """It may be closed from now on."""
        with self._lock:
            if connection in self._since:
                self._since[connection] = time.monotonic()

    def work(self, connection: socket.socket) -> bool:
        """Whether it still has its place, which it keeps until it waits or leaves."""
        with self._lock:
            if connection not in self._since:
                return False
            self._since[connection] = None
            return True

    def has(self, connection: socket.socket) -> bool:
        """Whether it still has its place."""
        with self._lock:
            return connection in self._since

    def leave(self, connection: socket.socket) -> None:
        """For good; nothing happens where it has left."""
        with self._lock:
            self._since.pop(connection, None)

    def _evict(self) -> bool:
        """Wake the thread of the connection that has waited longest; it finds its place gone."""
        waiting = sorted((since, index) for index, since in enumerate(self._since.values()) if since is not None)
        connections = list(self._since)
        for _, index in waiting:
            connection = connections[index]
            if not (self.polite and _is_readable(connection)):
                del self._since[connection]
                try:
                    connection.shutdown(socket.SHUT_RD)
                except OSError:
                    pass  # the client was faster
                return True
        return False


def _is_readable(connection: socket.socket) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))
