"""Undo and redo, exact after 200 random operations, also on another day; and what masks and clocks the page counts with."""

import numpy as np
import pytest
from support.annotate_desk import desk, study  # noqa: F401

from xaesthetic.annotate.runs import encode
from xaesthetic.annotate.server.pages import FOLDER

WIDTH, HEIGHT = 120, 90
RUN = """(m, operations, [width, height]) => import("./shapes.js").then((shapes) => {
  const marking = new m.Marking(width, height);
  const saves = [];
  const now = (one) => JSON.stringify([one.runs(), one.extent]);
  const states = [now(marking)];
  for (const { tool, sign, subtract, points, radius, extent } of operations) {
    let operation;
    if (tool === "extent") operation = marking.say(sign, extent);
    else if (tool === "clear") operation = marking.clear();
    else {
      marking.begin();
      const span = (row, from, to) => marking.span(sign, subtract, row, from, to);
      if (tool === "brush") shapes.capsule(points[0], points[1], radius, width, height, span);
      else shapes.polygon(points, width, height, span);
      operation = marking.end({ tool });
    }
    if (!operation || operation.refused) continue;
    saves.push({ kind: "stroke", operation });
    states.push(now(marking));
  }
  const back = (one) => {
    const seen = [now(one)];
    while (one.undo()) seen.unshift(now(one));
    return seen;
  };
  const forth = (one) => {
    const seen = [now(one)];
    while (one.redo()) seen.push(now(one));
    return seen;
  };
  const state = { masks: marking.runs(), extent: { ...marking.extent } };
  const undone = back(marking);
  const redone = forth(marking);
  const copy = (value) => JSON.parse(JSON.stringify(value));
  const later = new m.Marking(width, height, copy(state), copy(saves)); // on another day
  const lengths = saves.map((save) => JSON.stringify(save).length);
  return { states, undone, redone, later: back(later), again: forth(later), lengths };
})"""


def random_operations(seed, number):
    random = np.random.default_rng(seed)
    for _ in range(number):
        tool = random.choice(["brush", "polygon", "extent", "clear"], p=[0.65, 0.25, 0.08, 0.02])
        corners = 2 if tool == "brush" else int(random.integers(3, 8))
        points = np.round(random.uniform(-10, [WIDTH + 10, HEIGHT + 10], (corners, 2)), 3)
        yield {
            "tool": str(tool),
            "sign": str(random.choice(["raises", "lowers"])),
            "subtract": bool(random.random() < 0.3),
            "points": (points.round() if tool == "polygon" else points).tolist(),
            "radius": float(random.uniform(0.3, 25)),
            "extent": str(random.choice(["nowhere", "everywhere"])),
        }


@pytest.mark.parametrize("seed", [1, 2])
def test_undo_and_redo_are_exact_after_200_operations(run_module, seed):
    operations = list(random_operations(seed, 200))
    result = run_module(FOLDER / "marking.js", RUN, operations, [WIDTH, HEIGHT])
    states = result["states"]
    assert len(states) > 150  # some change nothing
    assert len(set(states)) > 100
    assert result["undone"] == states
    assert result["redone"] == states
    assert result["later"] == states
    assert result["again"] == states
    assert max(result["lengths"]) < 200_000


def test_what_is_undone_is_gone_after_another_stroke(run_module):
    code = """(m) => {
      const marking = new m.Marking(10, 10);
      const draw = (row) => { marking.begin(); marking.span("raises", false, row, 0, 3); return marking.end(); };
      draw(0); draw(1); marking.undo(); draw(2);
      const history = [marking.redo(), marking.undo(), marking.undo(), marking.undo()];
      const nothing = [marking.begin(), marking.end()];
      return [history, nothing[1], marking.runs()];
    }"""
    assert run_module(FOLDER / "marking.js", code) == [[False, True, True, False], None, {"raises": None, "lowers": None}]


