"""Models of a table under names that somebody gives them."""

from xaesthetic.paper.tables.cells import Cell, Layout
from xaesthetic.paper.tables.labelled import labelled

LAYOUT = Layout(
    "Table 1",
    ("", "multigap_lite0", "multigap_lite0_edits", "multigap_lite0-mine"),
    ((Cell("multigap_lite0 less lite0_ft"), Cell("0.5", "[0.1, 0.9]"), Cell(""), Cell("")),),
    ("multigap_lite0: trained on edits",),
)


def test_names_are_replaced_where_they_stand_by_themselves_and_the_notes_say_whose():
    first, last = labelled([LAYOUT, LAYOUT], {"multigap_lite0": "Ours", "lite0_ft": "Theirs"})
    assert first.columns == ("", "Ours", "multigap_lite0_edits", "multigap_lite0-mine")
    assert first.rows[0][0].text == "Ours less Theirs"
    assert first.rows[0][1] == LAYOUT.rows[0][1]
    assert first.notes == LAYOUT.notes
    assert last.notes == (*LAYOUT.notes, "Ours is multigap_lite0.", "Theirs is lite0_ft.")


def test_without_labels_nothing_changes():
    assert labelled([LAYOUT], {}) == [LAYOUT]
