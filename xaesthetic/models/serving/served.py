"""What can be served, and what is being served."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import ServerError
from xaesthetic.core.files import write_json
from xaesthetic.data.fetch.registry import cached
from xaesthetic.models.serving.client import Client

RUNTIMES = ("container", "venv", "torch")
"""Caffe in a container; Caffe in a virtual environment of Python 3.9; no Caffe, but the converted network."""


@dataclass(frozen=True, slots=True)
class Served:
    """A Caffe model as its authors published it."""

    prototxt: Path
    caffemodel: Path
    others: tuple[Path, ...]
    """What else its converter takes, behind these two."""

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.prototxt.parent


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that was started; it need not run any more."""

    name: str
    runtime: str
    weights: str
    """The folder with the published files; of `torch`, the folder with the converted ones."""
    address: str = ""
    """`unix:PATH` or `tcp:HOST:PORT`; none with `torch`, which has no server."""
    folder: str = ""
    """Private to the server and us: the socket, the token, what it printed."""
    process: str = ""
    """Its process id, or its container's name."""
    engine: str = ""
    """The container engine's path."""

    def client(self) -> Client:
        """Speaks to it."""
        return Client(self.name, self.address, read_token(Path(self.folder)))


def read_token(folder: Path) -> str:
    """The token that the server asks for; empty where the folder is gone."""
    file = folder / "token"
    return file.read_text(encoding="ascii").strip() if file.is_file() else ""


def _state(name: str) -> Path:
    return cached("model-servers") / f"{name}.json"


def read_serving(name: str) -> Serving | None:
    """What `model-server start` has started under this name; None where nothing is, or it was stopped."""
    if not _state(name).is_file():
        return None
    try:
        return Serving(**read_json(_state(name)))
    except TypeError as error:
        raise ServerError(f"{_state(name)}: is of another version; delete it and start the server again.") from error


def write_serving(serving: Serving) -> None:
    """Remember it."""
    write_json(_state(serving.name), asdict(serving))


def forget_serving(name: str) -> None:
    """Remember it no more."""
    _state(name).unlink(missing_ok=True)


def connect(name: str, sums: Mapping[str, str]) -> Client:
    """Speak to a running server, after making sure that it runs the model that was meant.

    Parameters
    ----------
    name
        The server's.
    sums
        The sha256 of `prototxt` and `caffemodel`.

    Raises
    ------
    ServerError
        If none was started, it does not answer, or it runs other files.
    """
    serving = read_serving(name)
    if serving is None or not serving.address:
        raise ServerError(
            f"no model server {name!r} runs; start it with 'xaesthetic model-server start {name}' "
            "(--runtime container, venv or torch)."
        )
    client = serving.client()
    known = client.metadata().get("parameters")
    result = known.get("sha256") if isinstance(known, dict) else None
    if result != dict(sums):
        raise ServerError(
            f"the model server {name!r} runs other files ({json.dumps(result)[:200]}) than those asked for; stop it with "
            f"'xaesthetic model-server stop {name}' and start it with these."
        )
    return client


def is_running(process: str) -> bool:
    """Whether a process of ours has this id; one that has ended and was not waited for has not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
    else:
        return state.rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(int(process), 0)
    except OSError:
        return False
    return True
