"""Long tables of predictions: a row for an image, a model and an attribute."""

import pandas as pd
import pytest

from xaesthetic.core.errors import DataError
from xaesthetic.paper.tables.given import read_predictions
from xaesthetic.paper.tables.given_long import long_models
from xaesthetic.paper.tables.predictions import to_long_csv

ROWS = [
    ("a.jpg", "one", "light", 0.1234567),
    ("a.jpg", "one", "depth_of_field", -2.5),
    ("b.jpg", "one", "light", 3.0),
    ("a.jpg", "two", "light", 0.75),
]
COLUMNS = ["image", "model", "attribute", "prediction"]


@pytest.fixture
def file(tmp_path):
    table = pd.DataFrame(ROWS, columns=COLUMNS).assign(raw=1.0)
    (tmp_path / "r.csv").write_text(to_long_csv(table, {"one": "not trained", "two": "trained, on edits"}))
    return tmp_path / "r.csv"


def test_every_model_of_a_long_table_is_read_back(file):
    assert long_models(file) == ("one", "two")
    for model in ("one", "two"):
        table, notes = read_predictions(model, file, ["a.jpg", "b.jpg", "c.jpg"])
        wanted = [row for row in ROWS if row[1] == model]
        assert sorted(table.itertuples(index=False, name=None)) == sorted(wanted)
        count = len({row[0] for row in wanted})
        assert notes == [f"{model}: {count} of {count} images of r.csv are in the data set."]


def test_a_name_that_no_model_has_is_refused_where_there_are_several(file):
    with pytest.raises(DataError, match=r"r\.csv: no model is called 'mine'; it has one, two: name one of these"):
        read_predictions("mine", file, ["a.jpg"])
    file.write_text("image,model,attribute,prediction\na.jpg,one,light,1\n")
    assert read_predictions("mine", file, ["a.jpg"])[0]["model"].tolist() == ["mine"]


def test_what_comes_twice_with_other_values_is_unknown_and_said(file):
    file.write_text(
        "image,model,attribute,prediction\na.jpg,one,light,1\na.jpg,one,light,2\nb.jpg,one,light,1,9\na.jpg,one,content,5\n"
    )
    table, notes = read_predictions("one", file, ["a.jpg", "b.jpg"])
    assert table.to_dict("records") == [{"image": "a.jpg", "model": "one", "attribute": "content", "prediction": 5.0}]
    assert any("'twice with other values' in column 'light'" in note for note in notes)
    assert any("damaged rows" in note for note in notes)


def test_a_wide_table_has_no_models(file):
    file.write_text("image,light\na.jpg,1\n")
    assert long_models(file) == ()
