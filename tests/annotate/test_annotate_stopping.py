"""A signal ends the server of a study, also one that comes while it begins."""

import asyncio
import signal

import pytest
import uvicorn

from xaesthetic.annotate.server.serve import listen, serve


class Ended(BaseException):
    """What the command raises where a signal comes."""


async def application(scope, receive, send):
    while scope["type"] == "lifespan":
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


@pytest.fixture
def raising():
    def handle(number, frame):
        raise Ended

    before = signal.signal(signal.SIGINT, handle)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_signal_before_the_server_listens_to_them_ends_it(raising, monkeypatch):
    late = []

    async def begin(server, sockets):
        loop = asyncio.get_running_loop()
        loop.call_soon(signal.raise_signal, signal.SIGINT)  # between two tasks
        loop.call_later(5, lambda: (late.append(True), setattr(server, "should_exit", True)))
        await asyncio.sleep(0)
        await original(server, sockets)

    original = uvicorn.Server.serve
    monkeypatch.setattr(uvicorn.Server, "serve", begin)
    with pytest.raises(Ended):
        serve(application, listen("127.0.0.1", 0))
    assert not late
