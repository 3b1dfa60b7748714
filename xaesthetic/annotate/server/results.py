"""What annotators see when a study has ended: their regions beside those of the others who agreed to it."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from xaesthetic.annotate import marks
from xaesthetic.annotate.consents import sharing
from xaesthetic.annotate.events import standing
from xaesthetic.annotate.marks import Mark
from xaesthetic.annotate.people import lock
from xaesthetic.annotate.server.answers import Refusal
from xaesthetic.annotate.server.endpoints import Call, Endpoint
from xaesthetic.annotate.server.sessions import phase
from xaesthetic.annotate.tables import ANNOTATORS
from xaesthetic.annotate.tasks import may_see
from xaesthetic.core.sides import SIDES


def results(call: Call) -> list[dict[str, Any]]:
    """Regions of all who agreed, without names, and models' maps; whoever sees them is kept from later rounds."""
    _validate_ended(call)
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
            "maps": _maps(call, photograph, attribute),
        }
        for (photograph, attribute), regions in mine.items()
    ]


def _validate_ended(call: Call) -> None:
    if phase(call, standing(call.connection)) != "results":
        raise Refusal(403, "Results are shown when the study has ended.")


def _maps(call: Call, photograph: int, attribute: str) -> list[dict[str, str]]:
    shown = call.service.measures.maps
    places = shown.places(photograph, attribute) if shown else ()
    column = [item.name for item in call.service.study.attributes].index(attribute)
    return [
        {"model": model, "method": method, "url": f"/api/results/maps/{photograph}/{column}/{place}"}
        for place, (model, method) in enumerate(places)
    ]


def map_picture(call: Call) -> Response:
    """A model's map over a photograph that this annotator has marked."""
    _validate_ended(call)
    number, column, place = (call.names[name] for name in ("number", "column", "place"))
    shown, attributes = call.service.measures.maps, call.service.study.attributes
    if shown is None or column >= len(attributes) or not may_see(call.connection, call.person.number, number):
        raise Refusal(404, "There is no such map.")
    attribute = attributes[column].name
    if place >= len(shown.places(number, attribute)):
        raise Refusal(404, "There is no such map.")
    content = shown.picture(number, attribute, place)
    return Response(content, headers={"Cache-Control": "private, max-age=3600"}, media_type="image/png")


def _regions(mark: Mark) -> dict[str, Any]:
    packed = mark.masks.packed
    return {sign: None if item is None else item.lengths.tolist() for sign, item in ((sign, packed[sign]) for sign in SIDES)}


ENDPOINTS = (
    Endpoint("GET", "/api/results", results, writes=True),
    Endpoint("GET", "/api/results/maps/{number:int}/{column:int}/{place:int}", map_picture),
)
