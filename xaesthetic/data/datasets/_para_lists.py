"""Fixed lists of a part of PARA: by session, whatever the order of the table."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from xaesthetic.data.datasets._para_files import Photograph

_TESTED = 0.2
"""The share of photographs in the list `test`."""


def divided(rows: Iterable[Photograph]) -> dict[str, dict[str, int]]:
    """Return for every photograph the list that it is in, with its row there, where PARA's own lists are not at hand."""
    sessions: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        sessions[row.session or row.name].append(row.name)
    order = sorted(sessions, key=lambda session: hashlib.sha256(session.encode()).hexdigest())
    room = round(_TESTED * sum(map(len, sessions.values())))
    members: dict[str, list[str]] = {"test": [], "train": []}
    for session in order:
        fits = len(members["test"]) + len(sessions[session]) <= room
        members["test" if fits else "train"] += sessions[session]
    return {name: {split: row} for split, names in members.items() for row, name in enumerate(sorted(names))}
