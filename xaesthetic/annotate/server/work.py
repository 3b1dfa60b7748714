"""Addresses of the work itself: the task to go on with, its photograph, and saves."""

from dataclasses import asdict
from typing import Any

from starlette.responses import Response

from xaesthetic.annotate import runs
from xaesthetic.annotate.events import standing
from xaesthetic.annotate.masks import load_masks
from xaesthetic.annotate.saves import Saved, add_save
from xaesthetic.annotate.server.answers import Refusal
from xaesthetic.annotate.server.endpoints import Call, Endpoint
from xaesthetic.annotate.server.sessions import phase, validate_open
from xaesthetic.annotate.sittings import begin_sitting, find_sitting
from xaesthetic.annotate.states import Save
from xaesthetic.annotate.tasks import find_current, may_see, operations, progress, stand

PASSED = 0.5
"""Dice with the expected region from which practice counts as understood."""
_MOST = 2_000_000
_KINDS = {".jpg": "image/jpeg", ".png": "image/png"}


def task(call: Call) -> dict[str, Any]:
    """The task to go on with; the first one of a sitting begins it."""
    state = phase(call, standing(call.connection))
    study, number = call.service.study, call.person.number
    if state in ("consent", "closed", "results"):
        validate_open(call)
    if state in ("done", "paused"):
        return {"state": state}
    begin_sitting(call.connection, number, study.minutes)
    sitting, item = find_sitting(call.connection, number, study.minutes), find_current(call.connection, number)
    if item is None or sitting is None or sitting.is_break:
        return {"state": "break", "seconds": sitting.seconds if sitting else 0}
    last = stand(call.connection, item.id)
    photograph = {"url": f"/api/photographs/{item.photograph}", "width": item.width, "height": item.height}
    return {
        "task": item.id,
        "kind": item.kind,
        "position": item.position,
        "total": progress(call.connection, number).total,
        "version": last.version,
        "seconds": last.seconds,
        "photograph": photograph,
        "attribute": asdict(study.attribute(item.attribute)),
        "order": study.order,
        "overall": study.overall,
        "state": last.state,
        "operations": operations(call.connection, item.id),
        "instruction": item.instruction,
        "seconds_left": sitting.seconds,
    }


def save(call: Call) -> dict[str, Any]:
    """Keep a save."""
    validate_open(call)
    saved = add_save(call.connection, call.person.number, call.names["id"], call.body, call.service.rules)
    answer: dict[str, Any] = {"version": saved.version}
    if call.body.kind == "finish" and saved.task.kind == "practice":
        answer["feedback"] = _feedback(call, saved)
    return answer


def _feedback(call: Call, saved: Saved) -> dict[str, Any] | None:
    """How a practice task's region compares with the expected one."""
    key, sign = saved.task.expected_sha256, saved.task.expected_sign
    expected = load_masks(call.connection, [key]).get(key)
    if expected is None or sign is None:
        return None
    marked = getattr(saved.state.masks, sign)
    lengths = expected.lengths
    dice = 0.0 if marked is None else runs.dice(runs.validate(marked, saved.task.size), lengths)
    passed = dice >= PASSED
    text = "Your region lies where it should." if passed else "Your region should lie as in the second picture."
    return {"dice": round(dice, 3), "passed": passed, "sign": sign, "expected": lengths.tolist(), "text": text}


def photograph(call: Call) -> Response:
    """A prepared copy that this annotator has come to."""
    number = call.names["number"]
    if number not in call.service.photographs or not may_see(call.connection, call.person.number, number):
        raise Refusal(404, "There is no such photograph.")
    return picture(call, number)


def picture(call: Call, number: int) -> Response:
    """A prepared copy, by its number."""
    file = call.service.photographs.get(number)
    if file is None:
        raise Refusal(404, "There is no such photograph.")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Refusal(404, "This photograph cannot be read any more.") from error
    return Response(content, headers={"Cache-Control": "private, max-age=3600"}, media_type=_KINDS[file.suffix])


ENDPOINTS = (
    Endpoint("GET", "/api/task", task, writes=True),
    Endpoint("POST", "/api/tasks/{id:int}/saves", save, kind=Save, writes=True, most=_MOST),
    Endpoint("GET", "/api/photographs/{number:int}", photograph),
)
