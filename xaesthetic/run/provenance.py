"""What answered a question: the models, the versions of packages, the command line."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from xaesthetic.core.attributes import Attribute, plain
from xaesthetic.core.places import redact
from xaesthetic.run.question import Answer

_VERSIONS = ("xaesthetic", "torch", "torchvision", "timm", "captum", "numpy", "Pillow", "scikit-image", "scikit-learn")


def provenance(models: Mapping[str, Answer], described: Sequence[Attribute] = ()) -> dict[str, Any]:
    """Return what experiment.json says of these models, by their keys, of what a data set declares, and of the program."""
    versions = {}
    for package in _VERSIONS:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "models": {key: asdict(replace(answer, described=())) | _plain(answer.described) for key, answer in models.items()},
        "versions": versions | {"python": sys.version.split()[0]},
        "command": shlex.join([Path(sys.argv[0]).name, *map(redact, sys.argv[1:])]),
        **_plain(described),
    }


def _plain(described: Sequence[Attribute]) -> dict[str, Any]:
    return {"described": [plain(item) for item in described]} if described else {}
