"""What annotators see when a study has ended: their regions beside those of the others who agreed to it."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from xaesthetic.annotate import marks
from xaesthetic.annotate.consents import sharing
from xaesthetic.annotate.events import standing
from xaesthetic.annotate.marks import Mark
from xaesthetic.annotate.people import lock
from xaesthetic.annotate.server.answers import Refusal
from xaesthetic.annotate.server.endpoints import Call, Endpoint
from xaesthetic.annotate.server.sessions import phase
from xaesthetic.annotate.study import SIGNS
from xaesthetic.annotate.tables import ANNOTATORS


def results(call: Call) -> list[dict[str, Any]]:
    """Regions of all who agreed, without names; whoever sees them is kept from later rounds."""
    if phase(call, standing(call.connection)) != "results":
        raise Refusal(403, "Results are shown when the study has ended.")
    lock(call.connection, call.person.number)
    people = call.connection.execute(select(ANNOTATORS.c.pseudonym, ANNOTATORS.c.number)).all()
    pseudonyms = {row.pseudonym: row.number for row in people}
    shared = sharing(call.connection)
    mine: dict[tuple[int, str], dict[str, Any]] = {}
    others: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    for mark in marks.iterate(call.connection):
        if mark.kind != "task" or mark.status != "finished":
            continue
        if mark.annotator == call.person.pseudonym:
            mine[mark.photograph, mark.attribute] = _regions(mark)
        elif pseudonyms[mark.annotator] in shared:
            others[mark.photograph, mark.attribute].append(_regions(mark))
    return [
        {
            "photograph": f"/api/photographs/{photograph}",
            "attribute": attribute,
            "mine": regions,
            "others": others[photograph, attribute],
            "maps": [],
        }
        for (photograph, attribute), regions in mine.items()
    ]


def _regions(mark: Mark) -> dict[str, Any]:
    packed = mark.masks.packed
    return {sign: None if item is None else item.lengths.tolist() for sign, item in ((sign, packed[sign]) for sign in SIGNS)}


ENDPOINTS = (Endpoint("GET", "/api/results", results, writes=True),)
