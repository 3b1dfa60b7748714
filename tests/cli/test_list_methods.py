"""`xaesthetic list methods` says what each costs, promises, and what is known against it."""

import json

import pytest
from support.third_party import third_party  # noqa: F401

pytestmark = pytest.mark.torch


def test_methods_with_their_cost_promise_and_what_speaks_against_them(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "600")
    status, out, _ = command("list", "methods")
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert status == 0
    assert " Its mean plus the bias is the output, exactly. " in lines["cam"]
    assert "one a channel, and 2" in lines["score_cam"]
    assert "one backward pass of the whole network for each output" in lines["full_grad"].lower()
    assert "It asks no output, so it explains none." in lines["eigen_cam"]


def test_one_that_cannot_be_imported_is_left_out_and_said(command, third_party):
    third_party(
        {"good_cam": 'def good_cam(taken):\n    """Fine."""\n', "bad_cam": "import nothing_of_that_name"}, kind="methods"
    )
    status, out, said = command("list", "methods")
    assert (status, "good_cam" in out, "bad_cam" in out) == (0, True, False)
    assert "their_package.bad_cam cannot be imported" in said
    assert set(json.loads(command("list", "methods", "--json")[1])["methods"]) >= {"good_cam", "bad_cam"}
