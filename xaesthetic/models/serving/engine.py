"""Docker or podman: finding one, making the image, running the server in it."""

import hashlib
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xaesthetic.core.errors import ServerError
from xaesthetic.models.serving.processes import ask, last_lines, require
from xaesthetic.models.serving.served import Served

_USER = 10001
"""The image's own user, which has no other rights."""
_INSIDE = "/run/model-server"
_BUILD = 3600.0


@dataclass(frozen=True, slots=True)
class Engine:
    """A container engine that answers."""

    path: str

    @property
    def name(self) -> str:
        """`docker` or `podman`."""
        return Path(self.path).name


def context() -> Path:
    """The folder with the Dockerfile and the server: in the wheel, or in the checkout."""
    packed = Path(__file__).with_name("caffe")
    return packed if packed.is_dir() else Path(__file__).parents[3] / "docker" / "caffe"


def find_engine() -> Engine:
    """The first engine that answers; docker before podman.

    Raises
    ------
    ServerError
        If none does; says why.
    """
    result = {name: path for name in ("docker", "podman") if (path := shutil.which(name))}
    silent = []
    for name, path in result.items():
        works, said = ask([path, "info"])
        if works:
            return Engine(path)
        silent.append(f"{name} does not work ({last_lines(said)[-150:]})")
    raise ServerError(
        f"{'; '.join(silent) or 'neither docker nor podman is installed'}; start or install one, or use --runtime venv "
        "(Python 3.9) or --runtime torch (the converted network)."
    )


def image_name() -> str:
    """The image of this version of the Dockerfile and the server."""
    digest = hashlib.sha256()
    for file in sorted(context().glob("*")):
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return f"localhost/xaesthetic-caffe:{digest.hexdigest()[:12]}"


def has_image(engine: Engine) -> bool:
    """Whether it has been built or loaded."""
    return ask([engine.path, "image", "inspect", image_name()])[0]


def build_image(engine: Engine, options: Sequence[str]) -> None:
    """Build the image; downloads the base and Debian's packages.

    Parameters
    ----------
    engine
        Which.
    options
        Passed on, for example ``--build-arg=BASE=…`` or ``--network=host``.

    Raises
    ------
    ServerError
        If it cannot be built.
    """
    form = ["--format=docker"] if engine.name == "podman" else []  # the other one has no health check
    require(
        [engine.path, "build", *form, *options, "--tag", image_name(), str(context())],
        "the image cannot be built (or give one with --image FILE)",
        _BUILD,
    )


def load_image(engine: Engine, file: Path) -> None:
    """Load an image that `docker save` or `podman save` has written.

    Raises
    ------
    ServerError
        If it is none, or another version's.
    """
    require([engine.path, "load", "--input", str(file)], f"{file}: cannot be loaded", _BUILD)
    if not has_image(engine):
        raise ServerError(f"{file}: is not {image_name()}, the image that this version wants; build it instead.")


def run_container(engine: Engine, served: Served, name: str, folder: Path, tcp: bool) -> str:
    """Start the server in a container that may do nothing but compute.

    Parameters
    ----------
    engine
        Which.
    served
        The model; mounted read-only.
    name
        The model's name; the container is called ``xaesthetic-NAME-…``.
    folder
        Private; its token is asked for, and the socket is made there.
    tcp
        Listen on a port of this machine's loopback address instead; for engines that run in a virtual machine.

    Returns
    -------
    The container's name.

    Raises
    ------
    ServerError
        If the engine refuses.
    """
    container = folder.name
    mounts = {served.prototxt: "/model/net.prototxt", served.caffemodel: "/model/net.caffemodel"}
    listen = "tcp:0.0.0.0:8080" if tcp else f"unix:{_INSIDE}/socket"
    command = [
        *(engine.path, "run", "--detach", "--name", container, "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL"),
        *("--security-opt=no-new-privileges", "--security-opt=label=disable", "--pids-limit=200", *_user(engine, folder)),
        *(("--network=bridge", "--publish=127.0.0.1::8080") if tcp else ("--network=none",)),
        *(f"--mount=type=bind,source={_plain(file)},target={inside},readonly" for file, inside in mounts.items()),
        f"--mount=type=bind,source={_plain(folder)},target={_INSIDE}",
        *(f"--env=LISTEN={listen}", image_name(), "--name", name, "--token-file", f"{_INSIDE}/token"),
    ]
    require(command, "the container cannot be started")
    return container


def _plain(path: Path) -> str:
    text = str(path.resolve())
    if "," in text:
        raise ServerError(f"{text}: a container cannot be given a path with a comma; move it.")
    return text


def _user(engine: Engine, folder: Path) -> list[str]:
    """Whom the server runs as, so that the private folder is its own: never root, where the engine is root's."""
    if sys.platform != "linux":
        return []  # files of a virtual machine's host belong to everybody in it
    if os.getuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, _USER, _USER)
        return []
    ours = f"--user={os.getuid()}:{os.getgid()}"
    if engine.name == "podman":
        return ["--userns=keep-id", ours]
    rootless = "rootless" in ask([engine.path, "info", "--format", "{{.SecurityOptions}}"])[1]
    return ["--user=0:0"] if rootless else [ours]


def container_address(engine: str, container: str, folder: Path, tcp: bool) -> str:
    """Where the server in it is spoken to."""
    if not tcp:
        return f"unix:{folder / 'socket'}"
    said = require([engine, "port", container, "8080/tcp"], "the container's port cannot be told")
    port = said.rpartition(":")[2]
    if not port.isdigit():
        raise ServerError(f"{engine} publishes no port of the container ({said!r}); use --socket.")
    return f"tcp:127.0.0.1:{port}"


def container_runs(engine: str, container: str) -> bool:
    """Whether it has not ended."""
    works, said = ask([engine, "inspect", "--format", "{{.State.Running}}", container])
    return works and said == "true"


def container_log(engine: str, container: str) -> str:
    """What the server in it printed."""
    return ask([engine, "logs", "--tail", "20", container])[1]


def remove_container(engine: str, container: str) -> None:
    """Ask the server to stop, and remove the container."""
    ask([engine, "stop", "--time", "10", container])
    ask([engine, "rm", "--force", container])
