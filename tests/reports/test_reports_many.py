"""Reports of many photographs, and reports that fail."""

import sys

import pytest
from PIL import Image
from support.hand_run import hand_run

from xaesthetic.core import plugins
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import ReportOptions
from xaesthetic.reporting import draw_available, draw_reports, raise_failures


@pytest.mark.parametrize(
    ("count", "columns", "drawn"),
    [(5, 2, 5), (25, 2, 20), (25, 1, 10)],
)
def test_a_figure_holds_the_ends_of_any_number_of_photographs(tmp_path, count, columns, drawn):
    run = hand_run(tmp_path / "run", count, scored=False)
    written = draw_reports(run, ["attribute_grid"], ReportOptions(columns=columns))
    (picture,) = [file for file in written if file.name == "attribute_grid_light.png"]
    with Image.open(picture) as image:
        width, height = image.size
    assert width <= {1: 3.35, 2: 7.0}[columns] * 300 + 1
    assert height < 9.5 * 300
    caption = picture.with_suffix(".txt").read_text()
    assert (f"Of these the {drawn // 2} highest and the {drawn // 2} lowest are drawn" in caption) == (drawn < count)


@pytest.fixture
def failing_reports(tmp_path, monkeypatch):
    """Two reports of somebody: one says why it cannot be drawn, one has a fault."""
    package = tmp_path / "plug" / "bad_reports"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""Reports."""\n')
    (package / "refuses.py").write_text(
        'from xaesthetic.core.errors import DataError\n\n\ndef refuses(run, options):\n    """Refuse."""\n'
        '    raise DataError("nothing to draw; measure first")\n'
    )
    (package / "breaks.py").write_text('def breaks(run, options):\n    """Break."""\n    return [1 / 0]\n')
    entry = tmp_path / "plug" / "bad_reports-1.dist-info"
    entry.mkdir()
    (entry / "METADATA").write_text("Metadata-Version: 2.1\nName: bad-reports\nVersion: 1\n")
    (entry / "entry_points.txt").write_text("[xaesthetic]\nreports = bad_reports\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "plug"), *sys.path])
    assert {"refuses", "breaks"} <= set(plugins.names("reports"))


def test_a_report_that_fails_does_not_keep_the_others(tmp_path, failing_reports):
    run = hand_run(tmp_path / "run", 5, scored=False)
    names = ["refuses", "breaks", "predictions"]
    drawn = draw_available(run, names)
    assert [file.name for file in drawn.written] == ["predictions.csv"]
    assert set(drawn.failed) == {"refuses", "breaks"}
    with pytest.raises(ZeroDivisionError) as fault:
        draw_reports(run, names)
    assert "in the report 'breaks'" in fault.value.__notes__[0]
    with pytest.raises(DataError, match="measure first"):
        draw_reports(run, ["refuses", "predictions"])
    with pytest.raises(DataError, match=r"^2 reports could not be drawn: a: one; b: two\.$"):
        raise_failures({"a": DataError("one"), "b": DataError("two")})
    raise_failures({})
