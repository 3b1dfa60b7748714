"""Tables from outside, written by many hands and with damaged rows: what is used means what the writer meant."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.aadb_lists import LISTS, write_lists
from support.hands import damages, hands

from xaesthetic.data.datasets.aadb import aadb
from xaesthetic.data.records import collect
from xaesthetic.paper.tables.given import read_predictions

NAMES = ("a/1.png", "b 2.png", "a/3.x.jpg")
few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
quarters = st.integers(0, 999).map(lambda value: f"{value / 4:g}")
looks = st.fixed_dictionaries(
    {"image": st.sampled_from(NAMES), "subject": st.sampled_from(["s", "t u"]), "x": quarters, "y": quarters}
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the files that the tables name."""
    root = tmp_path_factory.mktemp("place")
    for name in NAMES:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"")
    return root


def meant(rows):
    """Where each person looked in each photograph, in order."""
    result = {}
    for row in rows:
        people = result.setdefault(row["image"], {})
        people.setdefault(row["subject"], []).append((float(row["x"]), float(row["y"])))
    return result


def read(place, content):
    """The same of a table's records, what was passed over, and the photographs left out."""
    (place / "table.csv").write_bytes(content)
    collection = collect("fixations", place / "table.csv")
    used = {
        record.path.relative_to(place).as_posix(): {item.annotator: list(item.fixations) for item in record.annotations}
        for record in collection.records
        if record.annotations and not record.problem
    }
    return used, collection.passed_over, [record.problem for record in collection.records if record.problem]


@few
@given(rows=st.lists(looks, min_size=1, max_size=8), hand=hands())
def test_fixations_mean_the_same_in_every_hand(place, rows, hand):
    assert read(place, hand.write(rows, ("image",))) == (meant(rows), (), [])


@few
@given(rows=st.lists(looks, min_size=5, max_size=8), hand=hands(), bad=damages(5, most=4))
def test_a_damaged_row_of_fixations_costs_itself(place, rows, hand, bad):
    used, passed_over, left_out = read(place, hand.write(rows, ("image",), bad))
    assert used == meant(row for number, row in enumerate(rows) if number not in bad)
    assert len(passed_over) == len(bad)
    assert not left_out


ratings = st.lists(quarters, min_size=len(NAMES), max_size=len(NAMES))


def predictions(place, content):
    """The numbers of a table by image, and what is said."""
    (place / "p.csv").write_bytes(content)
    table, notes = read_predictions("mine", place / "p.csv", NAMES)
    return dict(zip(table["image"], table["prediction"], strict=True)), notes


@few
@given(numbers=ratings, hand=hands())
def test_predictions_mean_the_same_in_every_hand(place, numbers, hand):
    rows = [{"image": name, "light": number} for name, number in zip(NAMES, numbers, strict=True)]
    table, notes = predictions(place, hand.write(rows, ("image",)))
    assert table == {row["image"]: float(row["light"]) for row in rows}
    assert notes[0] == "mine: 3 of 3 images of p.csv are in the data set."
    assert len(notes) == 1 + hand.extra


@few
@given(numbers=ratings, hand=hands(), bad=damages(len(NAMES), most=2))
def test_a_damaged_row_of_predictions_costs_itself(place, numbers, hand, bad):
    rows = [{"image": name, "light": number} for name, number in zip(NAMES, numbers, strict=True)]
    table, notes = predictions(place, hand.write(rows, ("image",), bad))
    assert table == {row["image"]: float(row["light"]) for number, row in enumerate(rows) if number not in bad}
    unknown = sum(kind == "blank" for kind in bad.values())  # an empty cell says that it is not known
    assert len([note for note in notes if "damaged" in note or "without a number" in note]) >= (len(bad) > unknown)


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    return write_lists(tmp_path_factory.mktemp("lists") / "aadb")


@settings(few, max_examples=25)
@given(
    hand=hands(spellings=("as it is", "blanks", "backslashes", "a folder of another machine")), bad=damages(5) | st.just({})
)
def test_lists_of_aadb_mean_the_same_in_every_hand(lists, hand, bad):
    kept = lists / f"{LISTS[0]}.kept"
    if not kept.exists():
        kept.write_bytes((lists / LISTS[0]).read_bytes())
    header, *lines = kept.read_text().split()
    rows = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
    (lists / LISTS[0]).write_bytes(kept.read_bytes())
    plain = {record.id: record for record in aadb(lists)}
    (lists / LISTS[0]).write_bytes(hand.write(rows, ("ImageFile",), bad))
    collection = collect("aadb", lists)
    after = {record.id: record for record in collection.records}
    costs = {number for number, kind in bad.items() if kind != "blank"}  # a blank is no rating
    assert set(plain) - set(after) == {f"t{number}.jpg" for number in costs}
    assert len(collection.passed_over) == len(costs)
    blank = {f"t{number}.jpg" for number in bad}
    assert all(repr(after[name]) == repr(plain[name]) for name in after if name not in blank)
