"""Starting, stopping and looking at model servers."""

import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xaesthetic.core import plugins
from xaesthetic.core.errors import ServerError, unknown
from xaesthetic.core.locks import hold
from xaesthetic.data.fetch.registry import cached
from xaesthetic.models.serving import engine as engines
from xaesthetic.models.serving import environment, processes
from xaesthetic.models.serving.served import (
    RUNTIMES,
    Served,
    Serving,
    forget_serving,
    is_running,
    read_serving,
    write_serving,
)

_READY = 180.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StartOptions:
    """How a server is started."""

    runtime: str = "container"
    weights: Path | None = None
    """The folder with the published files; None for where they are fetched to."""
    image: Path | None = None
    """An image that was saved; None to build it where it is not there."""
    build: Sequence[str] = ()
    """Passed on to `docker build`."""
    tcp: bool | None = None
    """Listen on the loopback address instead of a Unix socket; None where that is the way: not on Linux."""
    python: Path | None = None
    """A Python 3.9 for `venv`."""


@dataclass(frozen=True, slots=True)
class Status:
    """How a server is."""

    serving: Serving
    ready: bool
    photographs: int | None
    """How many it has computed; None where it does not answer."""


def start_server(name: str, options: StartOptions | None = None, say: Say = lambda text: None) -> Serving:  # noqa: ARG005
    """Start a model's server and wait until it is ready; one that runs already is left alone.

    Who else starts or stops it meanwhile waits, so that there is one.

    Parameters
    ----------
    name
        A plug-in of the kind `servers`.
    options
        How.
    say
        Is told what takes long.

    Raises
    ------
    MissingWeightsError
        If the published files are not there.
    ServerError
        If something else is missing, another server of this name runs, or it does not start.
    """
    options = options or StartOptions()
    if options.tcp is None:
        options = replace(options, tcp=sys.platform != "linux")
    if options.runtime not in RUNTIMES:
        raise ServerError(unknown("runtime", options.runtime, RUNTIMES, label="There are"))
    served: Served = plugins.load("servers", name)(options.weights)
    with hold(_lock(name), f"starting the model server {name}", say):
        return _start(name, served, options, say)


def _lock(name: str) -> Path:
    return cached("model-servers") / f".{name}.lock"


def _prefix(name: str) -> str:
    return f"xaesthetic-{name}-"


def _start(name: str, served: Served, options: StartOptions, say: Say) -> Serving:
    present = read_serving(name)
    if present is not None:
        if status(present).ready:
            if (present.runtime, present.weights) != (options.runtime, str(served.folder)):
                raise ServerError(
                    f"a model server {name!r} runs already ({present.runtime}, {present.weights}); "
                    f"'xaesthetic model-server stop {name}' stops it."
                )
            return present
        _end(present)
    if options.runtime == "torch":
        serving = _convert(name, served, say)
        write_serving(serving)
        return serving
    folder = Path(tempfile.mkdtemp(prefix=_prefix(name)))
    token = folder / "token"
    token.touch(mode=0o600)
    token.write_text(secrets.token_hex(16), encoding="ascii")
    inside = options.runtime == "container"
    serving = Serving(name, "container" if inside else "venv", str(served.folder), folder=str(folder))
    try:
        serving = (_in_container if inside else _in_environment)(serving, served, options, say)
        write_serving(serving)
        return _wait(serving)
    except BaseException:
        _end(serving)
        raise


def _convert(name: str, served: Served, say: Say) -> Serving:
    say(f"converting {served.caffemodel.name}")
    folder, _ = plugins.load("converters", name)(served.prototxt, served.caffemodel, *served.others)
    return Serving(name, "torch", str(folder))


