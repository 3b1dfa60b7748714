"""Photographs that are changed or gone when a stage reads them again are left out with their reason, and the run goes on."""

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pandas as pd
import pytest
from support.comparing import compare, experiment, photos  # noqa: F401  # fixtures
from support.plugin_package import batches, contents, make_photos, plugged  # noqa: F401  # a fixture

from xaesthetic import pipeline
from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.files import replace_summed
from xaesthetic.reporting import draw_reports
from xaesthetic.run.schemas import PREDICTIONS, RECORDS
from xaesthetic.run.stage import in_turn
from xaesthetic.run.store import Run
from xaesthetic.stages import predict


class Stopped(Exception):
    pass


def stop(*_):
    raise Stopped


def vanish(file):
    file.unlink()


def change(file):
    file.write_bytes(make_photos(file.parents[1] / "others", 1, seed=9).joinpath("00.png").read_bytes())


def harming(harm, call=1):
    """Computes in turn; before the chunks of one stage are read, something happens to a photograph."""
    calls = []

    def execute(numbers, prepare, work, workers):
        calls.append(numbers)
        if len(calls) == call:
            harm()
        return in_turn(numbers, prepare, work, workers)

    return Execution(executor=execute)


REASONS = {vanish: "No such file", change: "has changed since the run was begun"}


@pytest.fixture(params=[vanish, change], ids=["vanished", "changed"])
def harm(request):
    return request.param


def test_one_that_is_lost_while_rating_is_left_out(compare, experiment, photos, tmp_path, plugged, harm):
    everything = replace(experiment, pick=None)
    whole = pipeline.compare(everything, tmp_path / "whole", draw=False).run
    result = pipeline.compare(everything, tmp_path / "out", harming(lambda: harm(photos / "04.png")), draw=False)
    assert list(result.left_out) == ["04.png"]
    assert REASONS[harm] in result.left_out["04.png"]
    assert [record.id for record in result.run.records()] == [f"0{number}.png" for number in (0, 1, 2, 3, 5, 6)]
    before, after = whole.read(PREDICTIONS), result.run.read(PREDICTIONS)
    pd.testing.assert_frame_equal(after, before[before["image"] != "04.png"].reset_index(drop=True), check_exact=True)
    maps, others = result.run.maps("tiny_net", "cam"), whole.maps("tiny_net", "cam")
    assert "04.png" not in maps
    for image in maps.images:
        np.testing.assert_array_equal(maps.of(image), others.of(image))
    assert [ids for ids, _ in maps.chunks()] == [("00.png", "01.png", "02.png"), ("03.png", "05.png"), ("06.png",)]


def test_a_run_that_has_lost_one_is_complete_and_looked_at_again(compare, experiment, photos, tmp_path, plugged, harm):
    pipeline.compare(experiment, tmp_path / "out", harming(lambda: harm(photos / "04.png")), draw=False)
    before, passes = contents(tmp_path / "out"), len(batches())
    again = pipeline.compare(experiment, tmp_path / "out")
    assert list(again.left_out) == ["04.png"]
    assert {name: data for name, data in contents(tmp_path / "out").items() if name in before} == before
    assert len(batches()) == passes
    assert any(file.name == "attribute_grid_light.png" for file in again.written)


def test_one_that_is_lost_before_its_maps_are_made_is_not_replaced(compare, experiment, photos, tmp_path, plugged, harm):
    whole = pipeline.compare(experiment, tmp_path / "whole", draw=False).run
    lost = whole.maps("tiny_net", "cam").images[0]
    run = pipeline.compare(experiment, tmp_path / "out", harming(lambda: harm(photos / lost), call=2)).run
    assert set(run.maps("tiny_net", "cam").images) == set(whole.maps("tiny_net", "cam").images) - {lost}
    assert lost not in set(run.read(PREDICTIONS)["image"])


def test_a_run_that_was_stopped_goes_on_without_it(compare, experiment, photos, tmp_path, plugged, monkeypatch, harm):
    with monkeypatch.context() as patched:
        patched.setattr(predict, "predict_records", stop)
        with pytest.raises(Stopped):
            compare()
    harm(photos / "02.png")
    result = compare()
    assert list(result.left_out) == ["02.png"]
    assert result.run.is_complete()


def test_where_all_are_lost_nothing_can_be_rated(compare, experiment, photos, tmp_path, plugged):
    def harm():
        for file in photos.glob("*.png"):
            file.unlink()

    with pytest.raises(DataError, match=r"no photograph is left to rate; the last: .*06\.png"):
        pipeline.compare(experiment, tmp_path / "out", harming(harm), draw=False)


def test_one_that_was_changed_after_the_run_is_not_drawn(compare, photos, plugged):
    run = compare(pick=None).run
    change(photos / "04.png")
    with pytest.raises(DataError, match=r"04\.png: has changed since the run was begun; put the photograph back"):
        draw_reports(run, ["html_report"])


def test_one_that_was_changed_for_good_is_another_question(compare, photos, plugged):
    compare()
    change(photos / "04.png")
    with pytest.raises(DataError, match="holds another experiment: inputs"):
        compare()


@pytest.mark.parametrize("place", ["beside/secret.png", "photos/../beside/secret.png"])
def test_a_table_cannot_name_a_file_outside_the_data(compare, tmp_path, plugged, place):
    run = compare(pick=None).run
    secret = make_photos(tmp_path / "beside", 1, seed=3) / "00.png"
    secret.rename(tmp_path / "beside" / "secret.png")
    table = run.read(RECORDS)
    table.loc[0, "path"] = str(tmp_path / place)
    table.loc[0, "sha256"] = sha256((tmp_path / "beside" / "secret.png").read_bytes()).hexdigest()
    rows = RECORDS.to_arrow(table).to_pandas()
    replace_summed(run.root / "records.parquet", lambda file: rows.to_parquet(file, index=False))
    with pytest.raises(DataError, match=r"secret\.png is none of the data's files; the table is damaged"):
        draw_reports(Run.open(run.root), ["html_report"])
    assert not (run.report / "report.html").exists()
