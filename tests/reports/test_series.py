"""Wherever a map that sums layers in series is drawn, it is said what it is."""

import json

import pytest
from support.hand_run import hand_run
from support.mutations import rewrite_sums

from xaesthetic.reporting import draw_reports
from xaesthetic.run.store import Run

SAID = "a map is the sum of those of layers in series, which promises nothing."


@pytest.mark.parametrize("series", [True, False])
def test_sums_over_layers_in_series_are_said_under_every_figure_and_on_the_page(tmp_path, series):
    run = hand_run(tmp_path / "run", 3, scored=False)
    for method, attributes in (("cam", {}), ("activation_energy", {"asks_output": False})):
        file = run.maps_folder("one", method) / "zarr.json"
        metadata = json.loads(file.read_text())
        metadata["attributes"] |= attributes | {"in_series": series}
        file.write_text(json.dumps(metadata))
    rewrite_sums(run.root)
    run = Run.open(run.root)
    draw_reports(run, ["attribute_grid", "floors", "html_report"])
    texts = {file.stem: file.read_text() for file in [*run.report.glob("*.txt"), *run.report.glob("*.html")]}
    for name in ("attribute_grid_light", "floors"):
        assert (SAID in texts[name]) == series, name
    both = f"one, cam; one, activation_energy: {SAID}"
    assert (f"<p>{both}</p>" in next(text for name, text in texts.items() if "<html" in text)) == series
    assert (f"one, activation_energy: {SAID}" in texts["floors"]) == series
    assert "one, cam" not in texts["floors"]
