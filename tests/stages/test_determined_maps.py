"""How well maps are determined: in a run, its tables and captions, and in the explanation of one photograph."""

from dataclasses import replace

import numpy as np
import pytest
from support import nets
from support.refitted import refitted, run  # noqa: F401
from xaesthetic_reports._determined import determined_notes
from xaesthetic_reports._payload import payload

import xaesthetic as xa
from xaesthetic.cli.ratings import print_shown
from xaesthetic.evaluation.judge import summarise
from xaesthetic.evaluation.stability import STABILITY, stable_mask, verdict
from xaesthetic.reporting import draw_reports
from xaesthetic.run.maps import REFITS


def test_a_run_keeps_the_maps_of_refits_and_says_how_alike_they_are(run):
    tables = summarise(run).tables
    stack = run.maps("halved", REFITS)
    table = tables["stability"].set_index("attribute")
    assert list(table["refits"]) == [6, 6, 6]
    for column, name in enumerate(run.maps("halved", "cam").attributes):
        values = []
        for image in stack.images:
            flat = stack.of(image).reshape(6, 3, -1)[:, column]
            values.append(np.mean([np.corrcoef(flat[i], flat[i + 1])[0, 1] for i in (0, 2, 4)]))
        assert table.loc[name, "split_half"] == pytest.approx(np.mean(values), abs=1e-5)
        assert table.loc[name, "low"] <= table.loc[name, "split_half"] <= table.loc[name, "high"]
    first, second, _ = run.maps("halved", "cam").attributes
    assert table.loc[first, "determined"]
    assert table.loc[first, "stable"] > table.loc[second, "stable"]
    assert not table.loc[second, "determined"]
    single = tables["stability_by_photograph"]
    assert len(single) == 4 * 3
    assert single[single["attribute"] == first]["split_half"].mean() == pytest.approx(table.loc[first, "split_half"])


def test_captions_do_not_say_of_an_undetermined_map_what_the_attribute_depends_on(run):
    summarise(run)
    first, second, _ = run.maps("halved", "cam").attributes
    said = determined_notes(run, second)[0]
    assert "refits disagree about this map" in said
    assert "it does not show what the attribute depends on" in said
    assert "of the cells have a stable sign" in determined_notes(run, first)[0]
    assert "disagree" not in determined_notes(run, first)[0]
    assert [row["attribute"] for row in payload(run)["stability"] if not row["determined"]] == [second]


def test_the_page_has_a_part_of_it_that_its_links_lead_to(run):
    (page,) = draw_reports(run, ["html_report"])
    links, _, rest = page.read_text().partition("</nav>")
    assert '<a href="#determined">' in links
    assert "<section" not in links
    assert rest.index('id="specific"') < rest.index('id="determined"') < rest.index('id="predicted"')


def test_a_photograph_has_the_masks_of_the_run(run, photo):
    shown = xa.explain(photo, refitted())
    first, second, _ = refitted().attributes
    assert shown.stable[first].shape == photo.shape[:2]
    assert shown.stable[first].mean() > shown.stable[second].mean()
    image = run.maps("halved", "cam").images[0]
    flat = run.maps("halved", REFITS).of(image).reshape(6, 3, -1)[:, 0]
    pairs = [np.corrcoef(flat[i], flat[i + 1])[0, 1] for i in (0, 2, 4)]
    assert shown.split_half[first] == pytest.approx(np.mean(pairs), abs=1e-4)
    mask = stable_mask(run, "halved", image, first)
    assert mask.mean() == pytest.approx(shown.stable[first].mean(), abs=0.1)
    assert f"{second} " in next(note for note in shown.notes if note.startswith("refits disagree"))


def test_other_models_say_nothing_of_it(photo, tmp_path, write_photo):
    shown = xa.explain(photo, nets.linear_net())
    assert (dict(shown.stable), dict(shown.split_half)) == ({}, {})
    plain = replace(nets.linear_net(), name="plain")
    run = xa.compare([write_photo(tmp_path / "a.png", photo)], tmp_path / "run", models=[plain], draw=False).run
    assert not len(summarise(run).tables["stability"])
    assert not run.has_maps("plain", REFITS)
    with pytest.raises(xa.XaestheticError, match="has no refits, so nothing is known of its sign"):
        stable_mask(run, "plain", run.maps("plain", "cam").images[0], plain.attributes[0])


def test_the_verdict_is_plain():
    assert verdict(0.49) == "refits disagree (r = 0.49): not what the attribute depends on"
    assert verdict(0.5) == "refits agree in part (r = 0.50)"
    assert verdict(0.95, "other weights") == "other weights agree (r = 0.95)"


def test_maps_that_are_the_same_everywhere_are_not_said_to_disagree(run, capsys):
    summarise(run)
    second = run.maps("halved", "cam").attributes[1]
    table = run.read(STABILITY)
    constant = table["attribute"] == second
    table.loc[constant, ["split_half", "low", "high", "stable"]] = np.nan
    table.loc[constant, "verdict"] = verdict(float("nan"))
    run.write(STABILITY, table)
    (said,) = determined_notes(run, second)
    assert said.endswith(": the maps are the same everywhere.")
    print_shown(run)
    assert "refits disagree" not in capsys.readouterr().out
