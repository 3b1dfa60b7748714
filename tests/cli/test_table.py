import csv
import json

import numpy as np
import pytest
from support.aadb_lists import write_lists
from support.plugin_package import make_photos, plugged  # noqa: F401  # a fixture

NAMES = ("e0.jpg", "e1.jpg", "b0.jpg", "b1.jpg")


@pytest.fixture
def root(tmp_path):
    return write_lists(tmp_path / "aadb")


@pytest.fixture
def mine(tmp_path):
    (tmp_path / "mine.csv").write_text("image,Light,score\ne0.jpg,1,4\ne1.jpg,2,3\nb0.jpg,4,2\nb1.jpg,3,1\n")
    return f"mine={tmp_path / 'mine.csv'}"


def rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("number", ["1", "2", "beyond"])
def test_a_folder_that_cannot_be_is_refused_before_anything_is_computed(command, tmp_path, number):
    (tmp_path / "file").write_text("")
    status, said, error = command("table", number, "--data", "nowhere", "--out", tmp_path / "file" / "tables")
    assert (status, said) == (2, "")
    assert "file is no folder; choose another folder with --out." in " ".join(error.split())
    assert "nowhere" not in error


def test_table_1_from_predictions_needs_no_model_and_no_photograph(command, root, mine, tmp_path, monkeypatch):
    monkeypatch.setattr("xaesthetic.pipeline.compare", None)
    status, said, _ = command(
        "table", "1", "--root", root, "--predictions", mine, "--resamples", "100", "--out", tmp_path / "o"
    )
    assert status == 0
    assert "Spearman's ρ on test (4 photographs)" in said
    assert "paper: multi-GAP" in said
    assert "mine: 4 of 4 images of mine.csv are in the data set." in said
    found = {(row["list"], row["attribute"]): row for row in rows(tmp_path / "o" / "table_1.csv")}
    assert float(found["test", "light"]["rho"]) == pytest.approx(0.8)  # .1 .2 .3 .4 against 1 2 4 3: 1 - 6 * 2 / 60
    assert found["test", "light"]["n"] == "4"
    assert found["test", "content"]["rho"] == ""
    assert found["test_clean", "light"]["n"] == "2"
    assert len(found) == 18
    for name in ("table_1.tex", "table_1.html", "table_1_differences.csv"):
        assert (tmp_path / "o" / name).stat().st_size
        assert name in said


def test_table_1_of_models_rates_the_test_list(command, root, mine, plugged, write_photo, photo, tmp_path):
    for number, name in enumerate(NAMES[:3]):
        write_photo(root / name, np.roll(photo, 9 * number, axis=1))
    words = (
        "table",
        "1",
        "--root",
        root,
        "--model",
        "tiny_net",
        "--predictions",
        mine,
        "--resamples",
        "100",
        "--attr",
        "light",
    )
    status, said, errors = command(*words, "--json")
    assert status == 1  # one photograph is missing
    assert "b1.jpg" in errors
    told = json.loads(said)
    assert {row["model"]: row["n"] for row in told["table_1"] if row["list"] == "test"} == {"tiny_net": 3, "mine": 4}
    assert [row["n"] for row in told["table_1_differences"] if row["list"] == "test"] == [3]
    assert list((tmp_path / "runs").iterdir())  # kept, so that the next table is there at once
    status, said, _ = command(*words)
    assert "tiny_net: not trained" in said


