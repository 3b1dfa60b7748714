"""Runs whose data were changed after them: what they say is not wrong, but is not of the data that are there now."""

from pathlib import Path

from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import write_json

FILE = "stale.json"


def mark_stale(run: Path, reason: str) -> None:
    """Note in a run folder that its data have changed, and why.

    Parameters
    ----------
    run
        The folder.
    reason
        As the end of a sentence.
    """
    write_json(run / FILE, {"reason": reason})


def stale_notes(run: Path) -> list[str]:
    """Return what a reader must know of a run whose data have changed: a sentence, or nothing."""
    if not (run / FILE).exists():
        return []
    try:
        reason = read_json(run / FILE, dict[str, str]).get("reason", "its data were changed")
    except DataError:
        reason = "its data were changed"
    return [f"This run is stale: {reason}; compute it anew in a new folder."]
