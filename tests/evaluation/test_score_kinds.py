"""Photographs that people looked at and marked too: rows of both kinds lie in one table, and none comes twice."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.masks import png
from support.mutations import rewrite_sums
from support.plugin_package import plugged  # noqa: F401
from support.watched_run import run, watched  # noqa: F401

from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.leaderboard import CENTRE, leaderboard, leaderboard_by_person
from xaesthetic.evaluation.ranking import rank_groups
from xaesthetic.evaluation.score import score_by_person, score_run
from xaesthetic.run.schemas import ANNOTATIONS, SCORES, SCORES_BY_PERSON

TABLES = {SCORES: score_run, SCORES_BY_PERSON: score_by_person}
pytestmark = pytest.mark.torch


@pytest.fixture
def marked(run):
    """The same people marked what is lit well in all photographs but one."""
    gaze, sizes = run.read(ANNOTATIONS), run.sizes()
    run.discard(SCORES)
    masks = {image: png(np.arange(size[1]) < np.full(size, 20)) for image, size in sizes.items()}
    empty = [np.zeros(0)] * len(gaze)
    regions = gaze.assign(attribute="light", x=empty, y=empty, region=[masks[image] for image in gaze["image"]])
    run.write(ANNOTATIONS, pd.concat([gaze, regions[regions["image"] != gaze["image"].iloc[0]]], ignore_index=True))
    return run


def test_rows_of_both_kinds_differ_in_what_they_are_about(marked):
    """As scores from before the column `about`, too; and a row that comes twice is refused."""
    for table, measure in TABLES.items():
        scores = measure(marked, ["cc"])
        light = scores[(scores["method"] == "cam") & (scores["attribute"] == "light")]
        assert set(light["about"]) == {"", "light"}
        pd.testing.assert_frame_equal(marked.read(table), scores)
        file, rows = marked.root / f"{table.name}.parquet", table.to_arrow(scores)
        pq.write_table(rows.drop_columns(["about"]), file)
        rewrite_sums(marked.root)
        pd.testing.assert_frame_equal(marked.read(table), scores)
        pq.write_table(pa.concat_tables([rows, rows.slice(3, 1)]), file)
        rewrite_sums(marked.root)
        with pytest.raises(DataError, match="comes twice"):
            marked.read(table)


def test_a_photograph_counts_once_and_is_held_against_its_kind(marked):
    scores = score_run(marked, ["cc"])
    row = leaderboard(scores).set_index(["attribute", "method"]).loc[("light", "cam")]
    assert row["photographs"] == scores["image"].nunique()
    maps, centre = (
        scores[(scores["method"] == method) & scores["attribute"].isin(["", "light"])].set_index(["image", "about"])["value"]
        for method in ("cam", CENTRE)
    )
    assert row["over_centre"] == pytest.approx((maps - centre).groupby("image").mean().mean())
    assert len(rank_groups(scores))
    assert len(leaderboard_by_person(score_by_person(marked, ["cc"])))