def test_runs_are_those_of_the_store(run_module):
    mask = np.random.default_rng(3).random((9, 7)) < 0.4
    mask[0, 0], mask[-1, -1] = True, True
    code = """(m, pixels) => {
      const mask = Uint8Array.from(pixels);
      const runs = m.runsOf(mask);
      const ends = [m.runsOf(new Uint8Array(5)), m.runsOf(Uint8Array.of(1, 1))];
      return [runs, m.areaOf(runs), [...m.maskOf(runs, mask.length)], ...ends];
    }"""
    pixels = mask.astype(int).ravel().tolist()
    runs, area, decoded, empty, full = run_module(FOLDER / "masks.js", code, pixels)
    assert runs == encode(mask).tolist()
    assert (area, decoded, empty, full) == (mask.sum(), pixels, None, [0, 2])


def test_a_task_goes_on_after_a_reload_and_so_does_undo(desk, study):
    sitting = desk()
    for start in range(60, 300, 40):
        sitting.drag((start, 60), (start + 20, 200), (start + 35, 90))
    sitting.say("lowers", "nowhere")
    sitting.key("z", "z")
    before = study.saves(sitting.saved().name)
    sitting.page.reload()
    sitting.page.wait_for_selector("#board")
    page = sitting.settle().page
    sitting.key("y")
    assert page.locator("input[name=extent-lowers]:checked").count() == 0
    sitting.key("y")
    assert page.locator("input[name=extent-lowers]:checked").get_attribute("value") == "nowhere"
    while page.get_by_role("button", name="undo").is_enabled():
        page.keyboard.press("z")
    while page.get_by_role("button", name="redo").is_enabled():
        page.keyboard.press("y")
    after = study.saves(sitting.saved().name)
    assert [save.hashes for save in after[: len(before)]] == [save.hashes for save in before]
    strokes = [save.hashes for save in before if save.kind == "stroke"]
    undone = [save.hashes for save in after[len(before) + 2 :] if save.kind == "undo"]
    redone = [save.hashes for save in after[len(before) + 2 :] if save.kind == "redo"]
    assert undone[1:] == [*reversed(strokes[:-1]), (None, None)]  # the first one takes “nowhere” back
    assert redone[:-1] == strokes
    assert after[-1].state["extent"] == {"raises": "region", "lowers": "nowhere"}
    assert [save.seconds for save in after] == sorted(save.seconds for save in after)  # the clock goes on, too
    assert [save.version for save in after] == list(range(1, len(after) + 1))


def test_the_clock_counts_work_only(run_module):
    code = """(m) => {
      let now = 0;
      let hidden = false;
      performance.now = () => now;
      Object.defineProperty(document, "hidden", { get: () => hidden });
      const hide = (value) => { hidden = value; document.dispatchEvent(new Event("visibilitychange")); };
      const clock = new m.Clock(5);
      const seen = [];
      const after = (seconds) => { now += 1000 * seconds; seen.push(clock.seconds); };
      after(10); dispatchEvent(new Event("pointermove"));
      after(20); hide(true);
      after(300); hide(false);
      after(1); dispatchEvent(new Event("keydown"));
      after(500); dispatchEvent(new Event("keydown"));
      after(2);
      return seen;
    }"""
    assert run_module(FOLDER / "clock.js", code) == [15, 35, 35, 36, 96, 98]


def test_what_is_too_ragged_is_taken_back(run_module):
    """A million pieces would be more than a save may hold."""
    code = """(m) => {
      const marking = new m.Marking(1000, 1000);
      marking.begin();
      for (let row = 0; row < 1000; row += 1) {
        for (let at = 0; at < 1000; at += 2) marking.span("lowers", false, row, at, at + 1);
      }
      const ragged = marking.end();
      marking.begin();
      marking.span("lowers", false, 3, 0, 1000);
      return [ragged, Object.keys(marking.end()), marking.runs().lowers];
    }"""
    ragged, kept, runs = run_module(FOLDER / "marking.js", code)
    assert "too many small parts" in ragged["refused"]
    assert "flips" in kept
    assert runs == [3000, 1000, 996_000]
