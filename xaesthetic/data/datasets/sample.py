"""The embedded sample: six photographs that scikit-image and scikit-learn ship, and controlled edits of them."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.types import EditStep, Record
from xaesthetic.data.datasets._versions import versions
from xaesthetic.data.edits import EDITS

_AMOUNTS = (1.0,)


@dataset()
def sample(root: Path | None = None) -> Iterator[Record]:
    """Six photographs and one strong version of every edit of them (CC0, public domain and CC BY 2.0).

    Nothing is downloaded: the photographs lie in the installed packages, their subjects' outlines (drawn by hand) here.

    Parameters
    ----------
    root
        Not used.

    Raises
    ------
    DataError
        If scikit-image or scikit-learn ships a photograph no longer.
    """
    del root
    entries = json.loads(Path(__file__).with_name("_sample.json").read_text(encoding="utf-8"))
    steps = [EditStep(name, amount) for name in EDITS for amount in _AMOUNTS]
    for entry in entries:
        path = _installed(entry["package"], entry["file"])
        subject = tuple(tuple((float(x), float(y)) for x, y in polygon) for polygon in entry["subject"])
        record = Record(entry["id"], path, original=entry["id"], subject=subject, credit=entry["credit"])
        yield from versions(record, steps)


def _installed(package: str, file: str) -> Path:
    spec = find_spec(package)
    path = Path(spec.origin).parent / file if spec and spec.origin else None
    if path is None or not path.is_file():
        raise DataError(f"sample: the package {package} ships no {file}; install scikit-image>=0.24 and scikit-learn>=1.5.")
    return path
