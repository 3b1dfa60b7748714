"""report/manifest.json: which figures and tables of the paper were drawn, from what, into which files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from xaesthetic.core import files
from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.run.question import is_name
from xaesthetic.run.store import Run

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure or table."""

    inputs: str = ""
    """A sum over what it was drawn from."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The sha256 of its files in the report folder, by their names."""
    missing: str = ""
    """What it needs; empty where it was drawn."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was drawn."""

    exhibits: Mapping[str, Entry]
    """By the paper's numbers."""
    command: str = ""
    drawn_with: Mapping[str, str | int] = field(default_factory=dict)
    """The options."""
    sha256: str = ""
    """Of all the rest, as JSON."""


def read_manifest(run: Run) -> Manifest:
    """Read what was drawn of a run.

    Raises
    ------
    DataError
        If there is no manifest, it is damaged, or it names a file that is not in the report folder.
    """
    file = run.report / MANIFEST
    manifest = read_json(file, Manifest)
    summed = manifest.sha256 or run.schema > 1  # the first version wrote none
    if summed and manifest.sha256 != sha256(files.to_json(_values(manifest)).encode()).hexdigest():
        raise DataError(f"{file}: its sha256 is not that of what it holds; 'xaesthetic reproduce {run.root}' makes it anew.")
    for entry in manifest.exhibits.values():
        for name in entry.files:
            if not is_name(name):
                raise DataError(f"{file}: names {name[:200]!r}, which is no file of the report; it is damaged.")
    return manifest


def write_manifest(run: Run, manifest: Manifest) -> None:
    """Write it with its own sha256; what is empty is not written."""
    values = _values(manifest)
    files.write_json(run.report / MANIFEST, values | {"sha256": sha256(files.to_json(values).encode()).hexdigest()})


def _values(manifest: Manifest) -> dict[str, Any]:
    exhibits = {number: _plain(entry) for number, entry in manifest.exhibits.items()}
    return {"command": manifest.command, "drawn_with": dict(manifest.drawn_with), "exhibits": exhibits}


def _plain(entry: Entry) -> dict[str, Any]:
    values = {"inputs": entry.inputs, "files": dict(entry.files), "missing": entry.missing}
    return {name: value for name, value in values.items() if value}


def is_drawn(run: Run, entry: Entry, name: str) -> bool:
    """Whether a file of an entry is in the report folder, as it was drawn."""
    file = find_inside(run, name)
    return file is not None and files.sha256(file) == entry.files[name]


def find_inside(run: Run, name: str) -> Path | None:
    """Return a file of the report folder; None where there is none, or it is a link that leads out of the run."""
    file = run.report / name
    return file if file.is_file() and file.resolve().is_relative_to(run.root.resolve()) else None