def _in_container(serving: Serving, served: Served, options: StartOptions, say: Say) -> Serving:
    engine = engines.find_engine()
    if options.image is not None:
        engines.load_image(engine, options.image)
    elif not engines.has_image(engine):
        say(f"building {engines.image_name()} by {engine.name}: once, a minute or two")
        engines.build_image(engine, options.build)
    folder = Path(serving.folder)
    try:
        container = engines.run_container(engine, served, serving.name, folder, bool(options.tcp))
        address = engines.container_address(engine.path, container, folder, bool(options.tcp))
    except BaseException:
        engines.remove_container(engine.path, folder.name)
        raise
    return replace(serving, process=container, engine=engine.path, address=address)


def _in_environment(serving: Serving, served: Served, options: StartOptions, say: Say) -> Serving:
    with hold(_lock("caffe-venv"), "installing Caffe", say):
        if not environment.has_environment():
            say("installing Caffe into a virtual environment: once, about a minute")
            environment.make_environment(environment.find_python(options.python))
    folder = Path(serving.folder)
    listen = "tcp:127.0.0.1:0" if options.tcp else f"unix:{folder / 'socket'}"
    command = [
        *(str(environment.caffe_environment()), "-B", str(engines.context() / "server.py"), "--name", serving.name),
        *("--prototxt", str(served.prototxt), "--caffemodel", str(served.caffemodel)),
        *("--listen", listen, "--token-file", str(folder / "token")),
    ]
    process = processes.start(command, folder / "log")
    return replace(serving, address="" if options.tcp else listen, process=process)


def _wait(serving: Serving) -> Serving:
    """Until it answers, or has ended."""
    end = time.monotonic() + _READY
    while time.monotonic() < end:
        if not serving.address:  # it chose a port, and says which once it is ready
            result = [line for line in _log(serving).splitlines() if " is ready on " in line]
            if result:
                serving = replace(serving, address=result[0].rpartition(" ")[2])
                write_serving(serving)
        if serving.address and serving.client().is_ready():
            return serving
        if not _runs(serving):
            raise ServerError(f"the model server {serving.name!r} has ended: {processes.last_lines(_log(serving))}")
        time.sleep(0.1)
    raise ServerError(f"the model server {serving.name!r} is not ready after {_READY:.0f} s; it was stopped.")


def _runs(serving: Serving) -> bool:
    if serving.runtime == "container":
        return engines.container_runs(serving.engine, serving.process)
    return bool(serving.process) and is_running(serving.process)


def _log(serving: Serving) -> str:
    if serving.runtime == "container":
        return engines.container_log(serving.engine, serving.process)
    log = Path(serving.folder) / "log"
    return log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""


def _end(serving: Serving) -> None:
    """Stop it and leave nothing behind."""
    if serving.runtime == "container" and serving.process:
        engines.remove_container(serving.engine, serving.process)
    elif serving.process:
        processes.stop(serving.process, serving.folder)
    if Path(serving.folder).name.startswith(_prefix(serving.name)):  # never another's, whatever the state says
        shutil.rmtree(serving.folder, ignore_errors=True)
    forget_serving(serving.name)


def stop_server(name: str, say: Say = lambda text: None) -> bool:  # noqa: ARG005
    """Stop a model's server; whether there was one. Waits for who is starting it."""
    plugins.check("servers", name)
    if read_serving(name) is None:
        return False
    with hold(_lock(name), f"stopping the model server {name}", say):
        serving = read_serving(name)
        if serving is not None:
            _end(serving)
    return serving is not None


def status(serving: Serving) -> Status:
    """Ask a server how it is; the converted network, which needs none, is always ready."""
    if serving.runtime == "torch":
        return Status(serving, Path(serving.weights).is_dir(), None)
    if not serving.address or not Path(serving.folder).is_dir():
        return Status(serving, False, None)
    client = serving.client()
    try:
        return Status(serving, client.is_ready(), client.statistics()["inference_count"])
    except ServerError:
        return Status(serving, False, None)


def server_status(name: str) -> Status | None:
    """How a model's server is; None where none was started."""
    plugins.check("servers", name)
    serving = read_serving(name)
    return None if serving is None else status(serving)
