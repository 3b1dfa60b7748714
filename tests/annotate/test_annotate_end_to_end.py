"""The circle: people in real browsers mark the sample's photographs, and the models' maps are judged by what they marked."""

import pytest
from support.annotate_desk import Desk
from support.annotate_page import serving

import xaesthetic as xa
from xaesthetic.annotate.definitions import attributes_of
from xaesthetic.annotate.making import Choices, make_study
from xaesthetic.annotate.study import Consent, Exclusions
from xaesthetic.core.types import ReportOptions
from xaesthetic.data.records import collect
from xaesthetic.run.schemas import ANNOTATIONS
from xaesthetic.studies.agreement import measure_agreement
from xaesthetic.studies.exports import export
from xaesthetic.studies.models import compare_with_people
from xaesthetic.studies.opening import open_store

pytestmark = [pytest.mark.slow, pytest.mark.torch]
PEOPLE, PHOTOGRAPHS = 2, 3


def mark(desk, shift):
    """Rate the photograph, draw a thick stroke through its middle, and say that nothing lowers it."""
    desk.rate()
    box = desk.page.locator("#board").bounding_box()
    across = [(box["x"] + box["width"] * (0.3 + shift + step / 20), box["y"] + box["height"] * 0.5) for step in range(9)]
    desk.page.locator("label.range:has-text('size') input").fill("60")
    desk.page.mouse.move(*across[0])
    desk.page.mouse.down()
    for place in across[1:]:
        desk.page.mouse.move(*place)
    desk.page.mouse.up()
    desk.say("lowers", "nowhere")
    desk.saved()
    desk.finish()


def test_from_the_page_to_the_report(tmp_path, chromium, open_page):
    sample = collect("sample", None)
    records = [record for record in sample.records if record.edit is None][:PHOTOGRAPHS]
    none = {"repeats": 0.0, "catches": 0.0, "practice": 0, "exclusions": Exclusions(seconds=0.01)}
    choices = Choices(attributes_of(["light"], sample.described), Consent("1", "Yes."), PEOPLE, PEOPLE, **none)
    make_study(tmp_path / "study", records, choices)
    with serving(tmp_path / "study") as served:
        for number, link in enumerate(served.links.values()):
            context = chromium.new_context(viewport={"width": 1280, "height": 900})
            desk = Desk(context, link).consent()
            for _ in range(PHOTOGRAPHS):
                mark(desk, 0.02 * number)
            desk.page.wait_for_selector("text=/done|thank/i")
            assert not desk.said
            context.close()

    with open_store(tmp_path / "study") as (study, store):
        out = export(store, study, tmp_path / "study", tmp_path / "out")
        summary = measure_agreement(store, study).everybody.agreement.summary
        dice = summary.set_index(["attribute", "sign", "measure"])["value"]["light", "raises", "dice"]
        assert 0.7 < dice < 1
        asked = xa.Experiment("annotations", str(out), ("multigap_lite0",), ("cam",), ("light",), None)
        made = xa.compare(asked, tmp_path / "run", reports=["leaderboard", "html_report"], options=ReportOptions())
        run = made.run
        assert set(run.read(ANNOTATIONS)["sign"]) == {"raises", "lowers"}
        board = xa.judge(run).tables["leaderboard"].set_index(["metric", "method"])["value"]
        assert board["cc@raises", "each_against_others"] > board["cc@raises", "cam"]
        held = compare_with_people(store, study, run, "cc")["multigap_lite0 cam"]
        assert held.person.value == pytest.approx(board["cc@raises", "each_against_others"], abs=1e-6)

    page = open_page(run.report / "report.html")
    page.select_option("#people", "contour")
    page.wait_for_selector("canvas.people")
    assert "cc@raises" in page.locator("#metric option").all_inner_texts()
