"""What is no photograph is said by every command, and an empty data set is a sentence."""

import json

import pytest
from support.plugin_package import make_photos, plugged  # noqa: F401  # a fixture

from xaesthetic.cli import screen
from xaesthetic.core.types import PassedOver
from xaesthetic.run.schemas import PASSED_OVER
from xaesthetic.run.store import Run

pytestmark = pytest.mark.usefixtures("plugged")
SAID = "\npassed over: 3\n  2 .txt, not a photograph: a.txt, b.txt\n  1 hidden: .DS_Store\n"


@pytest.fixture
def photos(tmp_path):
    folder = make_photos(tmp_path / "photos", 3)
    for name in ("a.txt", "b.txt", ".DS_Store"):
        (folder / name).write_text("no photograph")
    return folder


def test_compare_says_and_keeps_what_it_passes_over(command, photos):
    words = ("compare", "--attr", "light", "--data", photos, "--model", "tiny_net", "--method", "cam", "--out", "run")
    status, out, err = command(*words, "--report", "predictions", "--json", "--quiet")
    assert status == 0
    assert err == SAID
    assert len(json.loads(out)["passed_over"]) == 3
    kept = Run.open(photos.parent / "run").read(PASSED_OVER)
    assert kept.to_dict("records")[1] == {"name": "a.txt", "reason": ".txt, not a photograph"}
    (photos / "c.txt").write_text("not there when the run was begun")
    assert command("explain", "run", "--quiet")[2] == SAID


def test_predict_and_check_say_it_too(command, photos):
    status, _, err = command("predict", "--data", photos, "--model", "tiny_net", "--quiet")
    assert (status, err) == (0, SAID)
    status, _, err = command("predict", photos, "--model", "tiny_net", "--quiet")
    assert status == 0
    assert str(photos / "a.txt") in err
    assert command("data", "check", photos)[::2] == (0, SAID)
    (photos / "c.png").write_bytes(b"")
    status, _, err = command("predict", photos, "no.png", "--model", "tiny_net", "--quiet")
    assert status == 1
    assert "left out: 2 photographs" in err
    assert "no.png: there is no such photograph or folder" in err


def test_a_name_without_a_file_is_left_out_and_said(command, photos):
    rows = ("image,subject,x,y", "00.png,s,20,20", "00.png,s,.,20", "01.PNG,s,30,20", "9.png,s,20,20")
    (photos / "f.csv").write_text("\n".join(rows))
    root, model = ("--root", photos / "f.csv"), ("--model", "tiny_net", "--attr", "light", "--quiet")
    lines = (
        "1 '.' is no number: f.csv, line 3",
        f"{photos / 'f.csv'}: '9.png': there is no file of that name (in {photos}).",
    )
    compare = ("compare", *model, "--method", "cam", "--report", "predictions")
    for arguments in ((*compare, "--data"), ("predict", *model, "--data"), ("data", "check")):
        status, _, err = command(*arguments, "fixations", *root)
        assert status == 1
        assert all(f"  {line}\n" in err for line in lines), err


@pytest.mark.parametrize("content", ["image,subject,x,y\n", "image,subject,x,y\na.png\n,s,1,2\n", None])
@pytest.mark.parametrize("words", [("compare", "--attr", "light"), ("predict",), ("data", "check", "DATA"), ("reproduce",)])
def test_an_empty_data_set_is_a_sentence(command, tmp_path, words, content):
    (tmp_path / "empty").mkdir()
    data = ("fixations", "--root", tmp_path / "empty" / "f.csv") if content else (str(tmp_path / "empty"),)
    if content:
        (tmp_path / "empty" / "f.csv").write_text(content)
    arguments = ("data", "check", *data) if "check" in words else (*words, "--model", "tiny_net", "--data", *data)
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert "no photograph" in err
    assert len(err.strip().splitlines()) == 1
    assert not list(tmp_path.glob("*/experiment.json"))


def test_many_reasons_are_shortened(capsys):
    items = [PassedOver(f"{number}", f"reason {number % 10}") for number in range(45)]
    screen.print_passed_over(items)
    lines = capsys.readouterr().err.splitlines()
    assert lines[1:3] == ["passed over: 45", "  5 reason 0: 0, 10, 20, …"]
    assert lines[-1] == "  and 8 for other reasons"
    assert len(lines) == 11
    screen.print_passed_over([])
    assert capsys.readouterr().err == ""
