"""The page says in which precision a run was computed, what that changes, and which methods are one map."""

import re

import pytest
from support.comparing import compare, experiment, photos  # noqa: F401
from support.plugin_package import plugged  # noqa: F401

from xaesthetic.evaluation.summaries import PRECISION_SUMMARY

pytestmark = pytest.mark.torch


def page_of(run):
    return (run.report / "report.html").read_text(encoding="utf-8")


def rows_of(page, heading):
    section = page.partition(f'aria-labelledby="{heading}"')[2].partition("</section>")[0]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", section)]
    return cells[1:]


def test_a_run_of_reduced_precision_and_a_family(plugged, compare):
    run = compare(
        methods=("all-cam",), attributes=("light", "vivid_color"), precision="bf16", draw=True, reports=("html_report",)
    ).run
    page = page_of(run)
    assert "<code>precision bf16</code>" in page
    assert '<h2 id="precision">What bf16 changes</h2>' in page
    wanted = run.read(PRECISION_SUMMARY).set_index("attribute")
    assert set(wanted["method"]) == {"cam"}  # the others are one map with it
    worst = {"light": "Light", "vivid_color": "Vivid Color"}[wanted["rating"].idxmax()]
    errors = f"{wanted['rating'].max():.4f}", worst, f"{100 * wanted['map'].max():.1f} %"
    assert rows_of(page, "precision") == [["tiny_net", "cam", "3", *errors]]
    same = rows_of(page, "same")
    assert [row[:3] for row in same] == [
        ["tiny_net", method, "cam"] for method in ("grad_cam", "hires_cam", "xgrad_cam", "layer_cam")
    ]
    assert {row[3] for row in same} == {"1"}
    assert all(float(row[4]) <= 1e-4 for row in same)
    assert all(anchor in page for anchor in ('href="#precision"', 'href="#same"'))


def test_a_plain_run_has_neither(plugged, compare):
    page = page_of(compare(methods=("cam",), draw=True, reports=("html_report",)).run)
    assert "<code>precision full</code>" in page
    assert 'id="precision"' not in page
    assert 'id="same"' not in page
