"""What `xaesthetic new exporter NAME` writes: a package with an exporter that works as it stands."""

import ast
from keyword import iskeyword
from pathlib import Path
from string import Template

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import atomic_write, printable

_PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "$name"
version = "0.1.0"
dependencies = ["xaesthetic"]

# Every file of this package whose name does not begin with _ is an exporter.
[project.entry-points.xaesthetic]
exporters = "${name}_exporters"

[tool.hatch.build.targets.wheel]
packages = ["${name}_exporters"]
"""

_EXPORTER = '''\
"""Runs for $name: change it into what your tool reads."""

import json
from pathlib import Path

from xaesthetic.core.facts import exporter
from xaesthetic.exporting.choice import ExportOptions, choose
from xaesthetic.exporting.photographs import jpeg, photographs
from xaesthetic.run.store import Run


@exporter()  # requires="package", extra="extra" where it imports more; that is refused by name where it is missing
def $name(run: Run, out: Path, options: ExportOptions) -> None:
    """Write the photographs, and a line of JSON with the ratings and the maps of each."""
    with (out / "photographs.jsonl").open("w", encoding="utf-8") as lines:
        for item in photographs(run, choose(run, options), options):  # one by one
            (out / f"{item.name}.jpg").write_bytes(jpeg(item.pixels))
            ratings = [[*pair, value] for pair, value in item.ratings.items()]
            maps = [[*shown.place.parts, shown.values.tolist()] for shown in item.maps]
            line = {"id": item.record.id, "credit": item.record.credit, "ratings": ratings, "maps": maps}
            lines.write(json.dumps(line) + "\\n")
'''


def write_exporter(folder: Path) -> list[Path]:
    """Write a package with an exporter, to be installed with pip and changed into one's own.

    Raises
    ------
    DataError
        If something is there already, or the name is none of a Python function.
    """
    name = folder.name
    if not (name.isidentifier() and name.isascii()) or name[0] == "_":
        raise DataError(f"{name!r} is no name for an exporter; letters, digits and '_' were wanted, a letter first.")
    if iskeyword(name) or name in _imported():
        raise DataError(f"{name!r} means something else in an exporter's file already; choose another name, '{name}_tool'.")
    if folder.exists() or folder.is_symlink():
        raise DataError(f"{printable(folder)}: is there already; choose another name.")
    package = f"{name}_exporters"
    files = {"pyproject.toml": _PROJECT, f"{package}/__init__.py": "", f"{package}/{name}.py": _EXPORTER}
    with atomic_write(folder) as temporary:
        for file, text in files.items():
            (temporary / file).parent.mkdir(parents=True, exist_ok=True)
            (temporary / file).write_text(Template(text).substitute(name=name), encoding="utf-8")
    return [folder / file for file in files]


def _imported() -> set[str]:
    """Return what the exporter's file imports: a function of such a name would take its place."""
    known = ast.walk(ast.parse(Template(_EXPORTER).substitute(name="_")))
    return {name.name for node in known if isinstance(node, ast.Import | ast.ImportFrom) for name in node.names}
