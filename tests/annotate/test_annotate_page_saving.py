"""Saves of the page: nothing that was acknowledged is lost, nothing arrives twice, no tab overwrites another."""

import pytest
from support.annotate_desk import Desk, desk, study  # noqa: F401
from support.annotate_page import Process, page_study, saves_of

from xaesthetic.annotate.store import Store

CONFLICT = "This task was changed in another tab; reload to go on with that."


@pytest.fixture
def process(tmp_path):
    folder = tmp_path / "study"
    page_study(folder, people=2)
    made = Process(folder)
    yield made
    made.kill()


def test_a_server_that_is_killed_in_a_stroke_loses_nothing(chromium, process):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    sitting = Desk(context, process.links[0]).consent().rate()
    page, name = sitting.page, sitting.page.locator("#who").inner_text()
    sitting.drag((60, 60), (120, 100))
    sitting.drag((200, 60), (260, 100))
    sitting.saved()
    page.mouse.move(*sitting.place(60, 200))
    page.mouse.down()
    page.mouse.move(*sitting.place(100, 220))
    process.kill()
    page.mouse.move(*sitting.place(140, 200))
    page.mouse.up()
    page.wait_for_selector("#save-state[data-state=away]")
    assert page.locator("#save-state").inner_text() == "not saved yet: the server cannot be reached, trying again"
    sitting.drag((200, 200), (260, 240))
    sitting.key("z")
    store = Store(f"sqlite:///{process.folder / 'study.sqlite'}")
    try:
        assert [save.kind for save in saves_of(store, name)] == ["rating", "overall", "stroke", "stroke"]
        acknowledged = [(save.save, save.hashes) for save in saves_of(store, name)]
        process.start()
        sitting.saved()
        saves = saves_of(store, name)
    finally:
        store.close()
    assert [(save.save, save.hashes) for save in saves[:4]] == acknowledged
    assert [save.kind for save in saves[4:]] == ["stroke", "stroke", "undo"]
    assert len({save.save for save in saves}) == 7
    assert saves[6].hashes == saves[4].hashes
    assert saves[4].raises[200, 60]
    assert saves[4].raises[200, 139]  # what was drawn after the server had gone
    assert [line for line in sitting.said if "ERR_" not in line] == []
    context.close()


def test_a_save_whose_answer_is_lost_arrives_once(desk, study):
    sitting = desk()
    sitting.expected = "ERR_FAILED"
    lost = []

    def lose(route):
        if len(lost) < 2:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    sitting.page.route("**/saves", lose)
    sitting.drag((60, 60), (120, 100))
    sitting.page.wait_for_selector("#save-state[data-state=away]")
    sitting.saved()
    assert lost == [200, 200]
    assert [save.kind for save in study.saves(sitting.name)] == ["rating", "overall", "stroke"]


def test_two_tabs_do_not_overwrite_one_another(desk, study):
    first = desk()
    first.expected = "409"
    first.drag((60, 60), (120, 100))
    first.saved()
    second = desk(first.page.url, ready=False, context=first.page.context)
    second.page.wait_for_selector("#board")
    second.settle().drag((200, 200), (260, 240))
    second.saved()
    kept = study.saves(first.name)
    first.page.bring_to_front()
    first.drag((60, 200), (120, 240))
    first.page.wait_for_selector("#save-state[data-state=conflict]")
    assert first.page.locator("#save-state").inner_text() == CONFLICT
    assert CONFLICT in first.page.get_by_role("alert").inner_text()
    first.drag((300, 60), (320, 100))  # draws nothing any more
    first.page.get_by_role("button", name="Reload").click()
    first.page.wait_for_selector("#save-state[data-state=saved]")
    assert [(save.save, save.hashes) for save in study.saves(first.name)] == [(save.save, save.hashes) for save in kept]
    first.settle().drag((60, 200), (120, 240))
    first.saved()
    last = study.saves(first.name)[-1]
    assert (last.raises >= kept[-1].raises).all()
    assert last.raises.sum() > kept[-1].raises.sum()
    assert last.version == kept[-1].version + 1


def test_a_refused_save_is_told_and_a_session_that_ended_too(desk, study):
    sitting = desk()
    sitting.expected = "4"  # 422, 401
    sitting.page.route("**/saves", lambda route: route.fulfill(status=422, json={"error": "No <b>good</b>."}))
    sitting.drag((60, 60), (120, 100))
    sitting.page.wait_for_selector("#save-state[data-state=refused]")
    assert sitting.page.locator("#save-state").inner_text() == "Not saved: No <b>good</b>."
    assert [save.kind for save in study.saves(sitting.name)] == ["rating", "overall"]


def test_what_is_recorded_with_a_save(desk, study):
    sitting = desk(viewport={"width": 1000, "height": 800}).zoom(2)
    sitting.drag((160, 130), (200, 140))
    sitting.saved()
    *_, before, last = study.saves(sitting.name)
    assert last.viewport == [1000, 800]
    assert (before.zoom, last.zoom) == (1, pytest.approx(2, rel=0.02))
    assert 0 < before.seconds < last.seconds < 60
    assert last.operation["tool"] == "brush"
    assert last.operation["sign"] == "raises"
    assert "#" not in sitting.page.url  # the invitation has left the address


def test_a_save_that_was_refused_as_a_pause_ended_is_sent_again(desk, study):
    sitting = desk()
    sitting.expected = "403"
    refused = []

    def refuse(route):
        if len(refused) < 2:  # the page sends it once more with a fresh token by itself
            refused.append(route.request.url)
            route.fulfill(status=403, content_type="application/json", body='{"error": "This study is paused."}')
        else:
            route.continue_()

    sitting.page.route("**/saves", refuse)
    sitting.drag((60, 60), (120, 100))
    sitting.saved()
    assert len(refused) == 2
    assert [save.kind for save in study.saves(sitting.name)].count("stroke") == 1
