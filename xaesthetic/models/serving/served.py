"""What can be served, and what is being served."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from xaesthetic.core.documents import read_json, read_text
from xaesthetic.core.errors import DataError, ServerError
from xaesthetic.core.files import write_json
from xaesthetic.core.text import visible
from xaesthetic.data.fetch.registry import cached
from xaesthetic.models.serving.client import Client

RUNTIMES = ("container", "venv", "torch")
"""Caffe in a container; Caffe in a virtual environment of Python 3.9; no Caffe, but the converted network."""


_LONGEST = 1 << 16
"""Bytes of a file of ours."""


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
    runtime: Literal["container", "venv", "torch"]
    weights: str
    """The folder with the published files; of `torch`, the folder with the converted ones."""
    address: Annotated[str, Meta(pattern=r"^(unix:.+|tcp:.+:[0-9]{1,5})?$")] = ""
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
    try:
        return read_text(file, _LONGEST).strip() if file.is_file() else ""
    except DataError as error:
        raise ServerError(str(error)) from error


def _state(name: str) -> Path:
    return cached("model-servers") / f"{name}.json"


def read_serving(name: str) -> Serving | None:
    """What `model-server start` has started under this name; None where nothing is, or it was stopped.

    Raises
    ------
    ServerError
        If the file that says so is damaged, or of another version.
    """
    file = _state(name)
    if not file.is_file():
        return None
    try:
        serving = read_json(file, Serving, _LONGEST)
    except DataError as error:
        raise ServerError(f"{str(error).rstrip('.')}; delete it and start the server again.") from error
    if serving.name != name or (serving.runtime == "venv" and not serving.process.isdecimal()):
        raise ServerError(f"{file}: is not of a server {name!r}; delete it and start the server again.")
    return serving


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
    result = client.metadata().get("parameters", {}).get("sha256")
    if result != dict(sums):
        raise ServerError(
            f"the model server {name!r} runs other files ({visible(json.dumps(result))[:200]}) than those asked for; "
            f"stop it with 'xaesthetic model-server stop {name}' and start it with these."
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
