"""What answered a question: the models, the versions of packages, the command line."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from xaesthetic.run.question import Answer

_VERSIONS = ("xaesthetic", "torch", "torchvision", "timm", "captum", "numpy", "Pillow", "scikit-image", "scikit-learn")


def provenance(models: Mapping[str, Answer]) -> dict[str, Any]:
    """Return what experiment.json says of these models, by their keys, and of the program that runs them."""
    versions = {}
    for package in _VERSIONS:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "models": {key: asdict(answer) for key, answer in models.items()},
        "versions": versions | {"python": sys.version.split()[0]},
        "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
    }