def test_what_predict_has_written_long_is_read_back(command, root, plugged, write_photo, photo, tmp_path):
    """Table 1 of the file is Table 1 of the models themselves."""
    for number, name in enumerate(NAMES):
        write_photo(root / name, np.roll(photo, 9 * number, axis=1))
    status, said, _ = command(
        "predict", "--data", "aadb:test", "--root", root, "--model", "tiny_net", "--long", "--out", "r.csv"
    )
    assert (status, said.strip()) == (0, "r.csv")
    written = rows(tmp_path / "r.csv")
    assert list(written[0]) == ["image", "model", "attribute", "prediction", "raw", "trained"]
    assert {(row["image"], row["model"]) for row in written} == {(name, "tiny_net") for name in NAMES}
    tables = []
    for words in (("--model", "tiny_net"), ("--predictions", "r.csv"), ("--predictions", "tiny_net=r.csv")):
        status, said, _ = command("table", "1", "--root", root, *words, "--resamples", "100", "--attr", "light", "--json")
        assert status == 0
        tables.append(json.loads(said)["table_1"])
    assert tables[0] == tables[1] == tables[2]
    assert tables[0][0]["model"] == "tiny_net"


def test_long_is_for_csv(command):
    status, _, said = command("predict", "--data", "sample", "--long", "--json")
    assert status == 2
    assert "is for CSV" in said


@pytest.mark.parametrize("choice", ["mine", "=x.csv", "mine="])
def test_predictions_must_have_a_name(command, root, choice):
    status, _, said = command("table", "1", "--root", root, "--predictions", choice)
    assert status == 2
    assert "is not NAME=FILE" in said


def test_a_data_set_without_ratings_is_refused(command, mine, tmp_path):
    (tmp_path / "mine.csv").write_text("image,light\nrocket,1\n")
    status, _, said = command("table", "1", "--data", "sample", "--predictions", mine)
    assert status == 2
    assert "it needs people's ratings" in said


def test_table_2(command, tmp_path):
    lines = ["who,photo,stars", *(f"{who},{i}.jpg,{i + (who == 'b' and i == 1)}" for who in "ab" for i in range(4))]
    (tmp_path / "votes.csv").write_text("\n".join(lines))
    (tmp_path / "m.csv").write_text("image,overall\n" + "".join(f"{i}.jpg,{i}\n" for i in range(4)))
    words = ("table", "2", "--ratings", "votes.csv", "--rater", "who", "--image", "photo", "--score", "stars")
    status, said, _ = command(*words, "--predictions", "m=m.csv", "--out", "o")
    assert status == 0
    assert "0.6738" in said
    assert "8 votes for 4 images" in said
    (model,) = rows(tmp_path / "o" / "table_2_models.csv")
    assert (model["model"], float(model["rho"])) == ("m", 1.0)
    assert (tmp_path / "o" / "table_2.tex").exists()
    status, _, said = command("table", "2", "--ratings", "votes.csv")
    assert status == 2
    assert "Name the right one with --rater" in said


def test_a_table_of_changed_ratings_is_made_anew(command, plugged, tmp_path):
    folder = make_photos(tmp_path / "photos", 5)
    file = folder / "ratings.csv"
    words = ("table", "1", "--data", "ratings", "--root", folder, "--model", "tiny_net", "--resamples", "100", "--json")

    def table(signs):
        file.write_text("image,light\n" + "".join(f"0{n}.png,{signs * n / 8}\n" for n in range(5)))
        status, said, errors = command(*words, "--attr", "light")
        assert status == 0, errors
        return json.loads(said)["table_1"][0]["rho"]

    rho = table(1)
    assert table(-1) == pytest.approx(-rho)
    assert table(1) == pytest.approx(rho)
    assert len(list((tmp_path / "runs").iterdir())) == 2


def test_models_of_a_table_are_called_as_one_likes(command, root, mine, tmp_path):
    words = ("table", "1", "--root", root, "--predictions", mine, "--resamples", "100", "--label", "mine=Ours & theirs")
    status, said, _ = command(*words, "--out", tmp_path / "o")
    assert status == 0
    assert "Ours & theirs" in said.partition("\n\n")[0] + said
    assert "Ours & theirs is mine." in said
    assert r"Ours \& theirs" in (tmp_path / "o" / "table_1.tex").read_text()
    assert {row["model"] for row in rows(tmp_path / "o" / "table_1.csv")} == {"mine"}
    assert command(*words[:-1], "mine")[0] == 2
